/** Draws the timeline: ruler, alarms, crossings, gaps, chosen people, a trend, and where the clock stands. */

import type { SeriesRecord } from '../../api/types.gen';
import { hourMinute, clock as clockText } from '../../i18n/format';
import { priorityPath } from '../../scene/glyphs';
import { priorityOf } from '../../store/alarms';
import type { Bands } from './bands';
import { offsetMs, type Clock } from './clock';
import type { Chronicle } from './past';
import { SEGMENT_MS } from './segments';

export const RULER_PX = 18;
export const ALARMS_PX = 18;
export const CROSSINGS_PX = 9;
export const PERSON_PX = 24;
export const TREND_PX = 40;
/** Left of this stand the names of the lanes. */
export const LABEL_PX = 92;
/** A walk of this speed fills the lane, m/s. */
const BRISK_MPS = 2;
const STEPS_MS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600].map((s) => s * 1000);

export interface Painted {
  clock: Clock;
  zone: string;
  past: Chronicle | null;
  /** Keys of the segments that are here. */
  loaded: readonly number[];
  people: readonly { name: string; bands: Bands | null; note: string }[];
  trend: { name: string; series: SeriesRecord | null } | null;
  zoneColour: (code: string) => string;
  chosen: readonly string[];
  /** A span being drawn with the pointer. */
  selecting: { from_ms: number; to_ms: number } | null;
  words: { alarms: string; crossings: string };
  wall_ms: number;
}

export function heightPx(people: number, trend: boolean): number {
  return RULER_PX + ALARMS_PX + CROSSINGS_PX + people * PERSON_PX + (trend ? TREND_PX : 0) + 4;
}

/** Where an instant is, CSS pixels from the left. */
export function xOf(t_ms: number, clock: Clock, width: number): number {
  return LABEL_PX + ((t_ms - clock.from_ms) / (clock.to_ms - clock.from_ms)) * (width - LABEL_PX - 8);
}

export function timeOf(x_px: number, clock: Clock, width: number): number {
  const share = (x_px - LABEL_PX) / Math.max(1, width - LABEL_PX - 8);
  return clock.from_ms + Math.min(1, Math.max(0, share)) * (clock.to_ms - clock.from_ms);
}

/** The distance of ruler marks that leaves room for their numbers. */
export function tickMs(span_ms: number, width: number): number {
  const room = Math.max(1, Math.floor(width / 72));
  return STEPS_MS.find((step) => span_ms / step <= room) ?? STEPS_MS.at(-1)!;
}

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function hatch(g: CanvasRenderingContext2D, x: number, y: number, w: number, h: number, colour: string): void {
  if (w < 1) return;
  g.save();
  g.beginPath();
  g.rect(x, y, w, h);
  g.clip();
  g.strokeStyle = colour;
  g.lineWidth = 1;
  g.beginPath();
  for (let at = x - h; at < x + w; at += 5) {
    g.moveTo(at, y + h);
    g.lineTo(at + h, y);
  }
  g.stroke();
  g.restore();
}

