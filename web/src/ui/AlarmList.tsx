import { CheckCheck, X } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { api } from '../api/client';
import { reason } from '../api/fault';
import type { AlarmRecord } from '../api/types.gen';
import { t } from '../i18n';
import { filtered, findAlarm, isUnacknowledged, PRIORITIES, type Priority, standing } from '../store/alarms';
import { head } from '../store/live';
import { abnormal } from '../store/abnormal';
import { ALARM_TABS, alarmListOpen, alarmTab } from '../store/selection';
import { acknowledgePage } from './actions';
import { AlarmColumns, AlarmTable, useWindow } from './AlarmTable';
import { Icon } from './Icon';
import { SensorRow } from './SensorRow';
import { PriorityMark } from './marks';

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

const NO_ROWS: readonly AlarmRecord[] = [];

/** All alarms: what stands, the most urgent unacknowledged on top, and the history. Grows out of the strip. */
function List() {
  const tab = alarmTab.value;
  const [priorities, setPriorities] = useState<ReadonlySet<Priority>>(new Set(PRIORITIES));
  const [unacknowledgedOnly, setUnacknowledgedOnly] = useState(false);
  const history = useHistory(tab === 'history');
  const all = standing.value;
  const rows = useMemo(
    () =>
      tab === 'standing'
        ? filtered(all, { priorities, unacknowledgedOnly })
        : tab === 'history'
          ? history.items.map((item) => findAlarm(item.id) ?? item)
          : NO_ROWS,
    [tab, all, priorities, unacknowledgedOnly, history.items],
  );
  const shown = useWindow(rows);
  const onScreen = shown.onScreen.filter(isUnacknowledged);
  const toggle = (priority: Priority) => {
    const next = new Set(priorities);
    if (!next.delete(priority)) next.add(priority);
    setPriorities(next);
  };
  const hidden = tab === 'standing' ? all.length - rows.length : 0;
  const empty =
    tab === 'history'
      ? history.fault === null
        ? t('alarm.history.none')
        : ''
      : all.length === 0
        ? t('alarm.none.list')
        : t('alarm.none.filtered');
  return (
    <section class="alarm-list" aria-label={t('alarm.title')} data-testid="alarm-list">
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
            {hidden > 0 && (
              <span class="alarm-hidden" role="status" data-testid="alarm-hidden">
                {t('alarm.hidden', { n: hidden })}
              </span>
            )}
            <span class="tools-space" />
            {onScreen.length > 0 && (
              <button
                type="button"
                class="button"
                data-testid="acknowledge-page"
                onClick={() => void acknowledgePage(onScreen)}
              >
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
      {tab === 'sensors' ? (
        <div class="alarm-scroll">
          {abnormal.value.map((one) => (
            <SensorRow key={one.sensor.code} row={one} />
          ))}
          {abnormal.value.length === 0 && <p class="empty">{t('alarm.none.sensors')}</p>}
        </div>
      ) : (
        <>
          <AlarmColumns />
          <AlarmTable rows={rows} window={shown} empty={empty}>
            {tab === 'history' && history.more !== null && (
              <button type="button" class="button" onClick={history.more}>
                {t('alarm.history.more')}
              </button>
            )}
          </AlarmTable>
        </>
      )}
    </section>
  );
}

export function AlarmList() {
  return alarmListOpen.value ? <List /> : null;
}
