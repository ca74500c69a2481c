import { BellOff, Check, ChevronDown, ChevronUp, CircleGauge, LocateFixed } from 'lucide';
import type { AlarmRecord } from '../api/types.gen';
import { t } from '../i18n';
import { age, clock, exact } from '../i18n/format';
import {
  acknowledgeFault,
  acknowledging,
  alarms,
  counts,
  FLOOD_COUNT,
  isOver,
  isUnacknowledged,
  lasted,
  PRIORITIES,
  priorityOf,
  recent,
  unacknowledged,
} from '../store/alarms';
import { head, liveness, now_ms, zone } from '../store/live';
import { beyondLimits } from '../store/abnormal';
import { replaying } from '../store/replay';
import { alarmListOpen, alarmTab, selection } from '../store/selection';
import { acknowledge, locate } from './actions';
import { advice, alarmPlace, whatHappened } from './alarmText';
import { Icon } from './Icon';
import { PriorityMark } from './marks';

const NEWEST = 3;

/** Counts per priority: shape, number, and how many are unacknowledged of how many standing. */
export function PriorityCounts() {
  return (
    <ul class="priority-counts">
      {PRIORITIES.map((priority) => {
        const { unacknowledged: unack, all } = counts.value[priority];
        const words = t('alarm.count', { priority, unack, all });
        return (
          <li key={priority} class={all === 0 ? 'is-none' : ''} title={words} aria-label={words}>
            <PriorityMark priority={priority} hollow={unack === 0} />
            <b>{unack}</b>
            <span>/{all}</span>
          </li>
        );
      })}
    </ul>
  );
}

interface RowProps {
  alarm: AlarmRecord;
  /** The full list shows the state and the place too. */
  full?: boolean;
}

/** One alarm: urgency, when, what, since when, and the two things to do. */
export function AlarmRow({ alarm, full = false }: RowProps) {
  const priority = priorityOf(alarm);
  const unack = isUnacknowledged(alarm);
  const waiting = acknowledging.value.has(alarm.id);
  const over = isOver(alarm);
  const span = age(lasted(alarm, now_ms.value));
  const raised = Date.parse(alarm.raised);
  const chosen = selection.value?.kind === 'alarm' && selection.value.id === alarm.id;
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
        <span class="alarm-what">{whatHappened(alarm)}</span>
        {full && <span class="alarm-where">{alarmPlace(alarm)}</span>}
        <span class="alarm-age">{over && !full ? t('alarm.overAfter', { age: span }) : span}</span>
        {full && <span class="alarm-state">{t(`alarm.state.${alarm.state}`)}</span>}
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

/** How many measuring points are beyond a limit; leads to the list of them. */
function BeyondLimits() {
  const n = beyondLimits.value;
  if (n === 0) return null;
  const open = () => {
    alarmTab.value = 'sensors';
    alarmListOpen.value = true;
  };
  return (
    <button type="button" class="beyond" data-testid="beyond-limits" onClick={open}>
      <Icon node={CircleGauge} size={1} />
      {t('alarm.beyond', { n })}
    </button>
  );
}

/** Along the bottom: the newest unacknowledged alarms, the counts, and the way to all of them. */
export function AlarmStrip() {
  const newest = unacknowledged.value.slice(0, NEWEST);
  const more = unacknowledged.value.length - newest.length;
  const standing = alarms.value.length - unacknowledged.value.length;
  const flood = recent(alarms.value, now_ms.value);
  const fault = acknowledgeFault.value;
  const open = alarmListOpen.value;
  return (
    <section class="alarm-strip" aria-label={t('alarm.title')} data-testid="alarm-strip">
      <div class="alarm-head">
        <button
          type="button"
          class="alarm-expand"
          aria-expanded={open}
          title={open ? t('alarm.collapse') : t('alarm.expand')}
          data-testid="alarm-expand"
          onClick={() => (alarmListOpen.value = !open)}
        >
          <Icon node={open ? ChevronDown : ChevronUp} size={1} />
          <h2>{t('alarm.title')}</h2>
        </button>
        <PriorityCounts />
        <BeyondLimits />
        {liveness.value.kind === 'lost' && <span class="alarm-flood">{t('alarm.blind')}</span>}
        {flood > FLOOD_COUNT && <span class="alarm-flood">{t('alarm.flood', { n: flood })}</span>}
        {more > 0 && !open && (
          <button type="button" class="alarm-more" onClick={() => (alarmListOpen.value = true)}>
            {t('alarm.more', { n: more })}
          </button>
        )}
        {newest.length === 0 && !open && (
          <p class="alarm-none">
            <Icon node={BellOff} size={1} />
            {head.value === null ? t('alarm.unknownYet') : t('alarm.none')}
            {standing > 0 && <span> · {t('alarm.none.more', { n: standing })}</span>}
          </p>
        )}
      </div>
      {fault !== null && (
        <p class="alarm-fault" role="alert">
          {t('alarm.ackFailed', { reason: fault.reason })}
        </p>
      )}
      {!open && newest.length > 0 && (
        <div class="alarm-newest" aria-live="polite">
          {newest.map((alarm) => (
            <AlarmRow key={alarm.id} alarm={alarm} />
          ))}
        </div>
      )}
    </section>
  );
}