export function paint(canvas: HTMLCanvasElement, what: Painted): void {
  const g = canvas.getContext('2d');
  if (g === null) return;
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  const { clock, past, zone } = what;
  const x = (t: number) => xOf(t, clock, width);
  const inside = (from: number, to: number) => to >= clock.from_ms && from <= clock.to_ms;
  const colour = {
    text: token('text'),
    soft: token('text-secondary'),
    line: token('hairline-soft'),
    replay: token('replay'),
    stale: token('stale'),
    live: token('live'),
    outline: token('mark-outline'),
    sunken: token('sunken'),
  };
  g.font = `11px ${token('font')}`;
  g.textBaseline = 'middle';
  const label = (text: string, y: number) => {
    g.fillStyle = colour.soft;
    g.textAlign = 'left';
    let shown = text;
    while (shown.length > 1 && g.measureText(shown).width > LABEL_PX - 14) shown = `${shown.slice(0, -2)}…`;
    g.fillText(shown, 10, y);
  };

  // Ruler.
  const step = tickMs(clock.to_ms - clock.from_ms, width - LABEL_PX);
  // Marks stand at round local times.
  const offset = offsetMs(clock.from_ms, zone);
  const first = Math.ceil((clock.from_ms + offset) / step) * step - offset;
  g.textAlign = 'center';
  for (let t = first; t <= clock.to_ms; t += step) {
    g.strokeStyle = colour.line;
    g.beginPath();
    g.moveTo(x(t), RULER_PX - 4);
    g.lineTo(x(t), height);
    g.stroke();
    g.fillStyle = colour.soft;
    const text = step < 60_000 ? clockText(t, zone) : hourMinute(t, zone);
    if (x(t) < width - 18) g.fillText(text, x(t), 7);
  }
  // What has been read: a thin line under the ruler.
  g.fillStyle = colour.replay;
  for (const key of what.loaded) {
    const [from, to] = [key * SEGMENT_MS, (key + 1) * SEGMENT_MS];
    if (!inside(from, to)) continue;
    const [a, b] = [Math.max(LABEL_PX, x(from)), Math.min(width - 8, x(Math.min(to, what.wall_ms)))];
    if (b > a) g.fillRect(a, RULER_PX - 2, b - a, 2);
  }

  let y = RULER_PX;
  label(what.words.alarms, y + ALARMS_PX / 2);
  label(what.words.crossings, y + ALARMS_PX + CROSSINGS_PX / 2);
  if (past !== null) {
    for (const crossing of past.events.crossings) {
      const t = Date.parse(crossing.t);
      if (!inside(t, t)) continue;
      const mine = what.chosen.includes(crossing.subject);
      g.fillStyle = mine ? token('accent') : colour.soft;
      const up = crossing.direction === 'enter';
      g.globalAlpha = what.chosen.length === 0 || mine ? 1 : 0.35;
      g.fillRect(x(t) - 0.75, y + ALARMS_PX + (up ? 0 : 4), 1.5, 5);
      g.globalAlpha = 1;
    }
    for (const { t_ms, until_ms, alarm } of past.raised.toReversed()) {
      const end = Math.min(until_ms ?? clock.to_ms, clock.to_ms);
      if (!inside(t_ms, end)) continue;
      const ink = token(`p${priorityOf(alarm)}`);
      g.fillStyle = ink;
      g.globalAlpha = 0.35;
      const from = Math.max(LABEL_PX, x(t_ms));
      g.fillRect(from, y + ALARMS_PX / 2 - 1.5, Math.max(0, x(end) - from), 3);
      g.globalAlpha = 1;
      if (t_ms < clock.from_ms) continue;
      const mark = priorityPath(priorityOf(alarm), x(t_ms), y + ALARMS_PX / 2, 5);
      g.fill(mark);
      g.strokeStyle = colour.outline;
      g.lineWidth = 1;
      g.stroke(mark);
    }
  }
  y += ALARMS_PX + CROSSINGS_PX;

  for (const { name, bands, note } of what.people) {
    label(name, y + PERSON_PX / 2);
    g.fillStyle = colour.sunken;
    g.fillRect(LABEL_PX, y + 2, width - LABEL_PX - 8, PERSON_PX - 4);
    if (bands === null || note !== '') {
      g.fillStyle = colour.soft;
      g.textAlign = 'left';
      g.fillText(note, LABEL_PX + 6, y + PERSON_PX / 2);
    }
    if (bands !== null) person(g, bands, y, x, width, what.zoneColour, colour);
    y += PERSON_PX;
  }

  if (what.trend !== null) {
    label(what.trend.name, y + TREND_PX / 2);
    if (what.trend.series !== null) trend(g, what.trend.series, y, x, colour.live, clock);
  }

  if (past !== null) {
    for (const gap of past.gaps) {
      if (!inside(gap.from_ms, gap.to_ms)) continue;
      const [a, b] = [Math.max(LABEL_PX, x(gap.from_ms)), Math.min(width - 8, x(gap.to_ms))];
      hatch(g, a, RULER_PX, Math.max(2, b - a), height - RULER_PX, colour.stale);
    }
  }
  if (what.selecting !== null) {
    const [a, b] = [x(what.selecting.from_ms), x(what.selecting.to_ms)].toSorted((p, q) => p - q) as [number, number];
    g.fillStyle = colour.replay;
    g.globalAlpha = 0.2;
    g.fillRect(a, 0, b - a, height);
    g.globalAlpha = 1;
  }
  // The clock.
  const at = x(clock.at_ms);
  g.fillStyle = g.strokeStyle = colour.replay;
  g.lineWidth = 2;
  g.beginPath();
  g.moveTo(at, RULER_PX - 4);
  g.lineTo(at, height);
  g.stroke();
  g.beginPath();
  g.moveTo(at - 6, RULER_PX - 10);
  g.lineTo(at + 6, RULER_PX - 10);
  g.lineTo(at, RULER_PX);
  g.fill();
}

