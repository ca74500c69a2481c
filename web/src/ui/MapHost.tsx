import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { language, t } from '../i18n';
import type { MapReading, PlantMap, ViewState } from '../map/port';
import { mapAlarm, standing } from '../store/alarms';
import { cameras, frozen, isStale, now_ms, readings } from '../store/live';
import { hover, map, mapCondition, view } from '../store/map';
import { rollCall } from '../store/muster';
import { layerPanelOpen, layers, theme } from '../store/preferences';
import { data, records } from '../store/records';
import { alarmListOpen, following, mapSelection, select, selection } from '../store/selection';
import { replaying } from '../store/replay';
import { session } from '../store/session';
import { openView, viewFoot } from '../store/views';
import { viewEntry } from '../views/registry';

/** A view asked for by the address; it wins over the home view once. */
let firstView: ViewState | null = null;

export function startFrom(asked: ViewState | null): void {
  firstView = asked;
}

/** The readings as the map wants them: with what makes them stale already judged. */
function mapReadings(): ReadonlyMap<string, MapReading> {
  const at = now_ms.peek();
  const known = records.value?.sensor;
  const out = new Map<string, MapReading>();
  for (const [code, reading] of readings.value) {
    const period_s = known?.get(code)?.period_s ?? 1;
    out.set(code, {
      value: reading.value,
      t_ms: Date.parse(reading.t),
      quality: reading.quality,
      limit: reading.limit,
      stale: isStale(reading, period_s, at),
    });
  }
  return out;
}

/** The most urgent alarms get rings on the map; in a storm more of them would only hide each other and the plant. */
const MOST_RINGS = 300;

/** Height of what is left of the canvas below the strip, CSS pixels; the canvas itself never changes with the strip. */
const hidden_px = signal(0);

/** Space the panels cover, so that what one flies to is not behind them. */
function insets(now: PlantMap): void {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16');
  const narrow = window.innerWidth <= 40 * rem;
  const inspected = selection.value !== null;
  const place = viewEntry(openView.value)?.place;
  const list =
    alarmListOpen.value || place === 'foot' ? window.innerHeight * 0.46 : viewFoot.value ? window.innerHeight * 0.4 : 0;
  const sheet = narrow && inspected ? window.innerHeight * 0.45 : 0;
  now.setInsets({
    top: 0,
    left: narrow ? 0 : place === 'side' ? 22.5 * rem : layerPanelOpen.value ? 13.25 * rem : 0,
    right: !narrow && inspected ? 22.5 * rem : 0,
    bottom: hidden_px.value + Math.max(list, sheet),
  });
}

/** Loads the slices of the font that the plant's names need: a canvas draws boxes for letters that are not there yet. */
function loadLetters(): void {
  const read = records.peek();
  if (read === null || document.fonts === undefined) return;
  const letters = new Set<string>();
  for (const { names } of [...read.assets, ...read.people, ...read.vehicles, ...read.zones, ...read.fences]) {
    for (const letter of names.zh) letters.add(letter);
  }
  const text = [...letters].join('');
  for (const weight of [400, 600]) {
    document.fonts.load(`${weight} 13px "Noto Sans SC"`, text).catch((error: unknown) => console.warn('fonts:', error));
  }
}

/** Ties the stores to the map. Every effect reads its signals and hands the map plain values. */
function wire(now: PlantMap): () => void {
  let viewGiven = false;
  const stops = [
    effect(() => now.setLanguage(language.value)),
    effect(() => now.setTheme(theme.value)),
    effect(() => now.setLayers(layers.value)),
    effect(() => insets(now)),
    effect(() => {
      if (data.value === null) return;
      now.setPlant(data.value);
      loadLetters();
      if (viewGiven) return;
      viewGiven = true;
      if (firstView !== null) now.setView(firstView);
    }),
    effect(() => now.setAlarms(standing.value.slice(0, MOST_RINGS).map(mapAlarm))),
    effect(() => now.setRollCall(rollCall.value)),
    effect(() => now.setReadings(mapReadings())),
    effect(() => now.setCameraStates(cameras.value)),
    effect(() => now.setSelection(mapSelection.value)),
    effect(() => session.value?.onFrame((table, frame) => now.setPositions(table, frame, replaying.peek()))),
    // A reading grows old without a message: judge all again once in a while.
    (() => {
      const id = window.setInterval(() => now.setReadings(mapReadings()), 5_000);
      return () => window.clearInterval(id);
    })(),
    effect(() => {
      const id = following.value;
      if (id === null) return;
      void now_ms.value;
      const place = session.peek()?.positions.at(id);
      if (place != null) now.flyTo({ x_m: place.x_m, y_m: place.y_m, z_m: place.z_m });
    }),
    now.on('select', (hit) => select(hit === null ? null : { kind: hit.kind, id: hit.id })),
    now.on('hover', (hit) => (hover.value = hit)),
    now.on('view', (report) => (view.value = report)),
    now.on('layerlost', () => (mapCondition.value = 'layerlost')),
    now.on('layerrestored', () => (mapCondition.value = 'ok')),
    now.on('ready', () => (mapCondition.value = mapCondition.peek() === 'layerlost' ? 'layerlost' : 'ok')),
  ];
  return () => stops.forEach((stop) => stop());
}

/** Where the map is drawn. A picture that is not alive is grey and hatched. */
export function MapHost() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    let gone = false;
    let undo = () => {};
    const stage = element.parentElement!;
    const watch = new ResizeObserver(() => (hidden_px.value = Math.max(0, element.clientHeight - stage.clientHeight)));
    watch.observe(stage);
    void (async () => {
      const { createPlantMap } = await import('../map/index');
      const made = createPlantMap();
      try {
        await made.mount(element);
      } catch (error) {
        // The shell works without the map: lists, alarms and search stay usable.
        console.warn('map:', error);
        mapCondition.value = 'unavailable';
        return;
      }
      if (gone) {
        made.destroy();
        return;
      }
      const unwire = wire(made);
      map.value = made;
      undo = () => {
        unwire();
        map.value = null;
        made.destroy();
      };
    })();
    return () => {
      gone = true;
      watch.disconnect();
      undo();
    };
  }, []);
  const condition = mapCondition.value;
  return (
    <main
      class={`map${frozen.value ? ' is-frozen' : ''}`}
      data-testid="map"
      data-condition={condition}
      data-frozen={frozen.value}
    >
      <div ref={place} class="map-canvas" aria-label={t('map.label')} />
      {frozen.value && <div class="map-veil hatched" />}
      {condition === 'unavailable' && (
        <div class="map-missing">
          <p>
            <strong>{t('map.unavailable')}</strong>
          </p>
          <p>{t('map.unavailable.more')}</p>
        </div>
      )}
    </main>
  );
}
