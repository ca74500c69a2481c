import { Check, History } from 'lucide';
import { useEffect } from 'preact/hooks';
import { api, RequestError } from '../../api/client';
import type { AlarmRecord } from '../../api/types.gen';
import { name, t } from '../../i18n';
import { age, clock, exact, number } from '../../i18n/format';
import {
  acknowledgeFault,
  acknowledging,
  findAlarm,
  isUnacknowledged,
  lasted,
  priorityOf,
  remember,
} from '../../store/alarms';
import { head, mover, now_ms, zone } from '../../store/live';
import { openReplay, replaying } from '../../store/replay';
import type { Selection } from '../../store/selection';
import { acknowledge } from '../actions';
import { operatorName } from '../../store/session';
import { advice, alarmKind, alarmValue, whatHappened } from '../alarmText';
import { Icon } from '../Icon';
import { PriorityMark } from '../marks';
import { AlarmMore } from './AlarmMore';
import { CamerasAround } from './about';
import { Gone } from './Gone';
import { Details, Facts, InspectorFrame, Related, Section } from './parts';

/** The alarm; one that neither stands nor was looked at before is asked for. */
function useAlarm(id: string): AlarmRecord | undefined {
  const alarm = findAlarm(id);
  const plant = head.value?.code;
  const unknown = alarm === undefined;
  useEffect(() => {
    if (!unknown || plant === undefined) return undefined;
    const asking = new AbortController();
    // One that does not exist stays unknown, and the panel says so.
    api.alarm(plant, id, asking.signal).then(remember, (error: unknown) => {
      if (!asking.signal.aborted && !(error instanceof RequestError)) throw error;
    });
    return () => asking.abort();
  }, [id, plant, unknown]);
  return alarm;
}

/** A probability as a percentage that never claims certainty. */
export function percent(p: number): string {
  if (p > 0.99) return '>\u00a099\u00a0%';
  return p < 0.01 ? '<\u00a01\u00a0%' : `${number(p * 100, 0)}\u00a0%`;
}

function probabilities(alarm: AlarmRecord): { least: string; all: string } | null {
  if (alarm.evidence.length === 0) return null;
  const each = alarm.evidence.map((point) => point.probability);
  const least = percent(Math.min(...each));
  const most = percent(Math.max(...each));
  const range = least === most ? least : `${least} – ${most}`;
  return { least, all: t('inspect.evidence.text', { n: each.length, range, rule: alarm.rule_version }) };
}

/** A replay of an alarm reaches so far before and after it. */
const AROUND_MS = 120_000;

/** An alarm: what, where, who, since when, what to do, and why we say so. */
export function AlarmInspector({ of }: { of: Selection }) {
  const alarm = useAlarm(of.id);
  if (alarm === undefined) return <Gone of={of} />;
  const raised = Date.parse(alarm.raised);
  const unack = isUnacknowledged(alarm);
  const waiting = acknowledging.value.has(alarm.id);
  const fault = acknowledgeFault.value;
  const priority = priorityOf(alarm);
  const certainty = probabilities(alarm);
  return (
    <InspectorFrame
      of={of}
      kind={`${t('kind.alarm')} · ${alarmKind(alarm.kind)}`}
      title={whatHappened(alarm)}
      code=""
      actions={
        <>
          <button
            type="button"
            class="button"
            title={t('inspect.replayAlarm.hint')}
            data-testid="inspector-replay"
            onClick={() => {
              const people = alarm.subject === null ? [] : [alarm.subject.id];
              openReplay({ at_ms: raised - AROUND_MS, from_ms: raised - AROUND_MS, to_ms: raised + AROUND_MS, people });
            }}
          >
            <Icon node={History} size={0.875} />
            {t('inspect.replayAlarm')}
          </button>
          {unack && (
            <button
              type="button"
              class="button is-main"
              disabled={waiting || replaying.value}
              title={replaying.value ? t('error.replay') : undefined}
              data-testid="inspector-acknowledge"
              onClick={() => void acknowledge(alarm)}
            >
              <Icon node={Check} size={0.875} />
              {waiting ? t('alarm.acking') : t('alarm.ack')}
            </button>
          )}
        </>
      }
    >
      <p class={`state-line alarm-state-line p${priority}${unack ? ' is-unacknowledged' : ''}`}>
        <PriorityMark priority={priority} hollow={!unack} />
        {t(`alarm.state.${alarm.state}`)}
      </p>
      {fault?.id === alarm.id && (
        <p class="alarm-fault" role="alert">
          {t('alarm.ackFailed', { reason: fault.reason })}
        </p>
      )}
      <Facts
        facts={[
          { label: t('inspect.raised'), value: clock(raised, zone.value), hint: exact(raised, zone.value) },
          { label: t('alarm.age'), value: age(lasted(alarm, now_ms.value)) },
          alarm.value === null
            ? { label: t('inspect.certainty'), value: certainty?.least ?? '—', hint: t('inspect.certainty.hint') }
            : { label: t('alarm.value'), value: alarmValue(alarm) },
        ]}
      />
      <div class="advice">
        <h3>{t('inspect.advice')}</h3>
        <p>{advice(alarm)}</p>
      </div>
      <AlarmMore alarm={alarm} />
      <Section title={t('inspect.related')}>
        {[
          <ul key="related">
            {alarm.subject !== null && (
              <Related
                to={{ kind: 'mover', id: alarm.subject.id }}
                title={name(alarm.subject.names)}
                glyph={mover.value.get(alarm.subject.id)?.glyph}
              >
                {alarm.subject.id}
              </Related>
            )}
            {alarm.sensor !== null && (
              <Related to={{ kind: 'sensor', id: alarm.sensor.code }} title={name(alarm.sensor.names)}>
                {alarm.sensor.code}
              </Related>
            )}
            {alarm.asset !== null && (
              <Related to={{ kind: 'asset', id: alarm.asset.code }} title={name(alarm.asset.names)}>
                {alarm.asset.code}
              </Related>
            )}
            {alarm.place !== null && (
              <Related to={{ kind: 'fence', id: alarm.place.code }} title={name(alarm.place.names)}>
                {alarm.place.code}
              </Related>
            )}
          </ul>,
        ]}
      </Section>
      <CamerasAround x_m={alarm.x_m} y_m={alarm.y_m} z_m={alarm.z_m} />
      <Details
        facts={[
          {
            label: t('alarm.state.acknowledged'),
            value:
              alarm.acknowledged === null
                ? null
                : t('inspect.ackBy', {
                    who: operatorName(alarm.acknowledged_by),
                    time: clock(Date.parse(alarm.acknowledged), zone.value),
                  }),
          },
          {
            label: t('inspect.returned'),
            value: alarm.returned === null ? null : clock(Date.parse(alarm.returned), zone.value),
          },
          { label: t('inspect.evidence'), value: certainty?.all },
        ]}
      />
    </InspectorFrame>
  );
}
