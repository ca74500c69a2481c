import { BellOff, BellRing, ChevronDown, ChevronUp, CircleGauge, Maximize2, Volume2, VolumeX } from 'lucide';
import { t } from '../i18n';
import { silence, sound, sounding, toggleSound } from '../live/sound';
import {
  acknowledgeFault,
  alarms,
  counts,
  FLOOD_COUNT,
  PRIORITIES,
  recent,
  standing,
  unacknowledged,
} from '../store/alarms';
import { head, liveness, now_ms } from '../store/live';
import { beyondLimits } from '../store/abnormal';
import { alarmListOpen, alarmTab } from '../store/selection';
import { openView, openViewState, toggleView } from '../store/views';
import { AlarmRow } from './AlarmRow';
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

/** How many alarms are put aside, always in sight; leads to them. */
function PutAside() {
  const aside = alarms.value.filter((alarm) => !alarm.annunciated).length;
  if (aside === 0) return null;
  const open = () => {
    openViewState.value = 'shelved';
    openView.value = 'alarms';
  };
  return (
    <button type="button" class="beyond" data-testid="put-aside" onClick={open}>
      <Icon node={BellOff} size={1} />
      {t('alarm.aside', { n: aside })}
    </button>
  );
}

/** Sound on, off, or waiting for the first click; while it sounds, the way to silence it. */
function Sound() {
  if (sounding.value) {
    return (
      <button type="button" class="button" data-testid="silence" onClick={silence}>
        <Icon node={BellRing} size={0.875} />
        {t('alarm.silence')}
      </button>
    );
  }
  const words = t(`alarm.sound.${sound.value}`);
  return (
    <button
      type="button"
      class={`icon-button alarm-sound is-${sound.value}`}
      title={words}
      aria-label={words}
      data-testid="sound"
      data-state={sound.value}
      onClick={() => {
        if (sound.peek() !== 'waiting') toggleSound();
      }}
    >
      <Icon node={sound.value === 'on' ? Volume2 : VolumeX} size={1} />
    </button>
  );
}

/** Along the bottom: the newest unacknowledged alarms, the counts, and the way to all of them. */
export function AlarmStrip() {
  const newest = unacknowledged.value.slice(0, NEWEST);
  const more = unacknowledged.value.length - newest.length;
  const seen = standing.value.length - unacknowledged.value.length;
  const flood = recent(standing.value, now_ms.value);
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
        <PutAside />
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
            {seen > 0 && <span> · {t('alarm.none.more', { n: seen })}</span>}
          </p>
        )}
        <span class="alarm-tail">
          <Sound />
          <button
            type="button"
            class="icon-button"
            title={t('alarm.desk')}
            aria-label={t('alarm.desk')}
            aria-pressed={openView.value === 'alarms'}
            data-testid="alarm-desk-open"
            onClick={() => toggleView('alarms')}
          >
            <Icon node={Maximize2} size={1} />
          </button>
        </span>
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
