import { lookUp, t } from '../../i18n';
import { records } from '../../store/records';
import type { Selection } from '../../store/selection';
import { InspectorFrame } from './parts';

/** A link to something that is not in the records (or not yet). */
export function Gone({ of }: { of: Selection }) {
  const kind = lookUp(`kind.${of.kind}`) ?? t('asset.other');
  return (
    <InspectorFrame of={of} kind={kind} title={of.id} code="">
      {records.value === null ? (
        <p class="muted">{t('app.loadingPlant')}</p>
      ) : (
        <div class="empty">
          <strong>{t('inspect.gone', { id: of.id })}</strong>
          <p>{t('inspect.gone.more')}</p>
        </div>
      )}
    </InspectorFrame>
  );
}
