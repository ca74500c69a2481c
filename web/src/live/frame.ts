/** Binary position frames: layout in docs/architecture.md, constants generated from the Python encoder. */

import { FRAME } from '../api/types.gen';
import type { PositionFrame } from '../map/port';

/** Bytes that are not a position frame of a version this page knows. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Typed arrays read in the machine's own byte order; every machine with WebGL 2 is little endian, this proves it. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Views the bytes as a frame without copying them.
 *
 * @throws FrameError when kind, version or length are not what the layout says.
 */
export function decodeFrame(buffer: ArrayBuffer): PositionFrame {
  if (!LITTLE_ENDIAN) throw new FrameError('this machine is big endian');
  if (buffer.byteLength < FRAME.HEADER_BYTES) throw new FrameError(`only ${buffer.byteLength} bytes`);
  const header = new DataView(buffer);
  const kind = header.getUint8(FRAME.OFFSET_KIND);
  const version = header.getUint8(FRAME.OFFSET_VERSION);
  if (kind !== FRAME.KIND || version !== FRAME.VERSION) throw new FrameError(`kind ${kind} version ${version}`);
  const n = header.getUint32(FRAME.OFFSET_COUNT, true);
  if (buffer.byteLength !== FRAME.HEADER_BYTES + FRAME.ROW_BYTES * n) {
    throw new FrameError(`${buffer.byteLength} bytes do not hold ${n} rows`);
  }
  const t_ms = header.getFloat64(FRAME.OFFSET_NEWEST_MS, true);
  const seq = header.getFloat64(FRAME.OFFSET_SEQ, true);
  if (!Number.isFinite(t_ms) || !Number.isFinite(seq)) throw new FrameError('time or number is not finite');
  const column = (offset: number) => FRAME.HEADER_BYTES + offset * n;
  return {
    table: header.getUint16(FRAME.OFFSET_TABLE, true),
    n,
    t_ms,
    seq,
    x_dm: new Int16Array(buffer, column(0), n),
    y_dm: new Int16Array(buffer, column(2), n),
    z_dm: new Int16Array(buffer, column(4), n),
    age_ds: new Uint16Array(buffer, column(6), n),
    status: new Uint8Array(buffer, column(8), n),
    r95_dm: new Uint8Array(buffer, column(9), n),
  };
}
