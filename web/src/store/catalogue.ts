/** What every kind of alarm means, as the server tells it: one place for both languages. */

import { signal } from '@preact/signals';
import { api } from '../api/client';
import type { AlarmKindRecord, AlarmRecord } from '../api/types.gen';
import { name } from '../i18n';
import { number } from '../i18n/format';

const ASK_AGAIN_MS = 5_000;

export const catalogue = signal<ReadonlyMap<string, AlarmKindRecord>>(new Map());

/** Reads the catalogue, again and again until it is there; alarms are shown by their kind meanwhile. */
export async function readCatalogue(): Promise<void> {
  for (;;) {
    try {
      const { kinds } = await api.alarmCatalogue();
      catalogue.value = new Map(kinds.map((kind) => [kind.code, kind]));
      return;
    } catch (error) {
      console.warn('catalogue of alarms:', error);
    }
    await new Promise((resolve) => window.setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** A value as an operator reads it: counts whole, others with as many decimals as they deserve. */
export function valueText(value: number): string {
  if (Number.isInteger(value)) return number(value, 0);
  return number(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}

/** What an alarm's sentence may speak of. */
function places(alarm: AlarmRecord): Record<string, string | null> {
  const asset = alarm.asset ?? alarm.sensor;
  return {
    subject: alarm.subject === null ? null : name(alarm.subject.names),
    place: alarm.place === null ? (alarm.asset === null ? null : name(alarm.asset.names)) : name(alarm.place.names),
    sensor: alarm.sensor?.code ?? null,
    asset: asset === null ? null : name(asset.names),
    value: alarm.value === null ? null : valueText(alarm.value),
    limit: alarm.limit === null ? null : valueText(alarm.limit),
    unit: alarm.unit,
    where: alarmWhere(alarm),
  };
}

/** What an alarm is about that is no person, point or equipment: a line, an engine. */
export function alarmWhere(alarm: AlarmRecord): string | null {
  const where = alarm.text.params['where'];
  if (typeof where === 'string') return where;
  return typeof where === 'object' && where !== null ? name(where) : null;
}

/** The sentence of the catalogue with an alarm's own values; null when it is not known or a value is missing. */
export function sentence(alarm: AlarmRecord): string | null {
  const kind = catalogue.value.get(alarm.kind);
  if (kind === undefined) return null;
  const known = places(alarm);
  let whole = true;
  const text = name(kind.text).replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = known[key] ?? null;
    whole &&= value !== null;
    return value ?? '';
  });
  return whole ? text.replace(/\s{2,}/g, ' ').trim() : null;
}
