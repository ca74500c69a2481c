/** Numbers, times and ages as an operator reads them. The zone is the plant's, never the browser's. */

import type { Phrase } from '../api/types.gen';
import { language, locale, lookUp, name, t } from './index';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.value} ${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(locale.value, { ...options, timeZone: zone, hourCycle: 'h23' });
    formats.set(key, found);
  }
  return found;
}

/** `14:05:09` in the plant's zone. */
export function clock(t_ms: number, zone: string): string {
  return format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(t_ms);
}

/** `14:05`. */
export function hourMinute(t_ms: number, zone: string): string {
  return format(zone, { hour: '2-digit', minute: '2-digit' }).format(t_ms);
}

/** `11月23日 周一` or `Mon 23 Nov`. */
export function day(t_ms: number, zone: string): string {
  return format(zone, { weekday: 'short', day: 'numeric', month: 'short' }).format(t_ms);
}

/** Date and time with the zone, for a hover text. */
export function exact(t_ms: number, zone: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  return `${format(zone, options).format(t_ms)} ${zoneName(t_ms, zone)}`;
}

/** `UTC+8`: short, and the same in both languages. */
export function zoneName(t_ms: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(t_ms);
  return (parts.find((part) => part.type === 'timeZoneName')?.value ?? zone).replace('GMT', 'UTC');
}

/** An age or duration: seconds below a minute, then the two largest units. Negative ages count as 0. */
export function age(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return t('age.s', { s });
  const min = Math.floor(s / 60);
  if (min < 60) return t('age.min', { min, s: s % 60 });
  const h = Math.floor(min / 60);
  if (h < 48) return t('age.h', { h, min: min % 60 });
  return t('age.d', { d: Math.floor(h / 24), h: h % 24 });
}

/** Decimals a value deserves, from the span of its range. */
export function decimalsFor(span: number): number {
  if (!(span > 0)) return 1;
  return Math.min(4, Math.max(0, 2 - Math.floor(Math.log10(span))));
}

/** A plain number with fixed decimals and the real minus sign. */
export function number(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return '—';
  const text = value.toFixed(decimals);
  return (/^-0(\.0*)?$/.test(text) ? text.slice(1) : text).replace('-', '−');
}

/** A length in metres: centimetres are noise beyond 10 m. */
export function metres(value: number): string {
  return `${number(value, Math.abs(value) < 10 ? 1 : 0)} m`;
}

/** Site coordinates, `E 512 m · N −40 m` in words short enough for a panel. */
export function sitePlace(x_m: number, y_m: number): string {
  const east = `${x_m >= 0 ? 'E' : 'W'} ${number(Math.abs(x_m), 0)} m`;
  const north = `${y_m >= 0 ? 'N' : 'S'} ${number(Math.abs(y_m), 0)} m`;
  return `${east} · ${north}`;
}

/** Thousands apart by a thin space, which reads the same in both languages. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A sentence the server sent as a code with parameters. */
export function phrase(sent: Phrase, fallback: string): string {
  const params: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(sent.params)) {
    if (typeof value === 'object' && value !== null) params[key] = name(value);
    else if (value !== null) params[key] = typeof value === 'boolean' ? String(value) : value;
  }
  const text = lookUp(sent.code, params);
  // A placeholder nobody filled must not reach the operator's eyes.
  return text === null || /\{\w+\}/.test(text) ? fallback : text;
}

/** Joins a list the way the language does. */
export function list(items: readonly string[]): string {
  return items.join(language.value === 'zh' ? '、' : ', ');
}
