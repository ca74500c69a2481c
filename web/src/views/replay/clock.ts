/** The clock of a replay: where it stands, how fast it runs, what it spans. Pure. */

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64] as const;
export const LONGEST_MS = 24 * 3_600_000;
const SHORTEST_MS = 10_000;

export interface Clock {
  at_ms: number;
  from_ms: number;
  to_ms: number;
  playing: boolean;
  /** Seconds of the past a second; negative runs backwards. */
  speed: number;
}

export const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** A span in order, not longer than a day, not shorter than ten seconds, not in the future. */
export function spanned(from_ms: number, to_ms: number, now_ms: number): { from_ms: number; to_ms: number } {
  const to = Math.min(Math.max(from_ms, to_ms), now_ms);
  const from = Math.min(from_ms, to_ms, to - SHORTEST_MS);
  return { from_ms: Math.max(from, to - LONGEST_MS), to_ms: to };
}

/** After `passed_ms` of real time. It stops at either end and says so by not playing any more. */
export function advanced(clock: Clock, passed_ms: number): Clock {
  if (!clock.playing) return clock;
  const at = clock.at_ms + passed_ms * clock.speed;
  const at_ms = within(at, clock.from_ms, clock.to_ms);
  return { ...clock, at_ms, playing: at === at_ms };
}

/** Goes to an instant; one outside the span moves the span along, whole. */
export function goneTo(clock: Clock, at_ms: number, now_ms: number): Clock {
  const at = Math.min(at_ms, now_ms);
  if (at >= clock.from_ms && at <= clock.to_ms) return { ...clock, at_ms: at };
  const length = clock.to_ms - clock.from_ms;
  const span = spanned(at - length / 2, Math.min(now_ms, at + length / 2), now_ms);
  return { ...clock, ...span, at_ms: within(at, span.from_ms, span.to_ms) };
}

/** Play in a direction; asked again in the same direction it doubles, in the other it starts at once that way round. */
export function shuttled(clock: Clock, direction: 1 | -1): Clock {
  const same = clock.playing && Math.sign(clock.speed) === direction;
  const size = Math.abs(clock.speed);
  const next = same ? (SPEEDS.find((speed) => speed > size) ?? SPEEDS.at(-1)!) : clock.playing ? 1 : size;
  return { ...clock, playing: true, speed: direction * next };
}

/** The next of some instants behind or before the clock; null when there is none. Sorted ascending. */
export function neighbour(times: readonly number[], at_ms: number, direction: 1 | -1): number | null {
  if (direction === 1) return times.find((t) => t > at_ms + 1) ?? null;
  return times.findLast((t) => t < at_ms - 1) ?? null;
}

/**
 * Reads a local time of day or date and time (`14:05`, `14:05:30`, `2026-11-23 14:05`) in the plant's zone. A time of day
 * alone is that of the day on show. Null when it is none.
 */
export function readTime(text: string, shown_ms: number, zone: string): number | null {
  const found = /^\s*(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?\s*$/.exec(text);
  if (found === null) return null;
  const [, y, mo, d, h, mi, s] = found;
  if (Number(h) > 23 || Number(mi) > 59 || Number(s ?? 0) > 59) return null;
  const shown = localParts(shown_ms, zone);
  const wanted = Date.UTC(
    Number(y ?? shown.year),
    Number(mo ?? shown.month) - 1,
    Number(d ?? shown.day),
    Number(h),
    Number(mi),
    Number(s ?? 0),
  );
  if (new Date(wanted).getUTCDate() !== Number(d ?? shown.day)) return null;
  // Twice, because the offset may be another one at the instant found first (summer time).
  let t = wanted;
  for (let i = 0; i < 2; i++) t = wanted - offsetMs(t, zone);
  return t;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localParts(
  t_ms: number,
  zone: string,
): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number> {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(t_ms).map((part) => [part.type, Number(part.value)]));
  return parts as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
}

/** Local time less UTC, milliseconds. */
export function offsetMs(t_ms: number, zone: string): number {
  const p = localParts(t_ms, zone);
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - Math.floor(t_ms / 1000) * 1000;
}

/** `2026-11-23 14:05:30` in the plant's zone, as `readTime` takes it. */
export function writeTime(t_ms: number, zone: string): string {
  const p = localParts(t_ms, zone);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${p.year}-${two(p.month)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
}
