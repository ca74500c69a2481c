/** An alarm in the operator's own words. */

import type { AlarmRecord } from '../api/types.gen';
import { lookUp, name, t } from '../i18n';
import { phrase } from '../i18n/format';

/** What happened: "王强 进入 球罐区禁区，无权限". */
export function whatHappened(alarm: AlarmRecord): string {
  const about = alarm.subject ?? alarm.sensor ?? alarm.asset ?? alarm.place;
  const subject = about === null ? t('alarm.noPlace') : name(about.names);
  return phrase(alarm.text, t('alarm.unknown', { kind: alarmKind(alarm), subject }));
}

/** What to do about it. */
export function advice(alarm: AlarmRecord): string {
  return phrase(alarm.advice, t('advice.unknown'));
}

export function alarmKind(alarm: AlarmRecord): string {
  return lookUp(`alarm.kind.${alarm.kind}`) ?? alarm.kind;
}

export function alarmPlace(alarm: AlarmRecord): string {
  const place = alarm.place ?? alarm.asset ?? alarm.sensor;
  return place === null ? t('alarm.noPlace') : name(place.names);
}
