/** The past of one plant as far as it has been read: who was where, and what stood, at any instant near the clock. */

import { RequestError } from '../../api/client';
import type { PeopleTable, ReadingNow, ReplayEvents } from '../../api/types.gen';
import type { PositionFrame } from '../../map/port';
import type { Records } from '../../store/records';
import { indexed } from '../../store/records';
import { chronicle, heldAt, readingsAt, upTo, type Chronicle } from './past';
import { readEvents, readReadings, readTracks, type Quality, type ReadingsSegment, type TrackSegment } from './reading';
import { frameAt } from './sampling';
import { segmentOf, Segments, wanted } from './segments';

const AGAIN_MS = 4_000;

export class Recording {
  readonly tracks: Segments<TrackSegment>;
  readonly readings: Segments<ReadingsSegment>;
  past: Chronicle | null = null;
  /** Why the events of the span could not be read. */
  fault: unknown = null;
  table: PeopleTable = { table: 1, rows: [] };
  #ids: readonly string[] = [];
  readonly #plant: string;
  readonly #changed: () => void;
  #quality: Quality;
  #reading: AbortController | null = null;
  #timer = 0;

  constructor(plant: string, quality: Quality, changed: () => void) {
    this.#plant = plant;
    this.#quality = quality;
    this.#changed = changed;
    this.tracks = new Segments(
      (from, to, signal) => readTracks(plant, this.#quality, from, to, signal),
      () => {
        this.#meet();
        changed();
      },
    );
    this.readings = new Segments((from, to, signal) => readReadings(plant, from, to, signal), changed);
  }

  set quality(quality: Quality) {
    if (quality === this.#quality) return;
    this.#quality = quality;
    this.tracks.clear();
    this.#changed();
  }

  /** Everybody of the segments that are here; nobody leaves the table, so a row stays who it was. */
  #meet(): void {
    const known = new Set(this.#ids);
    const rows = [...this.table.rows];
    for (const { block } of this.tracks.kept.values()) {
      for (const row of block.rows) {
        if (known.has(row.id)) continue;
        known.add(row.id);
        rows.push(row);
      }
    }
    if (rows.length === this.table.rows.length) return;
    this.table = { table: this.table.table + 1, rows };
    this.#ids = rows.map((row) => row.id);
  }

  /** Reads the events of a span anew. */
  cover(from_ms: number, to_ms: number): void {
    if (this.past !== null && this.past.from_ms <= from_ms && this.past.to_ms >= to_ms) return;
    this.#reading?.abort();
    window.clearTimeout(this.#timer);
    const reading = new AbortController();
    this.#reading = reading;
    readEvents(this.#plant, from_ms, to_ms, reading.signal).then(
      (events: ReplayEvents) => {
        this.past = chronicle(events);
        this.fault = null;
        this.#changed();
      },
      (error: unknown) => {
        if (reading.signal.aborted) return;
        if (!(error instanceof RequestError)) console.warn('events:', error);
        this.fault = error;
        this.#timer = window.setTimeout(() => this.cover(from_ms, to_ms), AGAIN_MS);
        this.#changed();
      },
    );
  }

  want(at_ms: number, trail_ms: number, direction: 1 | -1, from_ms: number, to_ms: number): void {
    this.tracks.want(wanted(at_ms, trail_ms, direction, from_ms, to_ms));
    const here = segmentOf(at_ms);
    this.readings.want([here, here + direction]);
  }

  /** Whether everybody's positions at an instant are here. */
  has(at_ms: number): boolean {
    return this.tracks.get(segmentOf(at_ms)) !== null;
  }

  frame(at_ms: number, shown?: (id: string) => boolean): PositionFrame {
    const key = segmentOf(at_ms);
    const [here, next] = [this.tracks.get(key), this.tracks.get(key + 1)];
    return frameAt(this.#ids, this.table.table, here?.block ?? null, next?.block ?? null, at_ms, shown);
  }

  /** Times of everybody's, or one's, fixes around an instant. */
  fixTimes(at_ms: number, id: string | null): number[] {
    const key = segmentOf(at_ms);
    const times = new Set<number>();
    for (const k of [key - 1, key, key + 1]) {
      const block = this.tracks.get(k)?.block;
      if (block === undefined) continue;
      const subject = id === null ? undefined : block.index.get(id);
      const from = subject === undefined ? 0 : block.starts[subject]!;
      const to = subject === undefined ? block.t.length : block.starts[subject + 1]!;
      for (let i = from; i < to; i++) times.add(block.from_ms + block.t[i]!);
    }
    return [...times].toSorted((a, b) => a - b);
  }

  readingsAt(at_ms: number, sensors: Records['sensor']): ReadonlyMap<string, ReadingNow> {
    const segment = this.readings.get(segmentOf(at_ms));
    return segment === null ? new Map() : readingsAt(segment.events.readings, sensors, at_ms);
  }

  /** Changes whenever other versions of the records hold. */
  versionsAt(at_ms: number): number {
    return this.past === null ? -1 : upTo(this.past.version_ms, at_ms);
  }

  /** The plant's records with zones, fences, sensors and cameras as they were. */
  recordsAt(base: Records, at_ms: number): Records {
    if (this.past === null) return base;
    const { zones, fences, sensors, cameras } = this.past.events;
    return indexed({
      ...base,
      zones: heldAt(zones, at_ms),
      fences: heldAt(fences, at_ms),
      sensors: heldAt(sensors, at_ms),
      cameras: heldAt(cameras, at_ms),
    });
  }

  stop(): void {
    this.#reading?.abort();
    window.clearTimeout(this.#timer);
    this.tracks.stop();
    this.readings.stop();
  }
}
