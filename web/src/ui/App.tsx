import { t } from '../i18n';
import { commissioningOpen } from '../store/commissioning';
import { liveness, plantKnown } from '../store/live';
import { mapCondition } from '../store/map';
import { layerPanelOpen } from '../store/preferences';
import { records } from '../store/records';
import { alarmListOpen, selection } from '../store/selection';
import { looksFrozen } from '../live/liveness';
import { AlarmList } from './AlarmList';
import { AlarmStrip } from './AlarmStrip';
import { Banners } from './Banner';
import { CommissioningHost } from './CommissioningHost';
import { ConnectionPopover } from './Connection';
import { Help } from './Help';
import { HoverCard } from './HoverCard';
import { Inspector } from './inspector/Inspector';
import { LayerPanel } from './LayerPanel';
import { MapControls } from './MapControls';
import { MapHost } from './MapHost';
import { Palette } from './palette/Palette';
import { Rail } from './Rail';
import { TopBar } from './TopBar';

/** The frame: top bar, rail, map with its panels, alarm strip. */
export function App() {
  const frozen = looksFrozen(liveness.value.kind);
  const classes = ['frame'];
  if (frozen) classes.push('is-frozen');
  if (selection.value !== null) classes.push('has-inspector');
  if (alarmListOpen.value || commissioningOpen.value) classes.push('has-alarm-list');
  if (layerPanelOpen.value) classes.push('has-layers');
  const starting = plantKnown.value && records.value === null && mapCondition.value !== 'unavailable';
  return (
    <div class={classes.join(' ')}>
      <TopBar />
      <Rail />
      <div class="stage">
        <MapHost />
        <HoverCard />
        {starting && (
          <p class="starting" role="status">
            {liveness.value.kind === 'connecting' ? t('app.loading') : t('app.loadingPlant')}
          </p>
        )}
        <Banners />
        <LayerPanel />
        <MapControls />
        <Inspector />
      </div>
      <div class="foot">
        <AlarmList />
        <CommissioningHost />
        <AlarmStrip />
      </div>
      <ConnectionPopover />
      <Palette />
      <Help />
    </div>
  );
}
