import { Check } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import type { AlarmRecord } from '../../api/types.gen';
import { name, t } from '../../i18n';
import { age, clock, exact, number } from '../../i18n/format';
import { acknowledgeFault, acknowledging, alarms, isUnacknowledged, priorityOf } from '../../store/alarms';
import { mover, now_ms, zone } from '../../store/live';
import type { Selection } from '../../store/selection';
import { acknowledge } from '../actions';
import { advice, alarmKind, alarmPlace, whatHappened } from '../alarmText';
import { Icon } from '../Icon';
import { PriorityMark } from '../marks';
import { CamerasAround } from './about';
import { Gone } from './Gone';
import { Details, Facts, InspectorFrame, Related, Section } from './parts';

/** An alarm stays readable after it is over, as long as one looks at it. */
function useLast(id: string): AlarmRecord | undefined {
  const last = useRef<AlarmRecord | undefined>(undefined);
  const now = alarms.value.find((alarm) => alarm.id === id);
  useEffect(() => {
    if (now !== undefined) last.current = now;
  });
  const kept = last.current?.id === id ? { ...last.current, state: 'normal' as const } : undefined;
  return now ?? kept;
}

function probabilities(alarm: AlarmRecord): string | null {
  if (alarm.evidence.length === 0) return null;
  const all = alarm.evidence.map((point) => point.probability);
  const percent = (p: number) => `${number(p * 100, 0)} %`;
  return t('inspect.evidence.text', {
    n: all.length,
    low: percent(Math.min(...all)),
    high: percent(Math.max(...all)),
    rule: alarm.rule_version,
  });
}

/** An alarm: what, where, who, since when, what to do, and why we say so. */
export function AlarmInspector({ of }: { of: Selection }) {
  const alarm = useLast(of.id);
  if (alarm === undefined) return <Gone of={of} />;
  const raised = Date.parse(alarm.raised);
  const ended = alarm.state === 'normal' ? Date.parse(alarm.changed) : now_ms.value;
  const unack = isUnacknowledged(alarm);
  const waiting = acknowledging.value.has(alarm.id);
  const fault = acknowledgeFault.value;
  const priority = priorityOf(alarm);
  return (
    <InspectorFrame
      of={of}
      kind={`${t('kind.alarm')} · ${alarmKind(alarm)}`}
      title={whatHappened(alarm)}
      code=""
      actions={
        unack && (
          <button
            type="button"
            class="button is-main"
            disabled={waiting}
            data-testid="inspector-acknowledge"
            onClick={() => void acknowledge(alarm)}
          >
            <Icon node={Check} size={0.875} />
            {waiting ? t('alarm.acking') : t('alarm.ack')}
          </button>
        )
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
          { label: t('alarm.age'), value: age((ended - raised) / 1000) },
          { label: t('alarm.where'), value: alarmPlace(alarm) },
        ]}
      />
      <div class="advice">
        <h3>{t('inspect.advice')}</h3>
        <p>{advice(alarm)}</p>
      </div>
      <Section title={t('inspect.related')}>
        {[
          <ul key="related">
            <Related
              to={{ kind: 'mover', id: alarm.subject.id }}
              title={name(alarm.subject.names)}
              glyph={mover.value.get(alarm.subject.id)?.glyph}
            >
              {alarm.subject.id}
            </Related>
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
                    who: alarm.acknowledged_by ?? '—',
                    time: clock(Date.parse(alarm.acknowledged), zone.value),
                  }),
          },
          {
            label: t('inspect.returned'),
            value: alarm.returned === null ? null : clock(Date.parse(alarm.returned), zone.value),
          },
          { label: t('inspect.evidence'), value: probabilities(alarm) },
        ]}
      />
    </InspectorFrame>
  );
}
