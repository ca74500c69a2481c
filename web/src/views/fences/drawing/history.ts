/** Undo and redo over values that never change. Pure. */

export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** What the newest step changed; further changes of the same thing join it. */
  readonly topic: string | null;
}

const KEPT = 200;

export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [], topic: null });

/**
 * One step further. Steps that name the same topic one after the other (typing into one field, nudging one corner) are
 * undone together.
 */
export function step<T>(history: History<T>, now: T, topic: string | null = null): History<T> {
  if (now === history.now) return history;
  if (topic !== null && topic === history.topic) return { ...history, now, future: [] };
  return { past: [...history.past, history.now].slice(-KEPT), now, future: [], topic };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), now: before, future: [history.now, ...history.future], topic: null };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.now], now: next, future, topic: null };
}
