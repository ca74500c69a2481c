/** What is asked of the past: its parts, what is still missing, and the request it makes. Pure. */

import type {
  ExceedancesAnswer,
  HeatAnswer,
  NearAnswer,
  OccupancyAnswer,
  Place,
  VisitsAnswer,
  WaysAnswer,
} from '../../api/types.gen';
import type { Frame, Point } from '../fences/drawing/frame';
import { shapeFaults } from '../fences/drawing/faults';
import { geometryOf } from '../fences/drawing/geojson';
import { circleRing, isEmpty, type Shape } from '../fences/drawing/shape';

export const KINDS = ['inside', 'near', 'ways', 'occupancy', 'heat', 'exceedances'] as const;
export type Kind = (typeof KINDS)[number];

/** Where: drawn, a record of the plant, or around something. `mover` is wherever that person or vehicle was. */
export type Spot =
  | { readonly kind: 'drawn'; readonly shape: Shape }
  | { readonly kind: 'fence' | 'zone'; readonly code: string }
  | { readonly kind: 'asset'; readonly code: string; readonly radius_m: number }
  | { readonly kind: 'point'; readonly lon: number; readonly lat: number; readonly radius_m: number }
  | { readonly kind: 'mover'; readonly code: string; readonly radius_m: number };
export type SpotKind = Spot['kind'];

export const SPOTS: Readonly<Record<Kind, readonly SpotKind[]>> = {
  inside: ['drawn', 'fence', 'zone'],
  near: ['mover', 'asset', 'point'],
  ways: ['drawn', 'fence', 'zone', 'asset'],
  occupancy: [],
  heat: [],
  exceedances: [],
};

/** Lengths of time that end now. */
export const PRESETS = { quarter: 15, hour: 60, shift: 480, day: 1440 } as const;
export type Preset = keyof typeof PRESETS;

export interface Question {
  readonly kind: Kind;
  readonly a: Spot | null;
  /** Only for ways: where they went. */
  readonly b: Spot | null;
  readonly from_ms: number;
  readonly to_ms: number;
  /** The span goes along with the clock until somebody fixes it. */
  readonly preset: Preset | null;
  readonly role: string | null;
  /** Leave out what lasted shorter. */
  readonly least_s: number;
  /** Ways that took longer are none. */
  readonly longest_min: number;
  readonly cell_m: number;
  /** Around sensors beyond a limit. */
  readonly radius_m: number;
  readonly areas: 'fences' | 'zones';
}

export function firstQuestion(now_ms: number): Question {
  return {
    kind: 'inside',
    a: null,
    b: null,
    from_ms: now_ms - PRESETS.hour * 60_000,
    to_ms: now_ms,
    preset: 'hour',
    role: null,
    least_s: 0,
    longest_min: 30,
    cell_m: 10,
    radius_m: 30,
    areas: 'fences',
  };
}

/** The span as it is when somebody asks at `now_ms`. */
export function spanOf(question: Question, now_ms: number): { from_ms: number; to_ms: number } {
  if (question.preset === null) return { from_ms: question.from_ms, to_ms: question.to_ms };
  return { from_ms: now_ms - PRESETS[question.preset] * 60_000, to_ms: now_ms };
}

/** Another kind of question; a place that it can not be asked of is let go. */
export function ofKind(question: Question, kind: Kind): Question {
  const fits = (spot: Spot | null): Spot | null =>
    spot !== null && SPOTS[kind].some((one) => one === spot.kind) ? spot : null;
  return { ...question, kind, a: fits(question.a), b: kind === 'ways' ? fits(question.b) : null };
}

const DAY_MS = 86_400_000;
/** The server's limits: of one place a month, of everybody everywhere a day. */
export const LONGEST_MS: Readonly<Record<Kind, number>> = {
  inside: 31 * DAY_MS,
  near: 31 * DAY_MS,
  ways: 31 * DAY_MS,
  occupancy: 31 * DAY_MS,
  heat: DAY_MS,
  exceedances: 31 * DAY_MS,
};

export type Missing = 'shape' | 'place' | 'somebody' | 'start' | 'end' | 'span' | 'long' | 'future';

/** What keeps it from being asked; null when nothing does. */
export function missing(question: Question, now_ms: number): Missing | null {
  const { kind, a, b } = question;
  const none = (spot: Spot | null): boolean => spot === null || (spot.kind === 'drawn' && isEmpty(spot.shape));
  if (kind === 'inside' && none(a)) return 'place';
  if (kind === 'near' && none(a)) return 'somebody';
  if (kind === 'ways' && none(a)) return 'start';
  if (kind === 'ways' && none(b)) return 'end';
  if ([a, b].some((spot) => spot?.kind === 'drawn' && shapeFaults(spot.shape).length > 0)) return 'shape';
  const { from_ms, to_ms } = spanOf(question, now_ms);
  if (!(from_ms < to_ms)) return 'span';
  if (from_ms >= now_ms) return 'future';
  return to_ms - from_ms > LONGEST_MS[kind] ? 'long' : null;
}

function placeOf(spot: Spot, by: Frame): Place {
  switch (spot.kind) {
    case 'drawn':
      return { shape: geometryOf(by, spot.shape) as NonNullable<Place['shape']> };
    case 'asset':
      return { asset: spot.code, radius_m: spot.radius_m };
    case 'point':
      return { lon: spot.lon, lat: spot.lat, radius_m: spot.radius_m };
    case 'fence':
      return { fence: spot.code };
    default:
      return { zone: spot.code };
  }
}

/** Which answer comes back from which path. */
export interface Answers {
  visits: VisitsAnswer;
  near: NearAnswer;
  ways: WaysAnswer;
  occupancy: OccupancyAnswer;
  heat: HeatAnswer;
  exceedances: ExceedancesAnswer;
}
export type Path = keyof Answers;

export interface Request {
  readonly path: Path;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The request a question makes; only for one that lacks nothing. `zones` are those of the plant. */
export function requestOf(question: Question, by: Frame, now_ms: number, zones: readonly string[]): Request {
  const { from_ms, to_ms } = spanOf(question, now_ms);
  const span = {
    t_from: new Date(from_ms).toISOString(),
    t_to: new Date(to_ms).toISOString(),
    ...(question.role === null ? {} : { roles: [question.role] }),
    ...(question.least_s > 0 ? { least_s: question.least_s } : {}),
  };
  const { a, b } = question;
  switch (question.kind) {
    case 'ways':
      return {
        path: 'ways',
        body: { ...span, start: placeOf(a!, by), end: placeOf(b!, by), longest_s: question.longest_min * 60 },
      };
    case 'near':
      if (a!.kind === 'mover') return { path: 'near', body: { ...span, subject: a!.code, radius_m: a!.radius_m } };
      return { path: 'visits', body: { ...span, place: placeOf(a!, by) } };
    case 'occupancy': {
      const places = question.areas === 'zones' ? zones.map((zone) => ({ zone })) : [];
      return { path: 'occupancy', body: { ...span, places } };
    }
    case 'heat':
      return { path: 'heat', body: { ...span, cell_m: question.cell_m } };
    case 'exceedances':
      return { path: 'exceedances', body: { ...span, radius_m: question.radius_m } };
    default:
      return { path: 'visits', body: { ...span, place: placeOf(a!, by) } };
  }
}

/** Around a place of the site, to be drawn. */
export const around = (at: Point, radius_m: number): Shape => ({
  kind: 'polygon',
  parts: [[circleRing(at, radius_m)]],
});
