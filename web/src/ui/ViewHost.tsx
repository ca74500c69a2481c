import { useEffect, useState } from 'preact/hooks';
import type { ComponentType } from 'preact';
import { t } from '../i18n';
import { openView } from '../store/views';
import { type ViewEntry, viewEntry } from '../views/registry';

const loaded = new Map<string, ComponentType>();

/** One place of the page for views; the code of a view comes when it is opened for the first time. */
export function ViewHost({ place }: { place: ViewEntry['place'] }) {
  const entry = viewEntry(openView.value);
  const here = entry?.place === place ? entry : undefined;
  const [, arrived] = useState(0);
  const [failed, setFailed] = useState<string | null>(null);
  const key = here?.key;
  useEffect(() => {
    if (here === undefined || loaded.has(here.key)) return;
    setFailed(null);
    here.load().then(
      (component) => {
        loaded.set(here.key, component);
        arrived((n) => n + 1);
      },
      (error: unknown) => {
        console.warn(`view ${here.key}:`, error);
        setFailed(here.key);
      },
    );
  }, [key]);
  if (here === undefined) return null;
  const View = loaded.get(here.key);
  if (View !== undefined) return <View />;
  return (
    <section class={`view-wait is-${place}`} aria-busy={failed !== key}>
      <p class="empty" role={failed === key ? 'alert' : 'status'}>
        {failed === key ? t('error.network') : t('app.loading')}
      </p>
    </section>
  );
}
