import { lookUp, name } from '../i18n';
import { clock, exact } from '../i18n/format';
import type { Abnormal } from '../store/abnormal';
import { now_ms, zone } from '../store/live';
import { selection } from '../store/selection';
import { goTo } from './actions';
import { LiveValue, limitsText, quantityText, readingState } from './inspector/values';

/** One measuring point that is not as it should be: its value, its limits, since when the value is. */
export function SensorRow({ row }: { row: Abnormal }) {
  const { sensor, reading, severity } = row;
  const { word } = readingState(sensor, reading, now_ms.value);
  const t_ms = reading === undefined ? null : Date.parse(reading.t);
  const chosen = selection.value?.kind === 'sensor' && selection.value.id === sensor.code;
  return (
    <button
      type="button"
      class={`sensor-row is-${severity}${chosen ? ' is-chosen' : ''}`}
      data-testid="sensor-row"
      data-sensor={sensor.code}
      onClick={() => goTo({ kind: 'sensor', id: sensor.code })}
    >
      <span class="sensor-limit">{lookUp(`limit.short.${reading?.limit ?? 'unknown'}`) ?? ''}</span>
      <span class="sensor-code">{sensor.code}</span>
      <span class="alarm-what">{name(sensor.names)}</span>
      <span class="muted">{quantityText(sensor.quantity)}</span>
      <LiveValue sensor={sensor} />
      <span class="muted">{limitsText(sensor)}</span>
      <span class="muted">{word}</span>
      <time class="muted" title={t_ms === null ? undefined : exact(t_ms, zone.value)}>
        {t_ms === null ? '—' : clock(t_ms, zone.value)}
      </time>
    </button>
  );
}
