import { Crosshair, History } from 'lucide';
import { lookUp, name, t } from '../../i18n';
import { age, exact, metres, number, sitePlace } from '../../i18n/format';
import { mover, now_ms, roles, tags, zone } from '../../store/live';
import { records } from '../../store/records';
import { following, type Selection } from '../../store/selection';
import { openReplay } from '../../store/replay';
import { session } from '../../store/session';
import { Icon } from '../Icon';
import { AlarmsOf, CamerasAround, FencesAround, ZonesAround } from './about';
import { Gone } from './Gone';
import { Details, Facts, InspectorFrame, StateLine } from './parts';
import { statusTone, statusWord } from './words';

/** A battery below this is worth a word. */
const LOW_BATTERY_PCT = 20;

/** A person, a vehicle, or a tag nobody carries. */
export function MoverInspector({ of }: { of: Selection }) {
  const row = mover.value.get(of.id);
  if (row === undefined) return <Gone of={of} />;
  const place = session.value?.positions.at(of.id) ?? null;
  const read = records.value;
  const person = read?.person.get(of.id);
  const vehicle = read?.vehicle.get(of.id);
  const role = roles.value.find((one) => one.code === row.role);
  const team = read?.plant.teams.find((one) => one.code === row.team);
  const shift = read?.plant.shifts.find((one) => one.code === person?.shift);
  const tagNow = row.tag === null ? undefined : tags.value.get(row.tag);
  const battery = tagNow?.battery_pct ?? row.battery_pct;
  const followed = following.value === of.id;
  const seen = place?.t_ms ?? null;
  const radius = place === null ? '—' : place.r95_beyond ? t('inspect.accuracy.beyond') : `± ${metres(place.r95_m)}`;
  return (
    <InspectorFrame
      of={of}
      kind={role === undefined ? t(`kind.${row.kind}`) : name(role.names)}
      title={name(row.names)}
      code={row.id}
      actions={
        <>
          <button
            type="button"
            class="button"
            title={t('inspect.replayMover.hint')}
            data-testid="inspector-replay"
            onClick={() => {
              const at_ms = now_ms.peek() - 300_000;
              openReplay({ at_ms, from_ms: at_ms - 3_300_000, to_ms: at_ms + 300_000, people: [of.id] });
            }}
          >
            <Icon node={History} size={0.875} />
            {t('inspect.replayMover')}
          </button>
          <button
            type="button"
            class="button"
            aria-pressed={followed}
            disabled={place === null}
            onClick={() => (following.value = followed ? null : of.id)}
          >
            <Icon node={Crosshair} size={0.875} />
            {t(followed ? 'inspect.unfollow' : 'inspect.follow')}
          </button>
        </>
      }
    >
      {place === null ? (
        <StateLine tone="stale">{t('state.unseen')}</StateLine>
      ) : (
        <StateLine tone={statusTone(place)}>{statusWord(place)}</StateLine>
      )}
      <Facts
        facts={[
          { label: t('inspect.accuracy'), value: radius, hint: t('inspect.accuracy.hint') },
          { label: t('inspect.height'), value: place === null ? '—' : metres(place.z_m) },
          {
            label: t('inspect.seen'),
            value: seen === null ? '—' : age((now_ms.value - seen) / 1000),
            ...(seen === null ? {} : { hint: exact(seen, zone.value) }),
          },
        ]}
      />
      <AlarmsOf where={(alarm) => alarm.subject?.id === of.id || alarm.subjects.some((one) => one.id === of.id)} />
      <FencesAround subject={of.id} />
      {place !== null && <ZonesAround x_m={place.x_m} y_m={place.y_m} />}
      {place !== null && <CamerasAround x_m={place.x_m} y_m={place.y_m} z_m={place.z_m} />}
      <Details
        facts={[
          { label: t('inspect.tag'), value: row.tag },
          {
            label: t('inspect.battery'),
            value:
              battery === null || battery === undefined ? null : (
                <span class={battery < LOW_BATTERY_PCT ? 'tone-warn' : ''}>{number(battery, 0)} %</span>
              ),
          },
          { label: t('inspect.team'), value: team === undefined ? row.team : name(team.names) },
          {
            label: t('inspect.shift'),
            value: shift === undefined ? null : `${name(shift.names)} ${shift.start}–${shift.end}`,
          },
          { label: t('inspect.employer'), value: person?.employer },
          { label: t('inspect.plate'), value: vehicle?.plate },
          {
            label: t('inspect.vehicleKind'),
            value: vehicle === undefined ? null : (lookUp(`vehicle.${vehicle.vehicle_kind}`) ?? vehicle.vehicle_kind),
          },
          { label: t('inspect.position'), value: place === null ? null : sitePlace(place.x_m, place.y_m) },
        ]}
      />
    </InspectorFrame>
  );
}
