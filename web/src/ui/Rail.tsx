import { BellRing, Factory, Keyboard, Layers, RadioTower } from 'lucide';
import { t } from '../i18n';
import { counts, PRIORITIES } from '../store/alarms';
import { commissioningOpen, toggleCommissioning } from '../store/commissioning';
import { layerPanelOpen } from '../store/preferences';
import { alarmListOpen, overlay } from '../store/selection';
import { Icon } from './Icon';

/** The views that exist, and the panels over the map. */
export function Rail() {
  const unacknowledged = PRIORITIES.reduce((n, priority) => n + counts.value[priority].unacknowledged, 0);
  return (
    <nav class="rail" aria-label={t('app.name')}>
      <button
        type="button"
        class="rail-button is-current"
        aria-current="page"
        onClick={() => (alarmListOpen.value = commissioningOpen.value = false)}
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
      <button
        type="button"
        class="rail-button"
        aria-pressed={commissioningOpen.value}
        onClick={toggleCommissioning}
        data-testid="rail-commissioning"
      >
        <Icon node={RadioTower} size={1.25} />
        <span>{t('rail.commissioning')}</span>
      </button>
      <span class="rail-space" />
      <button type="button" class="rail-button" onClick={() => (overlay.value = 'help')}>
        <Icon node={Keyboard} size={1.25} />
        <span>{t('rail.help')}</span>
      </button>
    </nav>
  );
}
