import { Check, LocateFixed } from 'lucide';
import type { ComponentChildren } from 'preact';
import type { AlarmRecord } from '../api/types.gen';
import { name, t } from '../i18n';
import { age, clock, exact } from '../i18n/format';
import { acknowledging, isOver, isUnacknowledged, lasted, priorityOf } from '../store/alarms';
import { replaying } from '../store/replay';
import { areaOf } from '../store/areas';
import { now_ms, zone } from '../store/live';
import { selection } from '../store/selection';
import { acknowledge, locate } from './actions';
import { advice, alarmPlace, alarmValue, whatHappened } from './alarmText';
import { Icon } from './Icon';
import { PriorityMark } from './marks';

/** Active for longer than this an alarm is stale, seconds. */
const STALE_S = 86_400;

/** What is special about an alarm, in a word. */
function Marks({ alarm }: { alarm: AlarmRecord }) {
  const stale = !isOver(alarm) && lasted(alarm, now_ms.value) > STALE_S;
  return (
    <>
      {alarm.occurrences > 1 && (
        <span class="alarm-mark" title={t('alarm.again', { n: alarm.occurrences })}>
          ×{alarm.occurrences} {clock(Date.parse(alarm.sounded), zone.value)}
        </span>
      )}
      {alarm.chattering && (
        <span class="alarm-mark" title={t('alarm.chattering.why')}>
          {t('alarm.chattering')}
        </span>
      )}
      {stale && (
        <span class="alarm-mark" title={t('alarm.stale.why')}>
          {t('alarm.stale')}
        </span>
      )}
      {alarm.escalation > 0 && (
        <span class="alarm-mark is-urgent">{t(alarm.escalation > 1 ? 'alarm.escalated.2' : 'alarm.escalated.1')}</span>
      )}
    </>
  );
}

interface Props {
  alarm: AlarmRecord;
  /** The list shows place, value, state and area too. */
  full?: boolean;
  /** In place of the state: who put it aside, until when, why. */
  aside?: ComponentChildren;
  /** Further buttons at the end. */
  children?: ComponentChildren;
}

/** One alarm: urgency, when, what, where, how much, since when, and the things to do. */
export function AlarmRow({ alarm, full = false, aside, children }: Props) {
  const priority = priorityOf(alarm);
  const unack = isUnacknowledged(alarm);
  const waiting = acknowledging.value.has(alarm.id);
  const over = isOver(alarm);
  const span = age(lasted(alarm, now_ms.value));
  const raised = Date.parse(alarm.raised);
  const chosen = selection.value?.kind === 'alarm' && selection.value.id === alarm.id;
  const area = full ? areaOf(alarm) : null;
  return (
    <div
      class={`alarm-row p${priority}${unack ? ' is-unacknowledged' : ''}${over ? ' is-over' : ''}${chosen ? ' is-chosen' : ''}${full ? ' is-full' : ''}`}
      data-testid="alarm-row"
      data-alarm={alarm.id}
      data-state={alarm.state}
    >
      <button type="button" class="alarm-open" onClick={() => locate(alarm)} title={advice(alarm)}>
        <PriorityMark priority={priority} hollow={!unack} />
        <time class="alarm-time" dateTime={alarm.raised} title={exact(raised, zone.value)}>
          {clock(raised, zone.value)}
        </time>
        <span class="alarm-what">
          <span>{whatHappened(alarm)}</span>
          <Marks alarm={alarm} />
        </span>
        {full && <span class="alarm-where">{alarmPlace(alarm)}</span>}
        {full && <span class="alarm-value">{alarmValue(alarm)}</span>}
        <span class="alarm-age">{over && !full ? t('alarm.overAfter', { age: span }) : span}</span>
        {full && <span class="alarm-state">{aside ?? t(`alarm.state.${alarm.state}`)}</span>}
        {full && <span class="alarm-area">{area === null ? '—' : name(area.names)}</span>}
      </button>
      <button
        type="button"
        class="icon-button alarm-locate"
        title={t('alarm.locate')}
        aria-label={t('alarm.locate')}
        onClick={() => locate(alarm)}
      >
        <Icon node={LocateFixed} size={1} />
      </button>
      <span class="alarm-action">
        {children}
        {unack && (
          <button
            type="button"
            class="button"
            data-testid="acknowledge"
            disabled={waiting || replaying.value}
            title={replaying.value ? t('error.replay') : undefined}
            onClick={() => void acknowledge(alarm)}
          >
            <Icon node={Check} size={0.875} />
            {waiting ? t('alarm.acking') : t('alarm.ack')}
          </button>
        )}
      </span>
    </div>
  );
}
