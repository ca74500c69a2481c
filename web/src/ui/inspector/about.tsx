/** What relates to what: rows of links that several inspectors share. */

import type { AlarmRecord, GeoJsonGeometry } from '../../api/types.gen';
import { name, t } from '../../i18n';
import { age } from '../../i18n/format';
import { siteToLonLat } from '../../scene/site';
import { isUnacknowledged, priorityOf, standing } from '../../store/alarms';
import { head, inside, mover, now_ms, people } from '../../store/live';
import { contains, sees } from '../../store/place';
import { records } from '../../store/records';
import { session } from '../../store/session';
import { whatHappened } from '../alarmText';
import { PriorityMark } from '../marks';
import { Related, Section } from './parts';

/** Degrees of a place in site metres; null before the plant is known. */
export function lonLat(x_m: number, y_m: number): [number, number] | null {
  const frame = head.value?.frame;
  return frame === undefined ? null : siteToLonLat({ lon: frame.origin_lon, lat: frame.origin_lat }, x_m, y_m);
}

/** Movers now inside an area, sampled once a second. */
export function moversIn(geometry: GeoJsonGeometry, z_min_m: number, z_max_m: number): string[] {
  void now_ms.value;
  const positions = session.value?.positions;
  if (positions === undefined) return [];
  return people.value.rows
    .filter((row) => {
      const place = positions.at(row.id);
      if (place === null || place.z_m < z_min_m || place.z_m > z_max_m) return false;
      const at = lonLat(place.x_m, place.y_m);
      return at !== null && contains(geometry, at[0], at[1]);
    })
    .map((row) => row.id);
}

/** A link to a mover, hollow when where they are is not sure. */
export function MoverLink({ id, since }: { id: string; since?: string | undefined }) {
  const row = mover.value.get(id);
  const place = session.value?.positions.at(id) ?? null;
  const sure = place !== null && place.status <= 1;
  return (
    <Related
      to={{ kind: 'mover', id }}
      title={row === undefined ? id : name(row.names)}
      glyph={row?.glyph ?? 'circle'}
      hollow={!sure}
    >
      {since !== undefined && age((now_ms.value - Date.parse(since)) / 1000)}
      {since === undefined && !sure && t('state.lost')}
    </Related>
  );
}

/** Fences a subject is inside, and since when. */
export function FencesAround({ subject }: { subject: string }) {
  const rows = inside.value.filter((row) => row.subject === subject);
  return (
    <Section title={t('inspect.inside')}>
      {rows.length === 0
        ? undefined
        : rows.map((row) => {
            const fence = records.value?.fence.get(row.fence);
            return (
              <ul key={row.fence}>
                <Related
                  to={{ kind: 'fence', id: row.fence }}
                  title={fence === undefined ? row.fence : name(fence.names)}
                >
                  {age((now_ms.value - Date.parse(row.since)) / 1000)}
                </Related>
              </ul>
            );
          })}
    </Section>
  );
}

/** Risk zones around a place. */
export function ZonesAround({ x_m, y_m }: { x_m: number; y_m: number }) {
  const at = lonLat(x_m, y_m);
  const zones = at === null ? [] : (records.value?.zones ?? []).filter((one) => contains(one.geometry, at[0], at[1]));
  return (
    <Section title={t('inspect.zones')} empty={t('inspect.zones.none')}>
      {zones.length === 0
        ? undefined
        : [
            <ul key="zones">
              {zones.map((one) => (
                <Related key={one.code} to={{ kind: 'zone', id: one.code }} title={name(one.names)}>
                  <span class={`risk-chip is-${one.colour}`}>{t(`colour.${one.colour}`)}</span>
                </Related>
              ))}
            </ul>,
          ]}
    </Section>
  );
}

/** Cameras whose field of view holds a place. */
export function CamerasAround({ x_m, y_m, z_m }: { x_m: number; y_m: number; z_m: number }) {
  const cameras = (records.value?.cameras ?? []).filter((camera) => sees(camera, x_m, y_m, z_m));
  return (
    <Section title={t('inspect.seenBy')} empty={t('inspect.seenBy.none')}>
      {cameras.length === 0
        ? undefined
        : [
            <ul key="cameras">
              {cameras.map((camera) => (
                <Related key={camera.code} to={{ kind: 'camera', id: camera.code }} title={name(camera.names)}>
                  {camera.code}
                </Related>
              ))}
            </ul>,
          ]}
    </Section>
  );
}

/** Standing alarms that fulfil a condition. */
export function AlarmsOf({ where }: { where: (alarm: AlarmRecord) => boolean }) {
  const rows = standing.value.filter(where);
  return (
    <Section title={t('inspect.alarms')} count={rows.length}>
      {rows.length === 0
        ? undefined
        : [
            <ul key="alarms">
              {rows.map((alarm) => (
                <Related key={alarm.id} to={{ kind: 'alarm', id: alarm.id }} title={whatHappened(alarm)}>
                  <PriorityMark priority={priorityOf(alarm)} hollow={!isUnacknowledged(alarm)} />
                </Related>
              ))}
            </ul>,
          ]}
    </Section>
  );
}
