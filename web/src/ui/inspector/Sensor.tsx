import { name, t } from '../../i18n';
import { age, exact, number } from '../../i18n/format';
import { now_ms, readings, zone } from '../../store/live';
import { records } from '../../store/records';
import type { Selection } from '../../store/selection';
import { Gone } from './Gone';
import { Details, InspectorFrame, Related, Section, StateLine } from './parts';
import { Trend } from './Trend';
import { limitsText, LiveValue, quantityText, readingState, sensorDecimals, unitText } from './values';

/** One measuring point: its value large, its trend, its limits. */
export function SensorInspector({ of }: { of: Selection }) {
  const read = records.value;
  const sensor = read?.sensor.get(of.id);
  if (read == null || sensor === undefined) return <Gone of={of} />;
  const reading = readings.value.get(sensor.code);
  const { tone, word } = readingState(sensor, reading, now_ms.value);
  const asset = sensor.asset === null ? undefined : read.asset.get(sensor.asset);
  const decimals = Math.max(0, sensorDecimals(sensor) - 1);
  const t_ms = reading === undefined ? null : Date.parse(reading.t);
  return (
    <InspectorFrame of={of} kind={quantityText(sensor.quantity)} title={name(sensor.names)} code={sensor.code}>
      <StateLine tone={tone}>
        {word}
        {t_ms !== null && (
          <span class="muted" title={exact(t_ms, zone.value)}>
            {t('state.since', { age: age((now_ms.value - t_ms) / 1000) })}
          </span>
        )}
      </StateLine>
      <LiveValue sensor={sensor} big />
      <Trend sensor={sensor} />
      <Details
        facts={[
          { label: t('inspect.limits'), value: limitsText(sensor) },
          {
            label: t('inspect.range'),
            value: `${number(sensor.range_low, decimals)} – ${number(sensor.range_high, decimals)} ${unitText(sensor.unit)}`,
          },
          { label: t('inspect.period'), value: `${number(sensor.period_s, sensor.period_s < 1 ? 1 : 0)} s` },
        ]}
      />
      {asset !== undefined && (
        <Section title={t('inspect.related')}>
          {[
            <ul key="asset">
              <Related to={{ kind: 'asset', id: asset.code }} title={name(asset.names)}>
                {asset.code}
              </Related>
            </ul>,
          ]}
        </Section>
      )}
    </InspectorFrame>
  );
}
