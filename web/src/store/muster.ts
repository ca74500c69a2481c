/** The evacuation that is on, folded from the live connection. */

import { computed, signal } from '@preact/signals';
import type { MusterMessage, MusterRecord, MusterRowRecord } from '../api/types.gen';
import { stage } from './stage';

export type StandingName = MusterRowRecord['standing'];

export const STANDINGS = ['not_known', 'not_safe', 'moving', 'safe'] as const satisfies readonly StandingName[];

export const muster = signal<MusterRecord | null>(null);
/** The muster that ended last while this page was open: its roll stays on the screen until it is closed. */
export const musterOver = signal<MusterRecord | null>(null);

/** How many stand how. */
export function standings(rows: readonly MusterRowRecord[]): Record<StandingName, number> {
  const counts = { safe: 0, moving: 0, not_safe: 0, not_known: 0 };
  for (const row of rows) counts[row.standing] += 1;
  return counts;
}

const ORDER: Record<StandingName, number> = { not_known: 1, not_safe: 2, moving: 3, safe: 4 };
const worry = (row: MusterRowRecord): number =>
  row.reasons.includes('sos') || row.reasons.includes('contradicted') ? 0 : ORDER[row.standing];

/** Those to worry about first; of these the longest so. */
export function byWorry(a: MusterRowRecord, b: MusterRowRecord): number {
  return worry(a) - worry(b) || a.since.localeCompare(b.since) || a.subject.id.localeCompare(b.subject.id);
}

/** A muster after a message about it; null when there is no such muster to change and none begins. */
export function folded(before: MusterRecord | null, message: MusterMessage): MusterRecord | null {
  const { muster: head } = message;
  const same = before !== null && before.id === head.id ? before : null;
  const points = same?.points ?? [];
  const rows = new Map((same?.rows ?? []).map((row) => [row.subject.id, row]));
  for (const row of message.rows) rows.set(row.subject.id, row);
  const present = new Map<string, number>();
  for (const row of rows.values()) {
    if (row.standing === 'safe' && row.point !== null) present.set(row.point, (present.get(row.point) ?? 0) + 1);
  }
  return {
    ...head,
    rows: [...rows.values()].sort(byWorry),
    unseen: message.unseen,
    points: (message.points.length > 0 ? message.points : points).map((point) => ({
      ...point,
      present: present.get(point.fence) ?? 0,
    })),
  };
}

export function changeMuster(message: MusterMessage): void {
  const after = folded(muster.value, message);
  const over = after !== null && after.ended !== null;
  musterOver.value = over ? after : message.cause === 'started' ? null : musterOver.value;
  muster.value = over ? null : after;
}

/** Standing by mover id, for the map; null while no muster is on, and over a replay: it would stand beside old places. */
export const rollCall = computed<ReadonlyMap<string, StandingName> | null>(() =>
  muster.value === null || stage.value !== 'live'
    ? null
    : new Map(muster.value.rows.map((row) => [row.subject.id, row.standing])),
);
