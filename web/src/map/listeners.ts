/** Who wants to hear of what the map does. */

import type { MapEvents } from './port';

type Sets = { [E in keyof MapEvents]: Set<(payload: MapEvents[E]) => void> };

export class Listeners {
  readonly #sets: Sets = {
    select: new Set(),
    hover: new Set(),
    view: new Set(),
    layerlost: new Set(),
    layerrestored: new Set(),
    ready: new Set(),
    drawn: new Set(),
  };

  add<E extends keyof MapEvents>(event: E, callback: (payload: MapEvents[E]) => void): () => void {
    const set: Set<(payload: MapEvents[E]) => void> = this.#sets[event];
    set.add(callback);
    return () => set.delete(callback);
  }

  tell<E extends keyof MapEvents>(event: E, payload: MapEvents[E]): void {
    const set: Set<(payload: MapEvents[E]) => void> = this.#sets[event];
    for (const callback of set) callback(payload);
  }
}
