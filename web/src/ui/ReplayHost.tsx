/** Where the replay stands in the page while it is on stage; its code comes when it is opened for the first time. */

import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { replaying } from '../store/replay';

interface Loaded {
  /** Along the foot: timeline, controls, and what happens now. */
  Foot: ComponentType;
  /** Over the map: a second map when two times are compared. */
  Stage: ComponentType;
}

const loaded = signal<Loaded | null>(null);
const failed = signal(false);

/** Begins to load; called early when the address asks for a replay. */
export function loadReplay(): void {
  if (loaded.peek() !== null) return;
  failed.value = false;
  import('../views/replay/Foot').then(
    (module) => (loaded.value = { Foot: module.ReplayFoot, Stage: module.ReplayStage }),
    (error: unknown) => {
      console.warn('replay:', error);
      failed.value = true;
    },
  );
}

export function ReplayFoot() {
  useEffect(loadReplay, []);
  if (loaded.value !== null) return <loaded.value.Foot />;
  return (
    <section class="replay-foot view-wait" aria-busy={!failed.value}>
      <p class="empty" role={failed.value ? 'alert' : 'status'}>
        {failed.value ? t('error.network') : t('app.loading')}
      </p>
    </section>
  );
}

export function ReplayStage() {
  if (!replaying.value || loaded.value === null) return null;
  return <loaded.value.Stage />;
}
