/**
 * The past in segments of five minutes: read when the clock comes near, ahead in the direction of play, kept within
 * bounds. What lies farthest from the clock makes room first.
 */

export const SEGMENT_MS = 300_000;
/** Segments kept at most: two hours. */
export const MOST_KEPT = 26;
export const MOST_BYTES = 96 * 1024 * 1024;
/** Requests under way at most; the server is asked for no more than it answers. */
export const MOST_READING = 2;
const PAUSE_AFTER_FAULT_MS = 3_000;

export const segmentOf = (t_ms: number): number => Math.floor(t_ms / SEGMENT_MS);

/**
 * What should be here for a clock, the most urgent first: its own segment, then what the trail needs, then what comes.
 *
 * @param trail_ms how far back the trails reach.
 * @param direction 1 forwards, −1 backwards.
 */
export function wanted(at_ms: number, trail_ms: number, direction: 1 | -1, from_ms: number, to_ms: number): number[] {
  const here = segmentOf(at_ms);
  const [first, last] = [segmentOf(from_ms - trail_ms), segmentOf(to_ms)];
  const order = [here, here + direction];
  for (let k = here - 1; k >= segmentOf(at_ms - trail_ms); k--) order.push(k);
  order.push(here + 2 * direction, here - direction);
  return [...new Set(order)].filter((k) => k >= first && k <= last);
}

/** Which to let go: the farthest from the clock, until what is left fits. */
export function superfluous(
  kept: ReadonlyMap<number, number>,
  here: number,
  most = MOST_KEPT,
  mostBytes = MOST_BYTES,
): number[] {
  const order = [...kept.keys()].toSorted((a, b) => Math.abs(b - here) - Math.abs(a - here));
  let bytes = [...kept.values()].reduce((sum, size) => sum + size, 0);
  let count = kept.size;
  const gone: number[] = [];
  for (const key of order) {
    if (count <= most && bytes <= mostBytes) break;
    if (key === here) continue;
    gone.push(key);
    bytes -= kept.get(key) ?? 0;
    count -= 1;
  }
  return gone;
}

export interface Segment {
  bytes: number;
  /** It reaches into the present and is to be read again after this (`now()`); null when it will not change. */
  again_ms: number | null;
}

/** Reads and keeps segments of one kind. `changed` is called whenever one comes or goes, or a fault does. */
export class Segments<T extends Segment> {
  readonly #read: (from_ms: number, to_ms: number, signal: AbortSignal) => Promise<T>;
  readonly #changed: () => void;
  readonly #now: () => number;
  readonly #kept = new Map<number, T>();
  readonly #reading = new Map<number, AbortController>();
  readonly #failed = new Map<number, number>();
  #stopped = false;
  /** What the last failed request said; null after one that succeeded. */
  fault: unknown = null;

  constructor(
    read: (from_ms: number, to_ms: number, signal: AbortSignal) => Promise<T>,
    changed: () => void,
    now: () => number = () => performance.now(),
  ) {
    this.#read = read;
    this.#changed = changed;
    this.#now = now;
  }

  get(key: number): T | null {
    return this.#kept.get(key) ?? null;
  }

  get kept(): ReadonlyMap<number, T> {
    return this.#kept;
  }

  get reading(): number {
    return this.#reading.size;
  }

  /** Sees to it that the wanted are here or on their way; requests that nobody wants any more are given up. */
  want(keys: readonly number[]): void {
    if (this.#stopped) return;
    for (const [key, request] of this.#reading) {
      if (!keys.includes(key)) {
        request.abort();
        this.#reading.delete(key);
      }
    }
    for (const key of keys) {
      if (this.#reading.size >= MOST_READING) break;
      const failed_ms = this.#failed.get(key);
      if (failed_ms !== undefined && this.#now() - failed_ms < PAUSE_AFTER_FAULT_MS) continue;
      const kept = this.#kept.get(key);
      const old = kept === undefined || (kept.again_ms !== null && this.#now() > kept.again_ms);
      if (old && !this.#reading.has(key)) this.#ask(key);
    }
    const sizes = new Map([...this.#kept].map(([key, segment]) => [key, segment.bytes]));
    const gone = superfluous(sizes, keys[0] ?? 0);
    for (const key of gone) this.#kept.delete(key);
    if (gone.length > 0) this.#changed();
  }

  #ask(key: number): void {
    const request = new AbortController();
    this.#reading.set(key, request);
    this.#read(key * SEGMENT_MS, (key + 1) * SEGMENT_MS, request.signal).then(
      (segment) => {
        if (this.#reading.get(key) !== request) return;
        this.#reading.delete(key);
        this.#failed.delete(key);
        this.#kept.set(key, segment);
        this.fault = null;
        this.#changed();
      },
      (error: unknown) => {
        if (this.#reading.get(key) !== request) return;
        this.#reading.delete(key);
        this.#failed.set(key, this.#now());
        this.fault = error;
        this.#changed();
      },
    );
  }

  /** Forgets all: another quality, another choice of people. */
  clear(): void {
    for (const request of this.#reading.values()) request.abort();
    this.#reading.clear();
    this.#kept.clear();
    this.#failed.clear();
  }

  stop(): void {
    this.clear();
    this.#stopped = true;
  }
}
