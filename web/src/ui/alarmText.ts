/** An alarm in the operator's own words. */

import type { AlarmRecord } from '../api/types.gen';
import { lookUp, name, t } from '../i18n';
import { phrase } from '../i18n/format';
import { alarmWhere, catalogue, sentence, valueText } from '../store/catalogue';

/** What happened: "王强 进入 球罐区禁区，无权限". */
export function whatHappened(alarm: AlarmRecord): string {
  const said = sentence(alarm);
  if (said !== null) return said;
  const about = alarm.subject ?? alarm.sensor ?? alarm.asset ?? alarm.place;
  const subject = about === null ? (alarmWhere(alarm) ?? '') : name(about.names);
  return phrase(alarm.text, t('alarm.unknown', { kind: alarmKind(alarm.kind), subject }));
}

/** What to do about it. */
export function advice(alarm: AlarmRecord): string {
  const known = catalogue.value.get(alarm.kind);
  return known === undefined ? phrase(alarm.advice, t('advice.unknown')) : name(known.action);
}

/** What a kind is called. */
export function alarmKind(kind: string): string {
  const known = catalogue.value.get(kind);
  return known === undefined ? (lookUp(`alarm.kind.${kind}`) ?? kind) : name(known.names);
}

export function alarmPlace(alarm: AlarmRecord): string {
  const place = alarm.place ?? alarm.asset ?? alarm.sensor;
  if (place !== null) return name(place.names);
  return alarmWhere(alarm) ?? t(alarm.subject === null ? 'alarm.wholePlant' : 'alarm.noPlace');
}

/** `92.4 % / 90`: what was measured, and what it should not have passed; empty when nothing was measured. */
export function alarmValue(alarm: AlarmRecord): string {
  if (alarm.value === null) return '';
  const limit = alarm.limit === null ? '' : ` / ${valueText(alarm.limit)}`;
  return `${valueText(alarm.value)}${limit} ${alarm.unit}`.trim();
}
