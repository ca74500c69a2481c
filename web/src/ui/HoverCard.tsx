import { lookUp, name, t } from '../i18n';
import { age, decimalsFor, number } from '../i18n/format';
import { mover, now_ms, readings, roles } from '../store/live';
import { hover } from '../store/map';
import { records } from '../store/records';
import { session } from '../store/session';
import { statusWord } from './inspector/words';
import { unitText } from './inspector/values';

/** Between pointer and card. */
const GAP_PX = 14;

interface Lines {
  title: string;
  second: string;
  third: string | null;
}

function aboutMover(id: string): Lines | null {
  const row = mover.value.get(id);
  if (row === undefined) return null;
  void now_ms.value;
  const place = session.value?.positions.at(id) ?? null;
  const role = roles.value.find((one) => one.code === row.role);
  const since = place?.t_ms == null ? null : (now_ms.value - place.t_ms) / 1000;
  return {
    title: name(row.names),
    second: [role === undefined ? t(`kind.${row.kind}`) : name(role.names), row.id].join(' · '),
    third: place === null ? t('state.unseen') : `${statusWord(place)}${since === null ? '' : ` · ${age(since)}`}`,
  };
}

function aboutAsset(code: string): Lines | null {
  const read = records.value;
  const asset = read?.asset.get(code);
  if (read == null || asset === undefined) return null;
  const values = (read.sensorsOf.get(code) ?? []).slice(0, 3).flatMap((sensor) => {
    const reading = readings.value.get(sensor.code);
    const decimals = decimalsFor(sensor.range_high - sensor.range_low);
    return reading === undefined ? [] : [`${number(reading.value, decimals)} ${unitText(sensor.unit)}`];
  });
  return {
    title: name(asset.names),
    second: `${lookUp(`asset.${asset.kind}`) ?? t('asset.other')} · ${code}`,
    third: values.length === 0 ? null : values.join(' · '),
  };
}

function aboutNamed(kind: 'zone' | 'fence' | 'camera', code: string): Lines | null {
  const found = records.value?.[kind].get(code);
  return found === undefined
    ? null
    : { title: name(found.names), second: `${t(`kind.${kind}`)} · ${code}`, third: null };
}

/** What is under the pointer, in three short lines beside it. */
export function HoverCard() {
  const hit = hover.value;
  if (hit === null) return null;
  const { kind, id } = hit.selection;
  const lines = kind === 'mover' ? aboutMover(id) : kind === 'asset' ? aboutAsset(id) : aboutNamed(kind, id);
  if (lines === null) return null;
  // On the side of the pointer where there is room, so that it never leaves the screen.
  const left = hit.x_px > window.innerWidth * 0.6;
  const above = hit.y_px > window.innerHeight * 0.6;
  const x_px = Math.round(hit.x_px + (left ? -GAP_PX : GAP_PX));
  const y_px = Math.round(hit.y_px + (above ? -GAP_PX : GAP_PX));
  const style = {
    transform: `translate(${x_px}px, ${y_px}px) translate(${left ? '-100%' : '0'}, ${above ? '-100%' : '0'})`,
  };
  return (
    <div class="hover-card" style={style} aria-hidden="true">
      <strong>{lines.title}</strong>
      <span>{lines.second}</span>
      {lines.third !== null && <span>{lines.third}</span>}
    </div>
  );
}
