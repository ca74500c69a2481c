/** A second map at another time: same view, same clock, its own past. */

import { X } from 'lucide';
import { effect, signal, untracked } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { language } from '../../i18n';
import { exact } from '../../i18n/format';
import type { MapReading, PlantMap } from '../../map/port';
import { mapAlarm } from '../../store/alarms';
import { isStale, zone } from '../../store/live';
import { map } from '../../store/map';
import { layers, theme } from '../../store/preferences';
import { models, plantData, records } from '../../store/records';
import { mapSelection, select } from '../../store/selection';
import { liveFeed } from '../../store/stage';
import { Icon } from '../../ui/Icon';
import { alarmsAt, upTo } from './past';
import { Recording } from './recording';
import type { ReplaySession } from './session';
import { Trails } from './trails';
import { w } from './words';

const TELL_MS = 500;

/** Both maps look the same way; whichever is moved leads. */
function together(one: PlantMap, other: PlantMap): () => void {
  let leading = false;
  const follow = (from: PlantMap, to: PlantMap) =>
    from.on('view', () => {
      if (leading) return;
      leading = true;
      to.setView(from.view());
      leading = false;
    });
  other.setView(one.view());
  const stops = [follow(one, other), follow(other, one)];
  return () => stops.forEach((stop) => stop());
}

/** Everything that ties one replay's clock to a map of its own. */
function wire(replay: ReplaySession, shown: PlantMap, main: PlantMap, offset_ms: number): () => void {
  const read = signal(0);
  const recording = new Recording(replay.plant, replay.quality.peek(), () => (read.value += 1));
  const trails = new Trails();
  const attached = shown.attach(trails.group);
  let marks = '';
  let told = -Infinity;
  const tell = (at_ms: number) => {
    const base = liveFeed.get(records);
    const { past } = recording;
    if (base === null) return;
    const mark = `${recording.versionsAt(at_ms)} ${past === null ? 0 : upTo(past.alarm_ms, at_ms)} ${models.peek()?.version}`;
    if (mark !== marks) {
      marks = mark;
      shown.setPlant(plantData(recording.recordsAt(base, at_ms), models.peek()));
      if (past !== null) shown.setAlarms(alarmsAt(past, at_ms).map(mapAlarm));
    }
    if (performance.now() - told < TELL_MS) return;
    told = performance.now();
    const readings = new Map<string, MapReading>();
    for (const [code, one] of recording.readingsAt(at_ms, base.sensor)) {
      const stale = isStale(one, base.sensor.get(code)?.period_s ?? 1, at_ms);
      readings.set(code, { value: one.value, t_ms: Date.parse(one.t), quality: one.quality, limit: one.limit, stale });
    }
    shown.setReadings(readings);
  };
  const stops = [
    effect(() => shown.setLanguage(language.value)),
    effect(() => {
      shown.setTheme(theme.value);
      trails.recolour();
    }),
    effect(() => shown.setLayers(layers.value)),
    effect(() => shown.setSelection(mapSelection.value)),
    effect(() => {
      recording.quality = replay.quality.value;
    }),
    effect(() => {
      const { from_ms, to_ms } = replay.clock.value;
      untracked(() => recording.cover(from_ms + offset_ms, to_ms + offset_ms));
    }),
    effect(() => {
      const { at_ms, from_ms, to_ms } = replay.clock.value;
      void [read.value, liveFeed.watched(records), models.value, replay.only.value];
      const people = replay.people.value;
      const trail_s = replay.trail_s.value;
      untracked(() => {
        const at = at_ms + offset_ms;
        recording.want(at, trail_s * 1000, replay.direction, from_ms + offset_ms, to_ms + offset_ms);
        const blocks = new Map([...recording.tracks.kept].map(([key, segment]) => [key, segment.block]));
        trails.setBlocks(blocks, people, replay.only.peek());
        trails.setTime(at, trail_s);
        shown.setPositions(
          {
            table: recording.table.table,
            rows: recording.table.rows.map((row) => ({ ...row, glyph: row.glyph as 'circle' })),
          },
          recording.frame(at, (id) => replay.shows(id)),
          true,
        );
        tell(at);
      });
    }),
    shown.on('select', (hit) => select(hit === null ? null : { kind: hit.kind, id: hit.id })),
    together(main, shown),
  ];
  return () => {
    for (const stop of stops) stop();
    attached.remove();
    trails.dispose();
    recording.stop();
  };
}

export function Second({ replay, offset_ms }: { replay: ReplaySession; offset_ms: number }) {
  const place = useRef<HTMLDivElement>(null);
  const main = map.value;
  useEffect(() => {
    const element = place.current;
    if (element === null || main === null) return undefined;
    let gone = false;
    let undo = () => {};
    void (async () => {
      const { createPlantMap } = await import('../../map/index');
      const made = createPlantMap();
      try {
        await made.mount(element);
      } catch (error) {
        console.warn('second map:', error);
        return;
      }
      if (gone) {
        made.destroy();
        return;
      }
      const unwire = wire(replay, made, main, offset_ms);
      undo = () => {
        unwire();
        made.destroy();
      };
    })();
    return () => {
      gone = true;
      undo();
    };
  }, [main, replay, offset_ms]);
  const { at_ms } = replay.clock.value;
  return (
    <>
      <p class="beside-time is-left">
        {w('beside.left')} <b>{exact(at_ms, zone.value)}</b>
      </p>
      <div class="beside-map" data-testid="beside-map">
        <div ref={place} class="map-canvas" />
        <p class="beside-time">
          {w('beside.right')} <b data-testid="beside-time">{exact(at_ms + offset_ms, zone.value)}</b>
          <button
            type="button"
            class="icon-button"
            title={w('beside.close')}
            aria-label={w('beside.close')}
            onClick={() => (replay.offset_ms.value = null)}
          >
            <Icon node={X} size={1} />
          </button>
        </p>
      </div>
    </>
  );
}
