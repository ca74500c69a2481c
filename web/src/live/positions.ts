/** The newest positions, as typed arrays outside the UI framework. Lists and panels sample them once a second. */

import type { MoverRow, PeopleTable } from '../api/types.gen';
import { FRAME } from '../api/types.gen';
import type { Glyph, MoverTable, PositionFrame } from '../map/port';
import { DEGRADED, FIX, LOST, NEVER_SEEN, PREDICTED, SOS, STILL, IN_ALARM } from '../map/port';

export interface Whereabouts {
  x_m: number;
  y_m: number;
  z_m: number;
  /** Time of measurement, epoch ms; null: so long ago that the frame does not say. */
  t_ms: number | null;
  r95_m: number;
  /** The radius is at least `r95_m`, how much more is not known. */
  r95_beyond: boolean;
  status: typeof FIX | typeof DEGRADED | typeof PREDICTED | typeof LOST;
  still: boolean;
  sos: boolean;
  alarmed: boolean;
}

/** People on site: surely there, there but not surely where, and expected but never seen. */
export interface HeadCount {
  sure: number;
  unsure: number;
  unseen: number;
  vehicles: number;
}

const GLYPHS: ReadonlySet<string> = new Set<Glyph>([
  'circle',
  'square',
  'triangle',
  'diamond',
  'shield',
  'pentagon',
  'vehicle',
  'ring',
]);

/** The table as the map wants it; a glyph it does not know becomes a circle. */
export function moverTable(table: PeopleTable): MoverTable {
  return {
    table: table.table,
    rows: table.rows.map((row) => ({
      id: row.id,
      kind: row.kind,
      names: row.names,
      role: row.role,
      glyph: GLYPHS.has(row.glyph) ? (row.glyph as Glyph) : 'circle',
    })),
  };
}

/** Counts heads in a frame. A person who was lost or is only predicted counts as unsure, never as sure. */
export function headCount(rows: readonly { kind: MoverRow['kind'] }[], frame: PositionFrame | null): HeadCount {
  const count: HeadCount = { sure: 0, unsure: 0, unseen: 0, vehicles: 0 };
  for (let i = 0; i < rows.length; i++) {
    const kind = rows[i]!.kind;
    const status = frame === null || i >= frame.n ? NEVER_SEEN : frame.status[i]!;
    const seen = (status & NEVER_SEEN) === 0;
    if (kind === 'vehicle') count.vehicles += seen ? 1 : 0;
    else if (kind === 'person') {
      if (!seen) count.unseen += 1;
      else if ((status & FRAME.STATUS_MASK) <= DEGRADED) count.sure += 1;
      else count.unsure += 1;
    }
  }
  return count;
}

/** Row i of a frame in metres and seconds; null when that mover was never seen. */
export function whereabouts(frame: PositionFrame, i: number): Whereabouts | null {
  if (i < 0 || i >= frame.n) return null;
  const status = frame.status[i]!;
  if ((status & NEVER_SEEN) !== 0) return null;
  const age = frame.age_ds[i]!;
  const r95 = frame.r95_dm[i]!;
  return {
    x_m: frame.x_dm[i]! * FRAME.METRES_PER_UNIT,
    y_m: frame.y_dm[i]! * FRAME.METRES_PER_UNIT,
    z_m: frame.z_dm[i]! * FRAME.METRES_PER_UNIT,
    t_ms: age === FRAME.AGE_UNKNOWN ? null : frame.t_ms - age * FRAME.AGE_TICK_MS,
    r95_m: r95 * FRAME.METRES_PER_UNIT,
    r95_beyond: r95 === 255,
    status: (status & FRAME.STATUS_MASK) as Whereabouts['status'],
    still: (status & STILL) !== 0,
    sos: (status & SOS) !== 0,
    alarmed: (status & IN_ALARM) !== 0,
  };
}

/** Holds the newest table and the newest frame that belongs to it. */
export class Positions {
  #table: MoverTable = { table: -1, rows: [] };
  #index = new Map<string, number>();
  #frame: PositionFrame | null = null;
  /** Frames that referred to another table than the newest and were left out. */
  strays = 0;

  get table(): MoverTable {
    return this.#table;
  }

  get frame(): PositionFrame | null {
    return this.#frame;
  }

  /** A new table; frames that refer to the old one are of no use any more. */
  setTable(table: PeopleTable): void {
    this.#table = moverTable(table);
    this.#index = new Map(table.rows.map((row, i) => [row.id, i]));
    if (this.#frame?.table !== table.table) this.#frame = null;
  }

  /** Takes a frame; false when it does not belong to the table. */
  setFrame(frame: PositionFrame): boolean {
    if (frame.table !== this.#table.table || frame.n > this.#table.rows.length) {
      this.strays += 1;
      return false;
    }
    this.#frame = frame;
    return true;
  }

  /** Where a mover is; null when unknown or never seen. */
  at(id: string): Whereabouts | null {
    const i = this.#index.get(id);
    return i === undefined || this.#frame === null ? null : whereabouts(this.#frame, i);
  }

  /** Heads in the newest frame; null while nobody has been counted. */
  count(): HeadCount | null {
    return this.#frame === null ? null : headCount(this.#table.rows, this.#frame);
  }
}
