import type { Allow } from '../../api/types.gen';
import { lookUp, name, t } from '../../i18n';
import { list, metres } from '../../i18n/format';
import { inside, mover, roles } from '../../store/live';
import { records } from '../../store/records';
import type { Selection } from '../../store/selection';
import { AlarmsOf, MoverLink, moversIn } from './about';
import { Gone } from './Gone';
import { Details, Facts, InspectorFrame, Section, StateLine } from './parts';
import { PriorityMark } from '../marks';
import type { Priority } from '../../store/alarms';

const SHOWN = 60;

function People({ ids, since }: { ids: readonly string[]; since?: ReadonlyMap<string, string> }) {
  return (
    <Section title={t('inspect.insideNow')} empty={t('inspect.insideNow.none')} count={ids.length}>
      {ids.length === 0
        ? undefined
        : [
            <ul key="people">
              {ids.slice(0, SHOWN).map((id) => (
                <MoverLink key={id} id={id} since={since?.get(id)} />
              ))}
            </ul>,
          ]}
    </Section>
  );
}

const heights = (low: number, high: number): string => `${metres(low)} – ${metres(high)}`;

/** A zone of the four-colour map. */
export function ZoneInspector({ of }: { of: Selection }) {
  const zone = records.value?.zone.get(of.id);
  if (zone === undefined) return <Gone of={of} />;
  const ids = moversIn(zone.geometry, zone.z_min_m, zone.z_max_m);
  const persons = ids.filter((id) => mover.value.get(id)?.kind === 'person');
  return (
    <InspectorFrame of={of} kind={t('kind.zone')} title={name(zone.names)} code={zone.code}>
      <p class="state-line">
        <span class={`risk-chip is-${zone.colour}`}>{t(`colour.${zone.colour}`)}</span>
        {t(`colour.${zone.colour}.level`)}
      </p>
      <Facts
        facts={[
          { label: t('inspect.areaPeople'), value: persons.length },
          { label: t('inspect.height'), value: heights(zone.z_min_m, zone.z_max_m) },
          { label: t('inspect.version'), value: zone.version },
        ]}
      />
      <People ids={ids} />
    </InspectorFrame>
  );
}

/** Who may be inside, in words. */
export function allowed(allow: Allow): string {
  const read = records.value;
  const role = (code: string) => roles.value.find((one) => one.code === code)?.names;
  const team = (code: string) => read?.plant.teams.find((one) => one.code === code)?.names;
  const words = [
    ...allow.roles.map((code) => [code, role(code)] as const),
    ...allow.teams.map((code) => [code, team(code)] as const),
    ...allow.persons.map((code) => [code, read?.person.get(code)?.names] as const),
    ...allow.vehicles.map((code) => [code, read?.vehicle.get(code)?.names] as const),
  ].map(([code, names]) => (names === undefined ? code : name(names)));
  return words.length === 0 ? t('inspect.allow.none') : list(words);
}

/** An electronic fence. Who is inside is what the server decided, not what the map shows. */
export function FenceInspector({ of }: { of: Selection }) {
  const fence = records.value?.fence.get(of.id);
  if (fence === undefined) return <Gone of={of} />;
  const rows = inside.value.filter((row) => row.fence === of.id);
  const since = new Map(rows.map((row) => [row.subject, row.since]));
  const forbidden = fence.purpose === 'forbidden';
  return (
    <InspectorFrame of={of} kind={t('kind.fence')} title={name(fence.names)} code={fence.code}>
      <StateLine tone={forbidden && rows.length > 0 ? 'warn' : 'plain'}>
        {lookUp(`inspect.purpose.${fence.purpose}`) ?? fence.purpose}
      </StateLine>
      <Facts
        facts={[
          { label: t('inspect.insideNow'), value: rows.length },
          {
            label: t('inspect.priority'),
            value: <PriorityMark priority={fence.priority as Priority} />,
          },
          { label: t('inspect.version'), value: fence.version },
        ]}
      />
      <AlarmsOf where={(alarm) => alarm.place?.code === of.id} />
      <People ids={rows.map((row) => row.subject)} since={since} />
      <Details
        facts={[
          { label: t('inspect.allow'), value: allowed(fence.allow) },
          { label: t('inspect.height'), value: heights(fence.z_min_m, fence.z_max_m) },
        ]}
      />
    </InspectorFrame>
  );
}
