/** Server time on this machine: a wrong wall clock here must not make data look fresher or older than it is. */

/** Milliseconds that never jump when the system clock is set. */
export function monotonicMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Estimates server time minus local time from one-way messages.
 *
 * Every sample is the true offset less the message's delay, so the greatest of the recent samples is the one that
 * travelled fastest and the nearest to the truth (the same idea as the minimum filter of NTP, RFC 5905 §10).
 */
export class ServerClock {
  readonly #samples: number[] = [];
  readonly #window: number;

  /** @param window how many samples are kept; at one a second, as many seconds of drift are followed. */
  constructor(window = 60) {
    this.#window = window;
  }

  /** Takes a server time (epoch ms) that arrived at `local_ms`. Times that are not finite are ignored. */
  sample(server_ms: number, local_ms: number): void {
    const offset = server_ms - local_ms;
    if (!Number.isFinite(offset)) return;
    this.#samples.push(offset);
    if (this.#samples.length > this.#window) this.#samples.shift();
  }

  /** Forgets everything; a new connection may lead to another server. */
  reset(): void {
    this.#samples.length = 0;
  }

  /** Server minus local, milliseconds; 0 before the first sample. */
  get offset_ms(): number {
    return this.#samples.length === 0 ? 0 : Math.max(...this.#samples);
  }

  /** Server time, epoch milliseconds, at the local instant. */
  at(local_ms: number): number {
    return local_ms + this.offset_ms;
  }
}
