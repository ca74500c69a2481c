/** Keys that work everywhere except while typing. */

import { signal } from '@preact/signals';
import type { PlainKey } from '../i18n';
import { silence } from '../live/sound';
import { map } from '../store/map';
import { layerPanelOpen } from '../store/preferences';
import { alarmListOpen, overlay, select, selection } from '../store/selection';
import { openView, toggleView } from '../store/views';
import { MODES, VIEWS } from '../views/registry';
import { acknowledgeNewest, locateNewest, switchLanguage, switchTheme } from './actions';

export interface Shortcut {
  keys: readonly string[];
  help: PlainKey;
  run: () => void;
}

/** Closes the topmost thing that is open; returns whether there was one. */
export function closeTopmost(): boolean {
  if (overlay.value !== null) overlay.value = null;
  else if (alarmListOpen.value) alarmListOpen.value = false;
  else if (selection.value !== null) select(null);
  else if (openView.value !== null) openView.value = null;
  else return false;
  return true;
}

/** Keys of whatever is on stage; they go before the page's own. Returns whether the key was taken. */
export const stageKeys = signal<((event: KeyboardEvent) => boolean) | null>(null);

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['/'], help: 'help.search', run: () => (overlay.value = 'palette') },
  { keys: ['Escape'], help: 'help.close', run: closeTopmost },
  { keys: ['a'], help: 'help.ack', run: acknowledgeNewest },
  { keys: ['s'], help: 'help.silence', run: silence },
  { keys: ['g'], help: 'help.locate', run: locateNewest },
  { keys: ['b'], help: 'help.alarms', run: () => (alarmListOpen.value = !alarmListOpen.value) },
  { keys: ['y'], help: 'help.layers', run: () => (layerPanelOpen.value = !layerPanelOpen.value) },
  { keys: ['h'], help: 'help.home', run: () => map.value?.home() },
  { keys: ['f'], help: 'help.fit', run: () => map.value?.fit() },
  { keys: ['n'], help: 'help.north', run: () => map.value?.north() },
  { keys: ['d'], help: 'help.tilt', run: () => map.value?.toggle3d() },
  { keys: ['+', '='], help: 'help.zoom', run: () => map.value?.zoomBy(1) },
  { keys: ['-'], help: 'help.zoom', run: () => map.value?.zoomBy(-1) },
  { keys: ['t'], help: 'help.theme', run: switchTheme },
  { keys: ['l'], help: 'help.language', run: switchLanguage },
  { keys: ['?'], help: 'help.help', run: () => (overlay.value = overlay.value === 'help' ? null : 'help') },
];

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input:not([type=checkbox]), textarea, [contenteditable]') !== null
  );
}

/** Handles one key press; true when it was ours. */
export function handleKey(event: KeyboardEvent): boolean {
  if (event.isComposing) return false;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
    overlay.value = overlay.value === 'palette' ? null : 'palette';
    return true;
  }
  const reserved = isTyping(event.target) || overlay.value !== null || event.ctrlKey || event.metaKey;
  if (!reserved && stageKeys.value?.(event) === true) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === 'Escape') return closeTopmost();
  if (isTyping(event.target) || overlay.value === 'palette') return false;
  const shortcut = SHORTCUTS.find((one) => one.keys.includes(event.key) || one.keys.includes(event.key.toLowerCase()));
  const view = VIEWS.find((one) => one.letter === event.key.toLowerCase());
  const mode = MODES.find((one) => one.letter === event.key.toLowerCase());
  if (shortcut === undefined) {
    if (view !== undefined) toggleView(view.key);
    else if (mode !== undefined) mode.toggle();
    else return false;
    return true;
  }
  shortcut.run();
  return true;
}

export function listen(target: Window): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (handleKey(event)) event.preventDefault();
  };
  target.addEventListener('keydown', onKey);
  return () => target.removeEventListener('keydown', onKey);
}
