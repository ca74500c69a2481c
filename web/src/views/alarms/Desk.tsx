import { CheckCheck, FilterX, Undo2, X } from 'lucide';
import { useMemo, useState } from 'preact/hooks';
import type { AlarmRecord } from '../../api/types.gen';
import { name, t } from '../../i18n';
import { age } from '../../i18n/format';
import {
  acknowledgeFault,
  alarms,
  FLOOD_COUNT,
  findAlarm,
  floodSince,
  isInWork,
  isUnacknowledged,
  PRIORITIES,
  type Priority,
  recent,
  standing,
} from '../../store/alarms';
import { areaOf, areas } from '../../store/areas';
import { now_ms } from '../../store/live';
import { selection } from '../../store/selection';
import { operatorName } from '../../store/session';
import { openView, openViewState } from '../../store/views';
import { acknowledgePage, locate } from '../../ui/actions';
import { openAlarmDialog } from '../../ui/alarmDialog';
import { alarmKind, alarmPlace, whatHappened } from '../../ui/alarmText';
import { AlarmColumns, AlarmTable, useWindow } from '../../ui/AlarmTable';
import { Icon } from '../../ui/Icon';
import { PriorityMark } from '../../ui/marks';
import { tell } from './calls';
import { type DeskFilter, filters, NOTHING_HIDDEN, roots, shown } from './filter';
import { Journal } from './Journal';
import { w } from './words';
import './desk.css';

const TABS = ['standing', 'shelved', 'suppressed', 'out', 'work', 'journal'] as const;
type Tab = (typeof TABS)[number];
type Lists = Readonly<Record<Exclude<Tab, 'journal'>, readonly AlarmRecord[]>>;
/** Causes named in the banner; the rest are counted. */
const ROOTS_NAMED = 4;

function lists(): Lists {
  const all = alarms.value;
  return {
    standing: standing.value,
    shelved: all.filter((alarm) => alarm.shelved !== null),
    suppressed: all.filter((alarm) => alarm.suppressed !== null),
    out: all.filter((alarm) => alarm.out_of_service !== null),
    work: all.filter(isInWork),
  };
}

const since = (iso: string): string => age((now_ms.value - Date.parse(iso)) / 1000);
const left = (iso: string): string => age((Date.parse(iso) - now_ms.value) / 1000);

/** Who put an alarm aside, how long it stays so, and why. */
function aside(tab: Tab): ((alarm: AlarmRecord) => string) | undefined {
  switch (tab) {
    case 'shelved':
      return ({ shelved }) =>
        shelved === null
          ? ''
          : w(shelved.one_shot ? 'over.shelved.once' : 'over.shelved', {
              by: operatorName(shelved.by),
              left: left(shelved.until),
              reason: shelved.reason,
            });
    case 'suppressed':
      return ({ suppressed }) => {
        if (suppressed === null) return '';
        const cause = findAlarm(suppressed.cause);
        return w('over.suppressed', {
          cause: cause === undefined ? suppressed.cause : whatHappened(cause),
          since: since(suppressed.since),
        });
      };
    case 'out':
      return ({ out_of_service }) =>
        out_of_service === null
          ? ''
          : w('over.out', {
              by: operatorName(out_of_service.by),
              since: since(out_of_service.since),
              reason: out_of_service.reason,
            });
    case 'work':
      return ({ handling }) => {
        const last = handling.at(-1);
        if (last === undefined) return '';
        const stage = w(`handle.stage.${last.stage}`);
        return w('over.work', { stage, by: operatorName(last.by), since: since(last.t) });
      };
    default:
      return undefined;
  }
}

async function unshelve(alarm: AlarmRecord): Promise<void> {
  const fault = await tell(alarm, 'unshelve', { reason: '' });
  if (fault !== null) acknowledgeFault.value = { id: alarm.id, reason: fault };
}

function undo(tab: Tab) {
  if (tab === 'shelved') {
    return (alarm: AlarmRecord) => (
      <button type="button" class="button" data-testid="unshelve" onClick={() => void unshelve(alarm)}>
        <Icon node={Undo2} size={0.875} />
        {w('unshelve')}
      </button>
    );
  }
  if (tab === 'out') {
    return (alarm: AlarmRecord) => (
      <button type="button" class="button" onClick={() => openAlarmDialog('back', alarm.id)}>
        <Icon node={Undo2} size={0.875} />
        {w('backToService')}
      </button>
    );
  }
  return undefined;
}

/** In a flood: the causes, the largest first, each with its first alarm. */
function Flood({ list }: { list: readonly AlarmRecord[] }) {
  const n = recent(list, now_ms.value);
  const causes = useMemo(() => roots(list), [list]);
  if (n <= FLOOD_COUNT && floodSince.value === null) return null;
  const named = causes.slice(0, ROOTS_NAMED);
  return (
    <div class="desk-flood" role="status" data-testid="desk-flood">
      <strong>{w('flood.on', { n })}</strong>
      <ul>
        {named.map(({ group, first, alarms: count }) => (
          <li key={group}>
            <button type="button" onClick={() => locate(first)}>
              {w('flood.root', { place: alarmPlace(first), n: count, first: whatHappened(first) })}
            </button>
          </li>
        ))}
        {causes.length > named.length && <li>{w('flood.rest', { n: causes.length - named.length })}</li>}
      </ul>
    </div>
  );
}

