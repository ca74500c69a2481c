import { BellRing, Factory, Keyboard, Layers } from 'lucide';
import { name, t } from '../i18n';
import { counts, PRIORITIES } from '../store/alarms';
import { layerPanelOpen } from '../store/preferences';
import { alarmListOpen, overlay } from '../store/selection';
import { openView, toggleView } from '../store/views';
import { MODES, VIEWS } from '../views/registry';
import { Icon } from './Icon';

/** The views that exist, and the panels over the map. */
export function Rail() {
  const unacknowledged = PRIORITIES.reduce((n, priority) => n + counts.value[priority].unacknowledged, 0);
  return (
    <nav class="rail" aria-label={t('app.name')}>
      <button
        type="button"
        class={openView.value === null ? 'rail-button is-current' : 'rail-button'}
        aria-current={openView.value === null ? 'page' : undefined}
        onClick={() => {
          alarmListOpen.value = false;
          openView.value = null;
        }}
      >
        <Icon node={Factory} size={1.25} />
        <span>{t('rail.plant')}</span>
      </button>
      <button
        type="button"
        class="rail-button"
        aria-pressed={layerPanelOpen.value}
        onClick={() => (layerPanelOpen.value = !layerPanelOpen.value)}
      >
        <Icon node={Layers} size={1.25} />
        <span>{t('rail.layers')}</span>
      </button>
      <button
        type="button"
        class="rail-button"
        aria-pressed={alarmListOpen.value}
        onClick={() => (alarmListOpen.value = !alarmListOpen.value)}
      >
        <Icon node={BellRing} size={1.25} />
        <span>{t('rail.alarms')}</span>
        {unacknowledged > 0 && <b class="rail-count">{unacknowledged > 99 ? '99+' : unacknowledged}</b>}
      </button>
      {MODES.map((mode) => (
        <button
          key={mode.key}
          type="button"
          class="rail-button"
          aria-pressed={mode.active.value}
          title={name(mode.title)}
          onClick={mode.toggle}
          data-testid={`rail-${mode.key}`}
        >
          <Icon node={mode.icon} size={1.25} />
          <span>{name(mode.label)}</span>
        </button>
      ))}
      {VIEWS.filter((view) => view.unrailed !== true).map((view) => (
        <button
          key={view.key}
          type="button"
          class="rail-button"
          aria-pressed={openView.value === view.key}
          title={name(view.title)}
          onClick={() => toggleView(view.key)}
          data-testid={`rail-${view.key}`}
        >
          <Icon node={view.icon} size={1.25} />
          <span>{name(view.label)}</span>
        </button>
      ))}
      <span class="rail-space" />
      <button type="button" class="rail-button" onClick={() => (overlay.value = 'help')}>
        <Icon node={Keyboard} size={1.25} />
        <span>{t('rail.help')}</span>
      </button>
    </nav>
  );
}