function person(
  g: CanvasRenderingContext2D,
  bands: Bands,
  y: number,
  x: (t: number) => number,
  width: number,
  zoneColour: (code: string) => string,
  colour: { soft: string; stale: string; live: string; text: string },
): void {
  const bottom = y + PERSON_PX - 3;
  const clip = (a: number, b: number): [number, number] => [
    Math.max(LABEL_PX, a),
    Math.max(0, Math.min(width - 8, b) - Math.max(LABEL_PX, a)),
  ];
  for (const { from_ms, to_ms, value } of bands.zones) {
    g.fillStyle = zoneColour(value);
    const [a, w] = clip(x(from_ms), Math.max(x(to_ms), x(from_ms) + 1));
    g.fillRect(a, y + 2, w, 4);
  }
  g.fillStyle = colour.live;
  bands.speed.forEach((speed, i) => {
    if (speed === null) return;
    const from = bands.from_ms + i * bands.step_ms;
    const [a, w] = clip(x(from), x(from + bands.step_ms));
    const h = Math.max(1, Math.min(1, speed / BRISK_MPS) * (PERSON_PX - 12));
    g.globalAlpha = 0.75;
    g.fillRect(a, bottom - 3 - h, w, h);
    g.globalAlpha = 1;
  });
  g.fillStyle = colour.text;
  for (const stop of bands.stops) {
    const [a, w] = clip(x(stop.from_ms), x(stop.to_ms));
    g.fillRect(a, bottom - 2, w, 3);
  }
  for (const gap of bands.gaps) {
    const [a, w] = clip(x(gap.from_ms), x(gap.to_ms));
    hatch(g, a, y + 2, w, PERSON_PX - 4, colour.stale);
  }
}

function trend(
  g: CanvasRenderingContext2D,
  series: SeriesRecord,
  y: number,
  x: (t: number) => number,
  ink: string,
  clock: Clock,
): void {
  if (series.t_ms.length === 0) return;
  const low = Math.min(...series.min);
  const high = Math.max(...series.max);
  const air = Math.max((high - low) * 0.1, 1e-9);
  const place = (value: number) => y + TREND_PX - 4 - ((value - low + air) / (high - low + 2 * air)) * (TREND_PX - 8);
  const { h, hh, l, ll } = series.limits;
  for (const [limit, name] of [
    [h, 'warn'],
    [hh, 'bad'],
    [l, 'warn'],
    [ll, 'bad'],
  ] as const) {
    if (limit === null || limit < low - air || limit > high + air) continue;
    g.strokeStyle = token(name);
    g.setLineDash([4, 3]);
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(x(clock.from_ms), place(limit));
    g.lineTo(x(clock.to_ms), place(limit));
    g.stroke();
    g.setLineDash([]);
  }
  // A pause of several steps is a gap of the record.
  const steps = series.t_ms.slice(1).map((t, i) => t - series.t_ms[i]!);
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0;
  g.strokeStyle = ink;
  g.lineWidth = 1.5;
  g.beginPath();
  series.mean.forEach((value, i) => {
    const [px, py] = [x(series.t_ms[i]!), place(value)];
    if (i === 0 || series.t_ms[i]! - series.t_ms[i - 1]! > 4 * usual) g.moveTo(px, py);
    else g.lineTo(px, py);
  });
  g.stroke();
}
