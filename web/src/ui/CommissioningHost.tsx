import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { t } from '../i18n';
import { commissioningOpen } from '../store/commissioning';

/** The place of the commissioning panel; its code comes when it is opened for the first time. */
export function CommissioningHost() {
  const [Panel, setPanel] = useState<ComponentType | null>(null);
  const [failed, setFailed] = useState(false);
  const open = commissioningOpen.value;
  useEffect(() => {
    if (!open || Panel !== null) return;
    setFailed(false);
    import('../views/commissioning/Panel').then(
      (module) => setPanel(() => module.CommissioningPanel),
      (error: unknown) => {
        console.warn('commissioning:', error);
        setFailed(true);
      },
    );
  }, [open, Panel]);
  if (!open) return null;
  if (Panel !== null) return <Panel />;
  return (
    <section class="alarm-list" aria-busy={!failed}>
      <p class="empty" role={failed ? 'alert' : 'status'}>
        {failed ? t('error.network') : t('app.loading')}
      </p>
    </section>
  );
}
