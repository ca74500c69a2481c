/** Keys that hold during a replay; they go before the page's own. The help lists them from `views/registry.ts`. */

import type { ReplaySession } from './session';

/** Handles one key press; true when it was the replay's. */
export function replayKey(replay: ReplaySession, event: KeyboardEvent): boolean {
  const { key, shiftKey, altKey } = event;
  const on = event.target instanceof HTMLElement ? event.target : null;
  // A focused button keeps its space, a list its arrows.
  if (on?.closest('select') != null || (key === ' ' && on?.closest('button, a, [role=switch]') != null)) return false;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const direction = key === 'ArrowRight' ? 1 : -1;
    // The map turns and moves with the arrows while it has the focus.
    if (on?.closest('.maplibregl-map') != null) return false;
    if (altKey) replay.stepFix(direction);
    else replay.step(direction * (shiftKey ? 10_000 : 1_000));
    return true;
  }
  if (altKey) return false;
  switch (key) {
    case ' ':
      replay.toggle();
      return true;
    case 'k':
    case 'K':
      replay.pause();
      return true;
    case 'j':
    case 'J':
      replay.shuttle(-1);
      return true;
    case 'l':
    case 'L':
      replay.shuttle(1);
      return true;
    case '[':
      replay.jump('alarm', -1);
      return true;
    case ']':
      replay.jump('alarm', 1);
      return true;
    case '{':
      replay.jump('crossing', -1);
      return true;
    case '}':
      replay.jump('crossing', 1);
      return true;
    case 'Home':
      replay.seek(replay.clock.peek().from_ms);
      return true;
    case 'End':
      replay.seek(replay.clock.peek().to_ms);
      return true;
    default:
      return false;
  }
}
