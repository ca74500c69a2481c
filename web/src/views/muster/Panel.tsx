import { X } from 'lucide';
import { useState } from 'preact/hooks';
import { looksFrozen } from '../../live/liveness';
import { liveness } from '../../store/live';
import { muster, musterOver } from '../../store/muster';
import { openView } from '../../store/views';
import { Icon } from '../../ui/Icon';
import { History } from './History';
import { Roll } from './Roll';
import { Start } from './Start';
import { w } from './words';
import './muster.css';

const TABS = ['now', 'history'] as const;

/** The evacuation desk: start one, call the roll, look at past ones. */
export function MusterPanel() {
  const [tab, setTab] = useState<(typeof TABS)[number]>('now');
  const shown = muster.value ?? musterOver.value;
  return (
    <section class="view-side muster" aria-label={w('title')} data-testid="muster">
      <header class="muster-head">
        <h2>{w('title')}</h2>
        <div class="tabs" role="tablist">
          {TABS.map((which) => (
            <button
              key={which}
              type="button"
              role="tab"
              aria-selected={tab === which}
              onClick={() => setTab(which)}
              data-testid={`muster-tab-${which}`}
            >
              {w(`tab.${which}`)}
            </button>
          ))}
        </div>
        <button type="button" class="icon-button" aria-label={w('close')} onClick={() => (openView.value = null)}>
          <Icon node={X} />
        </button>
      </header>
      {looksFrozen(liveness.value.kind) && shown !== null && (
        <p class="muster-fault hatched" role="alert">
          {w('frozen.note')}
        </p>
      )}
      {tab === 'history' && <History />}
      {tab === 'now' && shown !== null && <Roll roll={shown} live={muster.value !== null} />}
      {tab === 'now' && muster.value === null && <Start after={shown !== null} />}
    </section>
  );
}