function Filters({
  of,
  filter,
  set,
}: {
  of: readonly AlarmRecord[];
  filter: DeskFilter;
  set: (f: DeskFilter) => void;
}) {
  const kinds = useMemo(() => [...new Set(of.map((alarm) => alarm.kind))].toSorted(), [of]);
  const toggle = (priority: Priority) => {
    const next = new Set(filter.priorities);
    if (!next.delete(priority)) next.add(priority);
    set({ ...filter, priorities: next });
  };
  return (
    <>
      <input
        type="search"
        class="desk-field"
        placeholder={w('filter.search')}
        aria-label={w('filter.search')}
        value={filter.words}
        onInput={(event) => set({ ...filter, words: event.currentTarget.value })}
      />
      <select
        class="desk-field"
        aria-label={w('filter.area')}
        value={filter.area}
        onChange={(event) => set({ ...filter, area: event.currentTarget.value })}
      >
        <option value="">{w('filter.area.all')}</option>
        {areas.value.map((area) => (
          <option key={area.code} value={area.code}>
            {name(area.names)}
          </option>
        ))}
        <option value="-">{w('filter.area.none')}</option>
      </select>
      <select
        class="desk-field"
        aria-label={w('filter.kind')}
        value={filter.kind}
        data-testid="desk-kind"
        onChange={(event) => set({ ...filter, kind: event.currentTarget.value })}
      >
        <option value="">{w('filter.kind.all')}</option>
        {[...new Set([...kinds, ...(filter.kind === '' ? [] : [filter.kind])])].map((kind) => (
          <option key={kind} value={kind}>
            {alarmKind(kind)}
          </option>
        ))}
      </select>
      <select
        class="desk-field"
        aria-label={w('filter.state')}
        value={filter.state}
        onChange={(event) => set({ ...filter, state: event.currentTarget.value as DeskFilter['state'] })}
      >
        <option value="">{w('filter.state.all')}</option>
        {(['unack', 'active', 'over'] as const).map((state) => (
          <option key={state} value={state}>
            {w(`filter.state.${state}`)}
          </option>
        ))}
      </select>
      {PRIORITIES.map((priority) => (
        <button
          key={priority}
          type="button"
          class="filter"
          aria-pressed={filter.priorities.has(priority)}
          aria-label={`${t('alarm.priority')} ${priority}`}
          onClick={() => toggle(priority)}
        >
          <PriorityMark priority={priority} hollow={!filter.priorities.has(priority)} />
        </button>
      ))}
    </>
  );
}

/** All alarms on one page: what stands, what is put aside and by whom, what is being handled, and the journal. */
export function Desk() {
  const tab = TABS.find((one) => one === openViewState.value) ?? 'standing';
  const [filter, setFilter] = useState<DeskFilter>(NOTHING_HIDDEN);
  const all = lists();
  const list = tab === 'journal' ? all.standing : all[tab];
  const rows = useMemo(
    () =>
      shown(
        list,
        filter,
        (alarm) => areaOf(alarm)?.code ?? '-',
        (alarm) => `${whatHappened(alarm)} ${alarmPlace(alarm)} ${alarm.id}`,
      ),
    [list, filter],
  );
  const window = useWindow(rows);
  const onScreen = tab === 'standing' ? window.onScreen.filter(isUnacknowledged) : [];
  const hidden = list.length - rows.length;
  const fault = acknowledgeFault.value;
  return (
    <section
      class={`view-page desk${selection.value === null ? '' : ' is-beside'}`}
      aria-label={w('desk.title')}
      data-testid="desk"
    >
      <header class="desk-head">
        <h2>{w('desk.title')}</h2>
        <div class="tabs" role="tablist">
          {TABS.map((which) => (
            <button
              key={which}
              type="button"
              role="tab"
              aria-selected={tab === which}
              data-testid={`desk-tab-${which}`}
              onClick={() => (openViewState.value = which === 'standing' ? '' : which)}
            >
              {which === 'journal' ? w('tab.journal') : w(`tab.${which}`, { n: all[which].length })}
            </button>
          ))}
        </div>
        <span class="tools-space" />
        {onScreen.length > 0 && (
          <button
            type="button"
            class="button"
            data-testid="desk-acknowledge-page"
            onClick={() => void acknowledgePage(onScreen)}
          >
            <Icon node={CheckCheck} size={0.875} />
            {t('alarm.ackPage', { n: onScreen.length })}
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          title={w('close')}
          aria-label={w('close')}
          onClick={() => (openView.value = null)}
        >
          <Icon node={X} />
        </button>
      </header>
      {fault !== null && (
        <p class="alarm-fault" role="alert">
          {t('alarm.ackFailed', { reason: fault.reason })}
        </p>
      )}
      {tab === 'journal' ? (
        <Journal />
      ) : (
        <>
          <div class="desk-tools">
            <Filters of={list} filter={filter} set={setFilter} />
            {hidden > 0 && (
              <span class="alarm-hidden" role="status" data-testid="desk-hidden">
                {w('filter.hidden', { n: hidden })}
              </span>
            )}
            {filters(filter) && (
              <button type="button" class="button" onClick={() => setFilter(NOTHING_HIDDEN)}>
                <Icon node={FilterX} size={0.875} />
                {w('filter.clear')}
              </button>
            )}
          </div>
          {tab === 'standing' && <Flood list={all.standing} />}
          <AlarmColumns />
          <AlarmTable
            key={tab}
            rows={rows}
            window={window}
            empty={w(list.length === 0 ? `none.${tab}` : 'none.filtered')}
            aside={aside(tab)}
            actions={undo(tab)}
          />
        </>
      )}
    </section>
  );
}
