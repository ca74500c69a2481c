/** The columns of the commissioning tables: what each shows, sorts by and exports. */

import type { AnchorNow, TagSeen } from '../../api/types.gen';
import { name } from '../../i18n';
import { age, count, number } from '../../i18n/format';
import type { Column } from './table';
import { w } from './words';

export interface Shown<T> extends Column<T> {
  /** As it reads in the table; `value` where this is missing. */
  text?: (row: T, now_ms: number) => string;
  numeric?: boolean;
}

/** Most urgent first. */
export const STATES = ['unreliable', 'shifted', 'silent', 'unknown', 'learning', 'idle', 'ok'] as const;
export const ABNORMAL: ReadonlySet<string> = new Set(['unreliable', 'shifted', 'silent', 'unknown']);
const STATUSES = ['lost', 'predicted', 'degraded', 'fix'] as const;
/** Below this a tag is to be charged, percent. */
export const LOW_BATTERY = 20;

const cm = (metres: number | null): number | null => (metres === null ? null : Math.round(metres * 1000) / 10);
const shown = (value: number | null, decimals: number): string => (value === null ? '—' : number(value, decimals));

/** Seconds since an instant of the server; null for never. */
function since(t: string | null, now_ms: number): string {
  return t === null ? w('never') : age((now_ms - Date.parse(t)) / 1000);
}

export function anchorColumns(): Shown<AnchorNow>[] {
  const centimetres = (key: string, title: string, of: (row: AnchorNow) => number | null): Shown<AnchorNow> => ({
    key,
    title,
    numeric: true,
    value: (row) => cm(of(row)),
    text: (row) => shown(cm(of(row)), 1),
  });
  return [
    {
      key: 'state',
      title: w('anchor.state'),
      value: (row) => w(`state.${row.state}`),
      rank: (row) => STATES.indexOf(row.state),
    },
    { key: 'anchor', title: w('anchor.code'), value: (row) => row.anchor },
    { key: 'name', title: w('anchor.name'), value: (row) => name(row.names) },
    { key: 'engine', title: w('anchor.engine'), value: (row) => row.engine },
    {
      ...centimetres('residual', w('anchor.residual'), (row) => row.residual_m),
      // The largest miss matters, whichever way.
      rank: (row) => -Math.abs(row.residual_m ?? 0),
    },
    centimetres('noise', w('anchor.noise'), (row) => row.noise_m),
    {
      key: 'accepted',
      title: w('anchor.accepted'),
      numeric: true,
      value: (row) => (row.accepted === null ? null : Math.round(row.accepted * 1000) / 10),
      text: (row) => shown(row.accepted === null ? null : row.accepted * 100, 1),
    },
    {
      key: 'ranges',
      title: w('anchor.ranges'),
      numeric: true,
      value: (row) => row.ranges,
      text: (row) => count(row.ranges),
    },
    {
      key: 'last',
      title: w('anchor.last'),
      numeric: true,
      value: (row) => row.last,
      text: (row, now) => since(row.last, now),
    },
    centimetres('bias', w('anchor.bias'), (row) => row.bias_m),
    centimetres('suggested', w('anchor.suggested'), (row) => row.suggested_bias_m),
  ];
}

export function tagColumns(): Shown<TagSeen>[] {
  const counted = (key: 'anchors' | 'fixes' | 'degraded' | 'predicted' | 'lost'): Shown<TagSeen> => ({
    key,
    title: w(`tag.${key}`),
    numeric: true,
    value: (row) => row[key],
    text: (row) => count(row[key]),
  });
  return [
    { key: 'tag', title: w('tag.code'), value: (row) => row.tag },
    {
      key: 'carrier',
      title: w('tag.carrier'),
      value: (row) => (row.carrier_names === null ? null : name(row.carrier_names)),
      text: (row) => (row.carrier_names === null ? w('tag.nobody') : name(row.carrier_names)),
    },
    {
      key: 'battery',
      title: w('tag.battery'),
      numeric: true,
      value: (row) => row.battery_pct,
      text: (row) => shown(row.battery_pct, 0),
    },
    {
      key: 'last',
      title: w('tag.last'),
      numeric: true,
      value: (row) => row.last,
      text: (row, now) => since(row.last, now),
    },
    {
      key: 'rate',
      title: w('tag.rate'),
      numeric: true,
      value: (row) => row.rate_hz,
      text: (row) => number(row.rate_hz, 2),
    },
    {
      key: 'status',
      title: w('tag.status'),
      value: (row) => (row.status === null ? null : w(`status.${row.status}`)),
      rank: (row) => (row.status === null ? -1 : STATUSES.indexOf(row.status)),
    },
    { key: 'r95', title: w('tag.r95'), numeric: true, value: (row) => row.r95_m, text: (row) => shown(row.r95_m, 2) },
    ...(['anchors', 'fixes', 'degraded', 'predicted', 'lost'] as const).map(counted),
  ];
}

/** Whether somebody should look at the tag: weak battery, no good fix. */
export function abnormalTag(row: TagSeen): boolean {
  return row.status !== 'fix' || (row.battery_pct !== null && row.battery_pct < LOW_BATTERY);
}
