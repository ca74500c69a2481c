import 'maplibre-gl/dist/maplibre-gl.css';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import './style/frame.css';
import './style/top.css';
import './style/panels.css';
import './style/alarms.css';
import './style/sensors.css';
import './style/inspector.css';
import './style/narrow.css';

import { effect } from '@preact/signals';
import { render } from 'preact';
import { api } from './api/client';
import { firstLanguage, language, locale, t } from './i18n';
import { monotonicMs } from './live/clock';
import { call, startSound } from './live/sound';
import { liveUrl, Session } from './live/session';
import { browserWorld } from './live/socket';
import type { ViewState } from './map/port';
import { readAddress, writeAddress } from './store/address';
import { onCall, priorityOf } from './store/alarms';
import { readCatalogue } from './store/catalogue';
import { head, plantKnown } from './store/live';
import { view } from './store/map';
import { kept, layerPanelOpen, layers, readLayers, theme, writeLayers } from './store/preferences';
import { select, selection } from './store/selection';
import { liveSession, me, session } from './store/session';
import { liveFeed, stage } from './store/stage';
import { openReplay, plantCode, replayState } from './store/replay';
import { openView, openViewState } from './store/views';
import { App } from './ui/App';
import { listen } from './ui/keyboard';
import { startFrom } from './ui/MapHost';
import { loadReplay } from './ui/ReplayHost';

/** The address is written at most this often; browsers refuse more. */
const ADDRESS_PAUSE_MS = 400;
/** Pause before the list of plants is asked for again. */
const ASK_AGAIN_MS = 3_000;

function preferences(asked: ReturnType<typeof readAddress>): void {
  language.value = firstLanguage(asked.language, kept.read('language'), navigator.languages);
  theme.value = asked.theme ?? (kept.read('theme') === 'dark' ? 'dark' : 'light');
  layers.value = asked.layers ?? readLayers(kept.read('layers'));
  const panel = kept.read('layer-panel');
  layerPanelOpen.value = panel === null ? window.innerWidth >= 1024 : panel === 'open' && window.innerWidth > 640;
  effect(() => {
    kept.write('language', language.value);
    document.documentElement.lang = locale.value;
    const plant = head.value;
    document.title = plant === null ? t('app.name') : `${plant.names[language.value]} · ${t('app.name')}`;
  });
  effect(() => {
    kept.write('theme', theme.value);
    document.documentElement.dataset['theme'] = theme.value;
  });
  effect(() => kept.write('layers', writeLayers(layers.value)));
  effect(() => kept.write('layer-panel', layerPanelOpen.value ? 'open' : 'closed'));
}

/** Keeps the address true to what is shown, without filling the history. */
function keepAddress(plant: string, asked: ViewState | null): void {
  let timer = 0;
  let written = '';
  const write = () => {
    timer = 0;
    if (written !== location.search) history.replaceState(null, '', written + location.hash);
  };
  effect(() => {
    written = writeAddress({
      plant,
      language: language.value,
      theme: theme.value,
      view: view.value ?? asked,
      selection: selection.value,
      layers: layers.value,
      open: openView.value,
      openState: openViewState.value,
      replay: replayState.value,
    });
    if (timer === 0) timer = window.setTimeout(write, ADDRESS_PAUSE_MS);
  });
}

/** The plant in the address, or the first there is; waits until there is one. */
async function whichPlant(asked: string | null): Promise<string> {
  if (asked !== null) return asked;
  for (;;) {
    try {
      const [first] = await api.plants();
      plantKnown.value = first !== undefined;
      if (first !== undefined) return first.code;
    } catch (error) {
      console.warn('plants:', error);
    }
    await new Promise((resolve) => window.setTimeout(resolve, ASK_AGAIN_MS));
  }
}

async function start(): Promise<void> {
  const asked = readAddress(location.search);
  preferences(asked);
  startFrom(asked.view);
  select(asked.selection);
  openView.value = asked.open;
  openViewState.value = asked.openState;
  plantCode.value = asked.plant;
  if (asked.replay !== '') {
    // Early: the code of the replay and the past come while the map is still being built.
    loadReplay();
    openReplay(asked.replay);
  }
  listen(window);
  render(<App />, document.getElementById('app')!);

  startSound(window);
  onCall((alarm, feed) => {
    // The past makes no noise.
    if (feed === liveFeed) call(priorityOf(alarm));
  });
  void readCatalogue();
  api.me().then(
    (principal) => (me.value = principal),
    // Without it the account is named in general words; nothing else depends on it.
    (error: unknown) => console.warn('account:', error),
  );
  const plant = await whichPlant(asked.plant);
  plantCode.value = plant;
  const running = new Session(plant, liveUrl(plant, location), browserWorld(monotonicMs));
  liveSession.value = running;
  if (stage.peek() === 'live') session.value = running;
  running.start();
  window.addEventListener('online', () => running.retryNow());
  keepAddress(plant, asked.view);
}

void start();
