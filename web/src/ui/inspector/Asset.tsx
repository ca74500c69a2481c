import { useState } from 'preact/hooks';
import type { AssetRecord, SensorRecord } from '../../api/types.gen';
import { lookUp, name, t } from '../../i18n';
import { count, metres, number } from '../../i18n/format';
import { now_ms, readings } from '../../store/live';
import { records } from '../../store/records';
import type { Selection } from '../../store/selection';
import { CamerasAround, ZonesAround } from './about';
import { Gone } from './Gone';
import { Details, Facts, InspectorFrame, Related, Section, StateLine, type Fact } from './parts';
import { Trend } from './Trend';
import { LiveValue, quantityText, readingState } from './values';
import type { Tone } from './words';

/** The order in which an operator asks for a vessel's values. */
const FIRST = ['level', 'gas_lel', 'gas_tox', 'temperature', 'pressure', 'flow'];
const TONES: readonly Tone[] = ['bad', 'warn', 'stale', 'good', 'plain'];
const CONTENTS_SHOWN = 40;

export function inOrder(sensors: readonly SensorRecord[]): SensorRecord[] {
  const rank = (sensor: SensorRecord) => {
    const at = FIRST.indexOf(sensor.quantity);
    return at < 0 ? FIRST.length : at;
  };
  return sensors.toSorted((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : 1));
}

const attribute = (asset: AssetRecord, key: string): unknown =>
  (asset.attributes as unknown as Readonly<Record<string, unknown>>)[key];

function size(asset: AssetRecord, key: string): string | null {
  const value = attribute(asset, key);
  return typeof value === 'number' ? metres(value) : null;
}

/** What the records say about an asset, as far as its kind has it. */
export function assetFacts(asset: AssetRecord): Fact[] {
  const word = (key: string, prefix: string): string | null => {
    const value = attribute(asset, key);
    return typeof value === 'string' ? (lookUp(`${prefix}.${value}`) ?? value) : null;
  };
  const capacity = attribute(asset, 'capacity_m3');
  const storeys = attribute(asset, 'storeys');
  const people = attribute(asset, 'capacity');
  return [
    { label: t('inspect.medium'), value: word('medium', 'medium') },
    { label: t('inspect.capacity'), value: typeof capacity === 'number' ? `${count(capacity)} m³` : null },
    { label: t('inspect.capacityPeople'), value: typeof people === 'number' ? count(people) : null },
    { label: t('inspect.diameter'), value: size(asset, 'diameter_m') },
    { label: t('inspect.heightOf'), value: size(asset, 'height_m') },
    { label: t('inspect.length'), value: size(asset, 'length_m') },
    { label: t('inspect.width'), value: size(asset, 'width_m') },
    { label: t('inspect.storeys'), value: typeof storeys === 'number' ? number(storeys, 0) : null },
    { label: t('inspect.use'), value: word('use', 'use') },
    { label: t('inspect.surface'), value: word('surface', 'surface') },
    { label: t('inspect.gas'), value: word('gas', 'medium') },
    { label: t('inspect.principle'), value: word('principle', 'principle') },
    { label: t('inspect.mount'), value: size(asset, 'mount_m') },
    { label: t('inspect.engine'), value: word('engine', 'engine') },
    { label: t('inspect.antenna'), value: size(asset, 'antenna_m') },
    { label: t('inspect.sigma'), value: size(asset, 'sigma_m') },
  ];
}

/** The worst of an asset's readings says how the asset is. */
function worst(sensors: readonly SensorRecord[]): { tone: Tone; word: string } | null {
  const states = sensors.map((sensor) => {
    const { tone, word } = readingState(sensor, readings.value.get(sensor.code), now_ms.value);
    return { tone, word: tone === 'good' ? word : `${quantityText(sensor.quantity)} ${word}` };
  });
  return states.toSorted((a, b) => TONES.indexOf(a.tone) - TONES.indexOf(b.tone))[0] ?? null;
}

/** A tank, a column, a detector, a building … whatever stands in the plant. */
export function AssetInspector({ of }: { of: Selection }) {
  const [shown, setShown] = useState<string | null>(null);
  const read = records.value;
  const asset = read?.asset.get(of.id);
  if (read == null || asset === undefined) return <Gone of={of} />;
  const sensors = inOrder(read.sensorsOf.get(of.id) ?? []);
  const trended = sensors.find((sensor) => sensor.code === shown) ?? sensors[0];
  const state = worst(sensors);
  const unit = asset.parent === null ? undefined : read.asset.get(asset.parent);
  const contents = read.childrenOf.get(of.id) ?? [];
  return (
    <InspectorFrame
      of={of}
      kind={lookUp(`asset.${asset.kind}`) ?? t('asset.other')}
      title={name(asset.names)}
      code={asset.code}
    >
      {state !== null && <StateLine tone={state.tone}>{state.word}</StateLine>}
      {sensors.length > 0 && (
        <Facts
          facts={sensors
            .slice(0, 3)
            .map((sensor) => ({ label: quantityText(sensor.quantity), value: <LiveValue sensor={sensor} /> }))}
        />
      )}
      {trended !== undefined && (
        <>
          {sensors.length > 1 && (
            <div class="tabs" role="tablist">
              {sensors.slice(0, 5).map((sensor) => (
                <button
                  key={sensor.code}
                  type="button"
                  role="tab"
                  aria-selected={sensor.code === trended.code}
                  onClick={() => setShown(sensor.code)}
                >
                  {quantityText(sensor.quantity)}
                </button>
              ))}
            </div>
          )}
          <Trend key={trended.code} sensor={trended} />
        </>
      )}
      <Details facts={assetFacts(asset)} />
      <Section title={t('inspect.sensors')} count={sensors.length}>
        {sensors.length === 0
          ? undefined
          : [
              <ul key="sensors">
                {sensors.map((sensor) => (
                  <Related key={sensor.code} to={{ kind: 'sensor', id: sensor.code }} title={sensor.code}>
                    <LiveValue sensor={sensor} />
                  </Related>
                ))}
              </ul>,
            ]}
      </Section>
      {unit !== undefined && (
        <Section title={t('inspect.unit')}>
          {[
            <ul key="unit">
              <Related to={{ kind: 'asset', id: unit.code }} title={name(unit.names)}>
                {unit.code}
              </Related>
            </ul>,
          ]}
        </Section>
      )}
      <Section title={t('inspect.contents')} count={contents.length}>
        {contents.length === 0
          ? undefined
          : [
              <ul key="contents">
                {contents.slice(0, CONTENTS_SHOWN).map((one) => (
                  <Related key={one.code} to={{ kind: 'asset', id: one.code }} title={name(one.names)}>
                    {one.code}
                  </Related>
                ))}
              </ul>,
            ]}
      </Section>
      <ZonesAround x_m={asset.x_m} y_m={asset.y_m} />
      <CamerasAround x_m={asset.x_m} y_m={asset.y_m} z_m={asset.base_m + 1} />
    </InspectorFrame>
  );
}
