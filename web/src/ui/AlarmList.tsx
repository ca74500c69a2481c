import { CheckCheck, X } from 'lucide';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api/client';
import { reason } from '../api/fault';
import type { AlarmRecord } from '../api/types.gen';
import { t } from '../i18n';
import { alarms, filtered, findAlarm, isUnacknowledged, PRIORITIES, type Priority } from '../store/alarms';
import { head } from '../store/live';
import { abnormal } from '../store/abnormal';
import { ALARM_TABS, alarmListOpen, alarmTab } from '../store/selection';
import { acknowledge, acknowledgeAll, locate } from './actions';
import { AlarmRow } from './AlarmStrip';
import { Icon } from './Icon';
import { SensorRow } from './SensorRow';
import { PriorityMark } from './marks';
import { steadyScroll, visibleRows } from './window';

/** Row height, rem; the style sheet has the same. */
const ROW_REM = 2.25;

const rowPx = (): number => ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16');

/** Past alarms of the plant, page by page. */
function useHistory(shown: boolean) {
  const [items, setItems] = useState<AlarmRecord[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const plant = head.value?.code ?? null;
  const read = (from: string | null, signal: AbortSignal) => {
    if (plant === null) return;
    api.alarms(plant, from, signal).then(
      (page) => {
        setItems((before) => (from === null ? page.items : [...before, ...page.items]));
        setNext(page.next);
        setFault(null);
      },
      (error: unknown) => {
        if (!signal.aborted) setFault(reason(error));
      },
    );
  };
  useEffect(() => {
    if (!shown) return undefined;
    const reading = new AbortController();
    read(null, reading.signal);
    return () => reading.abort();
  }, [shown, plant]);
  const more = next === null ? null : () => read(next, new AbortController().signal);
  return { items, fault, more };
}

/** All alarms: standing ones, newest unacknowledged on top, and the history. Grows out of the strip. */
export function AlarmList() {
  const tab = alarmTab.value;
  const [priorities, setPriorities] = useState<ReadonlySet<Priority>>(new Set(PRIORITIES));
  const [unacknowledgedOnly, setUnacknowledgedOnly] = useState(false);
  const [scroll, setScroll] = useState(0);
  const [height, setHeight] = useState(400);
  const box = useRef<HTMLDivElement>(null);
  const shownIds = useRef<readonly string[]>([]);
  const open = alarmListOpen.value;
  const history = useHistory(open && tab === 'history');

  const rows =
    tab === 'standing'
      ? filtered(alarms.value, { priorities, unacknowledgedOnly })
      : tab === 'history'
        ? history.items.map((item) => findAlarm(item.id) ?? item)
        : [];
  const ids = rows.map((alarm) => alarm.id);
  const row_px = rowPx();

  useLayoutEffect(() => {
    if (box.current === null) return;
    const steady = steadyScroll(shownIds.current, ids, row_px, box.current.scrollTop);
    if (steady !== box.current.scrollTop) box.current.scrollTop = steady;
    shownIds.current = ids;
  }, [ids.join(' ')]);

  useEffect(() => {
    if (!open || box.current === null) return undefined;
    const watch = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 400));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [open]);

  if (!open) return null;
  const slice = visibleRows(rows.length, row_px, scroll, height);
  const onScreen = rows
    .slice(Math.floor(scroll / row_px), Math.ceil((scroll + height) / row_px))
    .filter(isUnacknowledged);
  const toggle = (priority: Priority) => {
    const next = new Set(priorities);
    if (!next.delete(priority)) next.add(priority);
    setPriorities(next);
  };
  const move = (event: KeyboardEvent) => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-alarm]');
    if (focused == null) return;
    const at = ids.indexOf(focused.dataset['alarm'] ?? '');
    const alarm = rows[at];
    if (alarm === undefined) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const sibling = event.key === 'ArrowDown' ? focused.nextElementSibling : focused.previousElementSibling;
      sibling?.querySelector<HTMLElement>('.alarm-open')?.focus();
    } else if (event.key.toLowerCase() === 'a' && isUnacknowledged(alarm)) {
      event.stopPropagation();
      void acknowledge(alarm);
    } else if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.matches('.alarm-open')) {
      locate(alarm);
    }
  };
  return (
    <section class="alarm-list" aria-label={t('alarm.title')} data-testid="alarm-list" onKeyDown={move}>
      <div class="alarm-tools">
        <div class="tabs" role="tablist">
          {ALARM_TABS.map((which) => (
            <button
              key={which}
              type="button"
              role="tab"
              aria-selected={tab === which}
              onClick={() => (alarmTab.value = which)}
            >
              {t(`alarm.tab.${which}`)}
              {which === 'sensors' && abnormal.value.length > 0 && (
                <span class="section-count">{abnormal.value.length}</span>
              )}
            </button>
          ))}
        </div>
        {tab === 'standing' && (
          <>
            {PRIORITIES.map((priority) => (
              <button
                key={priority}
                type="button"
                class="filter"
                aria-pressed={priorities.has(priority)}
                aria-label={`${t('alarm.priority')} ${priority}`}
                onClick={() => toggle(priority)}
              >
                <PriorityMark priority={priority} hollow={!priorities.has(priority)} />
              </button>
            ))}
            <label class="switch">
              <input
                type="checkbox"
                role="switch"
                checked={unacknowledgedOnly}
                onChange={() => setUnacknowledgedOnly(!unacknowledgedOnly)}
              />
              <span class="switch-track" />
              <span>{t('alarm.filter.unack')}</span>
            </label>
            <span class="tools-space" />
            {onScreen.length > 0 && (
              <button type="button" class="button" onClick={() => void acknowledgeAll(onScreen)}>
                <Icon node={CheckCheck} size={0.875} />
                {t('alarm.ackPage', { n: onScreen.length })}
              </button>
            )}
          </>
        )}
        {tab !== 'standing' && <span class="tools-space" />}
        <button
          type="button"
          class="icon-button"
          title={t('alarm.collapse')}
          aria-label={t('alarm.collapse')}
          onClick={() => (alarmListOpen.value = false)}
        >
          <Icon node={X} />
        </button>
      </div>
      {tab === 'history' && history.fault !== null && (
        <p class="alarm-fault" role="alert">
          {t('alarm.history.failed', { reason: history.fault })}
        </p>
      )}
      {tab !== 'sensors' && (
        <div class="alarm-columns" aria-hidden="true">
          <span />
          <span>{t('alarm.time')}</span>
          <span>{t('alarm.what')}</span>
          <span>{t('alarm.where')}</span>
          <span>{t('alarm.age')}</span>
          <span>{t('alarm.state')}</span>
        </div>
      )}
      <div
        class="alarm-scroll"
        ref={box}
        onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
        data-testid="alarm-scroll"
      >
        {tab === 'sensors' && abnormal.value.map((one) => <SensorRow key={one.sensor.code} row={one} />)}
        {tab === 'sensors' && abnormal.value.length === 0 && <p class="empty">{t('alarm.none.sensors')}</p>}
        {tab !== 'sensors' && rows.length === 0 && history.fault === null && (
          <p class="empty">
            {tab === 'history'
              ? t('alarm.history.none')
              : alarms.value.length === 0
                ? t('alarm.none.list')
                : t('alarm.none.filtered')}
          </p>
        )}
        <div style={{ height: `${slice.before_px}px` }} />
        {rows.slice(slice.first, slice.end).map((alarm) => (
          <AlarmRow key={alarm.id} alarm={alarm} full />
        ))}
        <div style={{ height: `${slice.after_px}px` }} />
        {tab === 'history' && history.more !== null && (
          <button type="button" class="button" onClick={history.more}>
            {t('alarm.history.more')}
          </button>
        )}
      </div>
    </section>
  );
}
