/** Which alarms the desk shows, and how many it hides. Pure. */

import type { AlarmRecord } from '../../api/types.gen';
import { isOver, isUnacknowledged, type Priority, priorityOf } from '../../store/alarms';

export interface DeskFilter {
  words: string;
  /** Code of a unit; `-` for outside all units; empty for everywhere. */
  area: string;
  kind: string;
  state: '' | 'unack' | 'active' | 'over';
  priorities: ReadonlySet<Priority>;
}

export const NOTHING_HIDDEN: DeskFilter = {
  words: '',
  area: '',
  kind: '',
  state: '',
  priorities: new Set([1, 2, 3, 4]),
};

export function filters(filter: DeskFilter): boolean {
  return (
    filter.words !== '' ||
    filter.area !== '' ||
    filter.kind !== '' ||
    filter.state !== '' ||
    filter.priorities.size < NOTHING_HIDDEN.priorities.size
  );
}

/** The alarms to show. Priority 1 is never hidden, whatever the filter says. */
export function shown(
  alarms: readonly AlarmRecord[],
  filter: DeskFilter,
  areaOf: (alarm: AlarmRecord) => string,
  textOf: (alarm: AlarmRecord) => string,
): readonly AlarmRecord[] {
  if (!filters(filter)) return alarms;
  const words = filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  return alarms.filter((alarm) => {
    const priority = priorityOf(alarm);
    if (priority === 1) return true;
    if (!filter.priorities.has(priority)) return false;
    if (filter.kind !== '' && alarm.kind !== filter.kind) return false;
    if (filter.state === 'unack' && !isUnacknowledged(alarm)) return false;
    if (filter.state === 'active' && isOver(alarm)) return false;
    if (filter.state === 'over' && !isOver(alarm)) return false;
    if (filter.area !== '' && areaOf(alarm) !== filter.area) return false;
    if (words.length === 0) return true;
    const text = textOf(alarm).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export interface Root {
  /** Id of the first alarm of the cause. */
  group: string;
  first: AlarmRecord;
  alarms: number;
}

/** Alarms by their cause, the largest groups first. The first of a group is its first-out, or the oldest at hand. */
export function roots(alarms: readonly AlarmRecord[]): Root[] {
  const found = new Map<string, Root>();
  for (const alarm of alarms) {
    const key = alarm.group === '' ? alarm.id : alarm.group;
    const root = found.get(key);
    if (root === undefined) found.set(key, { group: key, first: alarm, alarms: 1 });
    else {
      root.alarms += 1;
      const earlier = alarm.first_out || (!root.first.first_out && alarm.raised < root.first.raised);
      if (earlier) root.first = alarm;
    }
  }
  return [...found.values()].toSorted((a, b) => b.alarms - a.alarms || (a.first.raised < b.first.raised ? -1 : 1));
}
