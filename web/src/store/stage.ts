/**
 * What feeds the picture: the live connection, or a replay. Lists, map and inspectors read the same signals either way;
 * each source writes through its feed, and what the one that is not on stage says waits aside until it is shown again.
 */

import { batch, signal, untracked, type Signal } from '@preact/signals';

export type Stage = 'live' | 'replay';

export const stage = signal<Stage>('live');

/** One source's hand on the signals of the picture. */
export class Feed {
  readonly #of: Stage;
  /** What it last said of each, while another is on stage. */
  readonly #aside = new Map<Signal<unknown>, Signal<unknown>>();
  readonly #known = new Set<Signal<unknown>>();

  constructor(of: Stage) {
    this.#of = of;
  }

  /** What this source last said, shown or not. */
  get<T>(of: Signal<T>): T {
    return untracked(() => this.watched(of));
  }

  /** The same, for a component that wants to hear of changes. */
  watched<T>(of: Signal<T>): T {
    if (stage.value === this.#of) return of.value;
    return this.#beside(of).value as T;
  }

  set<T>(of: Signal<T>, value: T): void {
    this.#known.add(of);
    if (stage.peek() === this.#of) of.value = value;
    else this.#beside(of).value = value;
  }

  #beside(of: Signal<unknown>): Signal<unknown> {
    let beside = this.#aside.get(of);
    if (beside === undefined) this.#aside.set(of, (beside = signal(of.peek())));
    return beside;
  }

  /** Leaves the stage: what it said stays known. */
  leave(): void {
    for (const known of this.#known) this.#beside(known).value = known.peek();
  }

  /** Takes the stage: what it said is shown. */
  enter(): void {
    for (const [of, beside] of this.#aside) if (this.#known.has(of)) of.value = beside.peek();
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
