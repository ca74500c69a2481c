/** Blocks of tracks: layout in docs/architecture.md, constants generated from the Python encoder. */

import { TRACKS, type MoverRow } from '../../api/types.gen';

/** Bytes that are not a block of tracks of a version this page knows. */
export class TracksError extends Error {
  override readonly name = 'TracksError';
}

/** Everybody's fixes in a stretch, column by column; those of subject i are at `starts[i]` … `starts[i + 1] − 1`. */
export interface TrackBlock {
  rows: readonly MoverRow[];
  from_ms: number;
  to_ms: number;
  smoothed: boolean;
  starts: Uint32Array;
  /** Usual time between a subject's fixes, milliseconds. */
  period_ms: Uint32Array;
  /** Milliseconds from `from_ms`; the first of a subject may lie before it. */
  t: Int32Array;
  x_dm: Int16Array;
  y_dm: Int16Array;
  z_dm: Int16Array;
  status: Uint8Array;
  r95_dm: Uint8Array;
  /** Index of a subject by id. */
  index: ReadonlyMap<string, number>;
  bytes: number;
}

/** Sums up differences subject by subject, in the column's own width: what wrapped around comes back. */
function summed<T extends Int16Array | Int32Array>(column: T, starts: Uint32Array): T {
  for (let s = 0; s + 1 < starts.length; s++) {
    const end = starts[s + 1]!;
    for (let i = starts[s]! + 1; i < end; i++) column[i] = column[i]! + column[i - 1]!;
  }
  return column;
}

/** @throws TracksError when kind, version or length are not what the layout says. */
export function decodeTracks(buffer: ArrayBuffer): TrackBlock {
  if (buffer.byteLength < TRACKS.HEADER_BYTES) throw new TracksError(`only ${buffer.byteLength} bytes`);
  const header = new DataView(buffer);
  const [kind, version] = [header.getUint8(0), header.getUint8(1)];
  if (kind !== TRACKS.KIND || version !== TRACKS.VERSION) throw new TracksError(`kind ${kind} version ${version}`);
  const s = header.getUint32(TRACKS.OFFSET_SUBJECTS, true);
  const n = header.getUint32(TRACKS.OFFSET_FIXES, true);
  const head = header.getUint32(TRACKS.OFFSET_HEAD_BYTES, true);
  let at = TRACKS.HEADER_BYTES + head;
  if (head % 4 !== 0 || buffer.byteLength !== at + 8 * s + 12 * n) {
    throw new TracksError(`${buffer.byteLength} bytes do not hold ${n} fixes of ${s} subjects`);
  }
  let rows: MoverRow[];
  try {
    rows = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, TRACKS.HEADER_BYTES, head))) as MoverRow[];
  } catch (error) {
    if (error instanceof SyntaxError) throw new TracksError('the head is no JSON');
    throw error;
  }
  if (!Array.isArray(rows) || rows.length !== s) throw new TracksError('the head names other subjects');
  const counts = new Uint32Array(buffer, at, s);
  const starts = new Uint32Array(s + 1);
  for (let i = 0; i < s; i++) starts[i + 1] = starts[i]! + counts[i]!;
  if (starts[s] !== n) throw new TracksError('counts do not add up');
  const period_ms = new Uint32Array(buffer, at + 4 * s, s);
  at += 8 * s;
  const t = summed(new Int32Array(buffer, at, n), starts);
  at += 4 * n;
  const [x_dm, y_dm, z_dm] = [0, 1, 2].map((axis) => summed(new Int16Array(buffer, at + 2 * n * axis, n), starts)) as [
    Int16Array,
    Int16Array,
    Int16Array,
  ];
  at += 6 * n;
  return {
    rows,
    from_ms: header.getFloat64(TRACKS.OFFSET_FROM_MS, true),
    to_ms: header.getFloat64(TRACKS.OFFSET_TO_MS, true),
    smoothed: header.getUint16(TRACKS.OFFSET_SMOOTHED, true) === 1,
    starts,
    period_ms,
    t,
    x_dm,
    y_dm,
    z_dm,
    status: new Uint8Array(buffer, at, n),
    r95_dm: new Uint8Array(buffer, at + n, n),
    index: new Map(rows.map((row, i) => [row.id, i])),
    bytes: buffer.byteLength,
  };
}

/** Index of the last fix of a subject at or before `t` (ms from the block's beginning); −1 when there is none. */
export function fixAt(block: TrackBlock, subject: number, t: number): number {
  let low = block.starts[subject]!;
  let high = block.starts[subject + 1]!;
  const first = low;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (block.t[middle]! <= t) low = middle + 1;
    else high = middle;
  }
  return low > first ? low - 1 : -1;
}
