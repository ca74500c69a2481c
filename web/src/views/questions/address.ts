/** A question in the address: whoever opens it can ask the same. Pure. */

import type { Point } from '../fences/drawing/frame';
import { asPolygon } from '../fences/drawing/shape';
import { firstQuestion, KINDS, ofKind, PRESETS, SPOTS, type Preset, type Question, type Spot } from './question';

/** Corners in decimetres of the site, rings apart by `_`, numbers by `*`. */
function writeSpot(spot: Spot): string {
  switch (spot.kind) {
    case 'drawn': {
      const shape = asPolygon(spot.shape);
      const rings = shape.kind === 'polygon' ? shape.parts.map((part) => part[0] ?? []) : [];
      const text = rings.map((ring) => ring.flatMap(([x, y]) => [Math.round(x * 10), Math.round(y * 10)]).join('*'));
      return `drawn*${text.join('_')}`;
    }
    case 'point':
      return `point*${spot.lon.toFixed(7)}*${spot.lat.toFixed(7)}*${spot.radius_m}`;
    case 'fence':
    case 'zone':
      return `${spot.kind}*${spot.code}`;
    default:
      return `${spot.kind}*${spot.code}*${spot.radius_m}`;
  }
}

const finite = (text: string | undefined): number | null => {
  const value = text === undefined || text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
};

function readSpot(text: string): Spot | null {
  const [kind, ...rest] = text.split('*');
  const radius_m = finite(rest.at(-1));
  switch (kind) {
    case 'fence':
    case 'zone':
      return rest[0] === undefined || rest[0] === '' ? null : { kind, code: rest[0] };
    case 'asset':
    case 'mover':
      return rest.length !== 2 || radius_m === null ? null : { kind, code: rest[0]!, radius_m };
    case 'point': {
      const [lon, lat] = [finite(rest[0]), finite(rest[1])];
      return lon === null || lat === null || radius_m === null ? null : { kind, lon, lat, radius_m };
    }
    case 'drawn': {
      const parts = rest
        .join('*')
        .split('_')
        .map((ring) => ring.split('*').map(finite));
      if (parts.some((ring) => ring.length < 6 || ring.length % 2 === 1 || ring.includes(null))) return null;
      const rings = parts.map((ring) =>
        Array.from({ length: ring.length / 2 }, (_, i): Point => [ring[2 * i]! / 10, ring[2 * i + 1]! / 10]),
      );
      return { kind, shape: { kind: 'polygon', parts: rings.map((ring) => [ring]) } };
    }
    default:
      return null;
  }
}

/** `ask:inside,a:fence*F-05,last:hour`, or with `from` and `to` in epoch milliseconds. */
export function writeQuestion(question: Question): string {
  const parts = [`ask:${question.kind}`];
  if (question.a !== null) parts.push(`a:${writeSpot(question.a)}`);
  if (question.b !== null) parts.push(`b:${writeSpot(question.b)}`);
  if (question.preset !== null) parts.push(`last:${question.preset}`);
  else parts.push(`from:${Math.round(question.from_ms)}`, `to:${Math.round(question.to_ms)}`);
  if (question.role !== null) parts.push(`role:${question.role}`);
  if (question.least_s > 0) parts.push(`least:${question.least_s}`);
  if (question.kind === 'ways') parts.push(`longest:${question.longest_min}`);
  if (question.kind === 'heat') parts.push(`cell:${question.cell_m}`);
  if (question.kind === 'exceedances') parts.push(`radius:${question.radius_m}`);
  if (question.kind === 'occupancy') parts.push(`areas:${question.areas}`);
  return parts.join(',');
}

/** Reads `writeQuestion`; what it does not know or understand is left as the first question has it. */
export function readQuestion(text: string, now_ms: number): Question {
  const found = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf(':');
    if (at > 0) found.set(part.slice(0, at), part.slice(at + 1));
  }
  const first = firstQuestion(now_ms);
  const within = (key: string, low: number, high: number, fallback: number): number => {
    const value = finite(found.get(key));
    return value === null || value < low || value > high ? fallback : value;
  };
  const kind = KINDS.find((one) => one === found.get('ask')) ?? first.kind;
  const spot = (key: string): Spot | null => {
    const read = readSpot(found.get(key) ?? '');
    return read !== null && SPOTS[kind].some((one) => one === read.kind) ? read : null;
  };
  const from_ms = within('from', 0, 8e15, NaN);
  const to_ms = within('to', 0, 8e15, NaN);
  const fixed = Number.isFinite(from_ms) && Number.isFinite(to_ms);
  const last = found.get('last') ?? 'hour';
  return ofKind(
    {
      ...first,
      a: spot('a'),
      b: spot('b'),
      ...(fixed ? { from_ms, to_ms } : {}),
      preset: fixed ? null : Object.hasOwn(PRESETS, last) ? (last as Preset) : 'hour',
      role: found.get('role') ?? null,
      least_s: within('least', 0, 86_400, first.least_s),
      longest_min: within('longest', 0.1, 1440, first.longest_min),
      cell_m: within('cell', 1, 200, first.cell_m),
      radius_m: within('radius', 1, 500, first.radius_m),
      areas: found.get('areas') === 'zones' ? 'zones' : 'fences',
    },
    kind,
  );
}
