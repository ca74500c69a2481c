/**
 * What feeds the picture: the live connection, or a replay. Lists, map and inspectors read the same signals either way;
 * each source writes through its feed, and what the one that is not on stage says waits aside until it is shown again.
 */

import { batch, signal, type Signal } from '@preact/signals';

export type Stage = 'live' | 'replay';

export const stage = signal<Stage>('live');

/** One source's hand on the signals of the picture. */
export class Feed {
  readonly #of: Stage;
  readonly #aside = new Map<Signal<unknown>, unknown>();
  readonly #known = new Set<Signal<unknown>>();
  /** Counts what was put aside, so that a reader of `watched` hears of it. */
  readonly #changes = signal(0);

  constructor(of: Stage) {
    this.#of = of;
  }

  /** What this source last said, shown or not. */
  get<T>(of: Signal<T>): T {
    return stage.peek() !== this.#of && this.#aside.has(of) ? (this.#aside.get(of) as T) : of.peek();
  }

  /** The same, for a component that wants to hear of changes. */
  watched<T>(of: Signal<T>): T {
    if (stage.value === this.#of) return of.value;
    void this.#changes.value;
    return this.get(of);
  }

  set<T>(of: Signal<T>, value: T): void {
    this.#known.add(of);
    if (stage.peek() === this.#of) of.value = value;
    else {
      this.#aside.set(of, value);
      this.#changes.value += 1;
    }
  }

  /** Leaves the stage: what it said stays known. */
  leave(): void {
    for (const known of this.#known) this.#aside.set(known, known.peek());
  }

  /** Takes the stage: what it said is shown. */
  enter(): void {
    for (const [of, value] of this.#aside) of.value = value;
    this.#aside.clear();
  }
}

export const liveFeed = new Feed('live');
export const replayFeed = new Feed('replay');

/** Puts one source on the stage and the other aside, in one step: no reader sees a mixture. */
export function show(next: Stage): void {
  if (stage.peek() === next) return;
  batch(() => {
    (next === 'live' ? replayFeed : liveFeed).leave();
    stage.value = next;
    (next === 'live' ? liveFeed : replayFeed).enter();
  });
}
