import { t } from '../i18n';
import { frozen, liveness, plantKnown } from '../store/live';
import { mapCondition } from '../store/map';
import { layerPanelOpen } from '../store/preferences';
import { records } from '../store/records';
import { alarmListOpen, selection } from '../store/selection';
import { replaying } from '../store/replay';
import { openView } from '../store/views';
import { AlarmDialogHost } from './AlarmDialogHost';
import { AlarmList } from './AlarmList';
import { AlarmStrip } from './AlarmStrip';
import { Banners } from './Banner';
import { ConnectionPopover } from './Connection';
import { Help } from './Help';
import { HoverCard } from './HoverCard';
import { Inspector } from './inspector/Inspector';
import { LayerPanel } from './LayerPanel';
import { MapControls } from './MapControls';
import { MapHost } from './MapHost';
import { Palette } from './palette/Palette';
import { Rail } from './Rail';
import { ReplayFoot, ReplayStage } from './ReplayHost';
import { TopBar } from './TopBar';
import { ViewHost } from './ViewHost';
import { viewEntry } from '../views/registry';

/** The frame: top bar, rail, map with its panels, alarm strip. */
export function App() {
  const classes = ['frame'];
  if (replaying.value) classes.push('is-replay');
  if (frozen.value) classes.push('is-frozen');
  if (selection.value !== null) classes.push('has-inspector');
  const place = viewEntry(openView.value)?.place;
  if (alarmListOpen.value || place === 'foot') classes.push('has-alarm-list');
  if (place === 'side') classes.push('has-side');
  if (layerPanelOpen.value) classes.push('has-layers');
  const starting = plantKnown.value && records.value === null && mapCondition.value !== 'unavailable';
  return (
    <div class={classes.join(' ')}>
      <TopBar />
      <Rail />
      <div class="stage">
        <MapHost />
        <ReplayStage />
        <HoverCard />
        {starting && (
          <p class="starting" role="status">
            {liveness.value.kind === 'connecting' ? t('app.loading') : t('app.loadingPlant')}
          </p>
        )}
        <Banners />
        <LayerPanel />
        <MapControls />
        <ViewHost place="side" />
        <Inspector />
        <ViewHost place="page" />
      </div>
      <div class="foot">
        <AlarmList />
        <ViewHost place="foot" />
        {replaying.value ? <ReplayFoot /> : <AlarmStrip />}
      </div>
      <ConnectionPopover />
      <AlarmDialogHost />
      <Palette />
      <Help />
    </div>
  );
}
