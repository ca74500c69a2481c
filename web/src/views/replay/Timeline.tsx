import { useEffect, useRef, useState } from 'preact/hooks';
import { name } from '../../i18n';
import { age, clock as clockText, exact, number } from '../../i18n/format';
import { mover, wall_ms, zone } from '../../store/live';
import { theme } from '../../store/preferences';
import { records } from '../../store/records';
import { whatHappened } from '../../ui/alarmText';
import { useBands, useTrend } from './chosen';
import { LONGEST_MS } from './clock';
import { ALARMS_PX, CROSSINGS_PX, heightPx, paint, PERSON_PX, RULER_PX, timeOf, xOf } from './paint';
import type { ReplaySession } from './session';
import { STOPS } from './stops';
import { w } from './words';

/** As near as this to a mark, the pointer is on it, CSS pixels. */
const NEAR_PX = 7;
/** Lanes of chosen people on the timeline; more are on the map only. */
export const LANES = 5;
const SHORTEST_DRAG_MS = 10_000;

/** Where the clock stands in the span, and what happened around it. Scrub with the pointer, Shift-drag for a span. */
export function Timeline({ replay }: { replay: ReplaySession }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drag = useRef<{ from_ms: number; span: boolean } | null>(null);
  const [selecting, setSelecting] = useState<{ from_ms: number; to_ms: number } | null>(null);
  const [hint, setHint] = useState<{ x: number; text: string } | null>(null);
  const clock = replay.clock.value;
  const zoneId = zone.value;
  const chosen = replay.people.value.slice(0, LANES);
  const bands = useBands(replay.plant, chosen, clock.from_ms, clock.to_ms, replay.quality.value);
  const sensor = replay.sensor.value;
  const series = useTrend(replay.plant, sensor, clock.from_ms, clock.to_ms);
  void [replay.read.value, theme.value];
  const past = replay.recording.past;
  const names = mover.value;
  const nameOf = (id: string) => {
    const row = names.get(id) ?? records.value?.person.get(id) ?? records.value?.vehicle.get(id);
    return row === undefined ? id : name(row.names);
  };
  const zoneColour = (code: string) => {
    const colour = records.peek()?.zone.get(code)?.colour ?? 'blue';
    return getComputedStyle(document.documentElement).getPropertyValue(`--risk-${colour}`);
  };
  const height = heightPx(chosen.length, sensor !== null);

  const draw = () => {
    if (canvas.current === null) return;
    paint(canvas.current, {
      clock: replay.clock.peek(),
      zone: zoneId,
      past,
      loaded: [...replay.recording.tracks.kept.keys()],
      people: chosen.map((id) => {
        const one = bands.get(id) ?? null;
        const none = one !== null && one.speed.every((speed) => speed === null);
        return {
          name: nameOf(id),
          bands: one,
          note: one === null ? w('track.loading') : none ? w('track.none') : '',
        };
      }),
      trend: sensor === null ? null : { name: sensor, series },
      zoneColour,
      chosen: replay.people.value,
      selecting,
      words: { alarms: w('lane.alarms'), crossings: w('lane.crossings') },
      wall_ms: wall_ms.peek(),
    });
  };
  useEffect(draw);
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const watch = new ResizeObserver(draw);
    watch.observe(canvas.current);
    return () => watch.disconnect();
  });

  const timeAt = (event: MouseEvent): number => {
    const box = canvas.current!.getBoundingClientRect();
    return timeOf(event.clientX - box.left, replay.clock.peek(), box.width);
  };

  /** What is under the pointer, in words. */
  const describe = (event: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const t = timeOf(px, clock, box.width);
    const parts = [clockText(t, zoneId)];
    const lane = py - RULER_PX - ALARMS_PX - CROSSINGS_PX;
    if (past !== null && lane < 0) {
      const near = past.raised
        .map((one) => ({ one, off: Math.abs(xOf(one.t_ms, clock, box.width) - px) }))
        .filter(({ off }) => off < NEAR_PX)
        .toSorted((a, b) => a.off - b.off)[0];
      if (near !== undefined) parts.push(whatHappened(near.one.alarm));
    }
    const gap = past?.gaps.find((one) => one.from_ms <= t && one.to_ms >= t);
    if (gap !== undefined) {
      parts.push(
        w('gap.hint', { from: clockText(gap.from_ms, zoneId), to: clockText(gap.to_ms, zoneId), reason: gap.reason }),
      );
    }
    const who = lane < 0 ? undefined : chosen[Math.floor(lane / PERSON_PX)];
    const band = who === undefined ? undefined : bands.get(who);
    if (band !== undefined) {
      const speed = band.speed[Math.floor((t - band.from_ms) / band.step_ms)];
      if (speed != null) parts.push(w('speed.hint', { speed: number(speed, 1) }));
      const inZone = band.zones.find((one) => one.from_ms <= t && one.to_ms >= t);
      const zoneRecord = inZone === undefined ? undefined : records.value?.zone.get(inZone.value);
      if (zoneRecord !== undefined) parts.push(name(zoneRecord.names));
      const stop = band.stops.find((one) => one.from_ms <= t && one.to_ms >= t);
      if (stop !== undefined) {
        const words = { age: age((stop.to_ms - stop.from_ms) / 1000) };
        parts.push(
          w('stop.hint', { ...words, from: clockText(stop.from_ms, zoneId), to: clockText(stop.to_ms, zoneId) }),
        );
        parts.push(w('lane.stops', { radius: STOPS.radius_m, least: STOPS.least_s, gap: STOPS.gap_s }));
      }
    }
    setHint({ x: px, text: parts.join(' · ') });
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.current!.setPointerCapture(event.pointerId);
    const t = timeAt(event);
    drag.current = { from_ms: t, span: event.shiftKey };
    if (event.shiftKey) setSelecting({ from_ms: t, to_ms: t });
    else replay.seek(t);
  };
  const move = (event: PointerEvent) => {
    if (drag.current === null) {
      describe(event);
      return;
    }
    setHint(null);
    const t = timeAt(event);
    if (drag.current.span) setSelecting({ from_ms: drag.current.from_ms, to_ms: t });
    else replay.seek(t);
  };
  const up = () => {
    const dragged = drag.current;
    drag.current = null;
    if (dragged?.span === true && selecting !== null) {
      if (Math.abs(selecting.to_ms - selecting.from_ms) >= SHORTEST_DRAG_MS) {
        replay.span(Math.min(selecting.from_ms, selecting.to_ms), Math.max(selecting.from_ms, selecting.to_ms));
      }
      setSelecting(null);
    }
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const now = replay.clock.peek();
    const t = timeAt(event);
    const factor = Math.exp(Math.sign(event.deltaY) * 0.25);
    const length = Math.min(LONGEST_MS, (now.to_ms - now.from_ms) * factor);
    const share = (t - now.from_ms) / (now.to_ms - now.from_ms);
    const from = t - share * length;
    replay.span(from, from + length);
  };
  return (
    <div class="replay-timeline">
      <canvas
        ref={canvas}
        style={{ height: `${height}px` }}
        tabIndex={0}
        role="slider"
        aria-label={w('timeline')}
        aria-valuemin={clock.from_ms}
        aria-valuemax={clock.to_ms}
        aria-valuenow={Math.round(clock.at_ms)}
        aria-valuetext={exact(clock.at_ms, zoneId)}
        data-testid="timeline"
        data-at={Math.round(clock.at_ms)}
        data-from={Math.round(clock.from_ms)}
        data-to={Math.round(clock.to_ms)}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => setHint(null)}
        onWheel={wheel}
      />
      {hint !== null && (
        <output class="replay-hint" style={{ left: `${hint.x}px` }}>
          {hint.text}
        </output>
      )}
    </div>
  );
}
