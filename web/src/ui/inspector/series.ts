/** The points of a trend: what was recorded, and what arrives while one looks. Pure. */

import type { SeriesRecord } from '../../api/types.gen';

/** Columns as the chart wants them; times are epoch seconds. A null breaks the line. */
export interface Columns {
  t_s: number[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
}

export const TREND_S = 30 * 60;

/** The recorded part. */
export function recorded(series: SeriesRecord): Columns {
  return { t_s: series.t_ms.map((t) => t / 1000), mean: [...series.mean], min: [...series.min], max: [...series.max] };
}

/**
 * Adds a live value and forgets what is older than the window. A value that is not newer than the last is left out; a
 * pause longer than `gap_s` breaks the line, because nothing is known about it.
 */
export function appended(columns: Columns, t_s: number, value: number, gap_s: number): Columns {
  const last = columns.t_s.at(-1);
  if (last !== undefined && t_s <= last) return columns;
  const gap = last !== undefined && t_s - last > gap_s;
  const t = gap ? [...columns.t_s, (last + t_s) / 2, t_s] : [...columns.t_s, t_s];
  const add = (column: readonly (number | null)[]) => (gap ? [...column, null, value] : [...column, value]);
  const first = t.findIndex((at) => at >= t_s - TREND_S);
  return {
    t_s: t.slice(first),
    mean: add(columns.mean).slice(first),
    min: add(columns.min).slice(first),
    max: add(columns.max).slice(first),
  };
}

/** The value range to draw: the data and the limits near it, with a little air. */
export function valueRange(
  columns: Columns,
  limits: readonly (number | null)[],
  low: number,
  high: number,
): [number, number] {
  const given = [...columns.min, ...columns.max].filter((value) => value !== null);
  if (given.length === 0) return [low, high];
  let from = Math.min(...given);
  let to = Math.max(...given);
  const reach = Math.max(to - from, (high - low) * 0.1);
  for (const limit of limits) {
    if (limit === null) continue;
    if (limit >= from - reach && limit <= to + reach) {
      from = Math.min(from, limit);
      to = Math.max(to, limit);
    }
  }
  const air = Math.max((to - from) * 0.14, (high - low) * 0.01);
  return [from - air, to + air];
}

/** Decimals that tell axis labels a step apart from each other. */
export function stepDecimals(step: number): number {
  return step > 0 ? Math.min(4, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))) : 0;
}
