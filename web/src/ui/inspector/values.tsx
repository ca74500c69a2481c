/** Live values: a number never stands without its unit, its quality and its age. */

import type { ReadingNow, SensorRecord } from '../../api/types.gen';
import { lookUp, t } from '../../i18n';
import { age, decimalsFor, exact, number } from '../../i18n/format';
import { isStale, now_ms, readings, zone } from '../../store/live';
import type { Tone } from './words';

const UNITS: Readonly<Record<string, string>> = {
  pct: '%',
  percent: '%',
  degC: '°C',
  C: '°C',
  celsius: '°C',
  kPa: 'kPa',
  MPa: 'MPa',
  m3_h: 'm³/h',
  'm3/h': 'm³/h',
  pct_lel: '%LEL',
  mg_m3: 'mg/m³',
  'mg/m3': 'mg/m³',
};

/** The unit as it is written on an instrument. */
export function unitText(unit: string): string {
  return UNITS[unit] ?? unit;
}

export function quantityText(quantity: string): string {
  return lookUp(`quantity.${quantity}`) ?? quantity;
}

export function sensorDecimals(sensor: SensorRecord): number {
  return decimalsFor(sensor.range_high - sensor.range_low);
}

/** How a reading stands: beyond which limit, or why it may not be believed. */
export function readingState(sensor: SensorRecord, reading: ReadingNow | undefined, at_ms: number) {
  if (reading === undefined) return { tone: 'stale' as Tone, word: t('state.noData'), stale: true };
  if (reading.quality !== 'good') {
    const word = lookUp(`state.${reading.quality}`) ?? reading.quality;
    return { tone: 'stale' as Tone, word, stale: true };
  }
  if (isStale(reading, sensor.period_s, at_ms)) return { tone: 'stale' as Tone, word: t('state.stale'), stale: true };
  const tone: Tone =
    reading.limit === 'hh' || reading.limit === 'll'
      ? 'bad'
      : reading.limit === 'h' || reading.limit === 'l'
        ? 'warn'
        : 'good';
  return { tone, word: t(`limit.${reading.limit}`), stale: false };
}

/** One value with unit and state. */
export function LiveValue({ sensor, big = false }: { sensor: SensorRecord; big?: boolean }) {
  const reading = readings.value.get(sensor.code);
  const { tone, word, stale } = readingState(sensor, reading, now_ms.value);
  const t_ms = reading === undefined ? null : Date.parse(reading.t);
  const old = t_ms === null ? '' : age((now_ms.value - t_ms) / 1000);
  return (
    <span
      class={`live-value tone-${tone}${big ? ' is-big' : ''}${stale ? ' hatched' : ''}`}
      title={t_ms === null ? word : `${word} · ${exact(t_ms, zone.value)}`}
    >
      <b>{reading === undefined ? '—' : number(reading.value, sensorDecimals(sensor))}</b>
      <i>{unitText(sensor.unit)}</i>
      {(stale || tone !== 'good') && <em>{stale && old !== '' ? `${word} ${old}` : word}</em>}
    </span>
  );
}

/** Limits in one line: `LL 5 · L 10 · H 85 · HH 92`. */
export function limitsText(sensor: SensorRecord): string {
  const decimals = sensorDecimals(sensor);
  const given = (['ll', 'l', 'h', 'hh'] as const).flatMap((which) => {
    const value = sensor.limits[which];
    return value === null ? [] : [`${which.toUpperCase()} ${number(value, Math.max(0, decimals - 1))}`];
  });
  return given.length === 0 ? t('inspect.limits.none') : `${given.join(' · ')} ${unitText(sensor.unit)}`;
}
