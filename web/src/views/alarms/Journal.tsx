import { Download } from 'lucide';
import { useEffect, useState } from 'preact/hooks';
import { reason } from '../../api/fault';
import type { JournalLine } from '../../api/types.gen';
import { name } from '../../i18n';
import { clock, day, exact } from '../../i18n/format';
import { t } from '../../i18n';
import { catalogue } from '../../store/catalogue';
import { head, now_ms, zone } from '../../store/live';
import { records } from '../../store/records';
import { operatorName } from '../../store/session';
import { goTo } from '../../ui/actions';
import { alarmKind } from '../../ui/alarmText';
import { Icon } from '../../ui/Icon';
import { PriorityMark } from '../../ui/marks';
import type { Priority } from '../../store/alarms';
import { journal, type JournalFilter } from './calls';
import { csvOf } from './csv';
import { fieldInstant, fieldTime } from './day';
import { w, wordOr } from './words';

const PAGE = 200;
const DAY_MS = 86_400_000;
/** Lines in one file at most. */
const MOST = 20_000;

const stateText = (line: JournalLine): string => t(`alarm.state.${line.state}` as 'alarm.state.normal');
const causeText = (line: JournalLine): string => wordOr(`cause.${line.cause}`, line.cause);

function about(line: JournalLine): string {
  const of = line.subject ?? line.place;
  const where = line.subject !== null && line.place !== null ? ` · ${name(line.place.names)}` : '';
  return `${alarmKind(line.kind)} ${of === null ? (line.asset ?? line.sensor ?? '') : name(of.names)}${where}`;
}

async function allLines(filter: JournalFilter, signal: AbortSignal): Promise<{ lines: JournalLine[]; cut: boolean }> {
  const lines: JournalLine[] = [];
  let next: string | null = null;
  do {
    const page = await journal(filter, next, 1000, signal);
    lines.push(...page.items);
    next = page.next;
  } while (next !== null && lines.length < MOST);
  return { lines, cut: next !== null };
}

function save(lines: readonly JournalLine[]): void {
  const head_ = ['seq', 'time_utc', 'event', 'kind', 'priority', 'state', 'subject', 'fence', 'sensor', 'asset'];
  const rows = lines.map((line) => [
    line.seq,
    line.t,
    line.cause,
    line.kind,
    line.priority,
    line.state,
    line.subject?.id ?? '',
    line.place?.code ?? '',
    line.sensor ?? '',
    line.asset ?? '',
    line.value ?? '',
    line.limit ?? '',
    line.unit,
    line.by,
    line.why,
    line.alarm,
  ]);
  const text = csvOf([[...head_, 'value', 'limit', 'unit', 'by', 'why', 'alarm'], ...rows]);
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${head.peek()?.code ?? 'plant'}-alarm-journal.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What happened to alarms, the newest first. Nothing in it can be changed. */
export function Journal() {
  const [filter, setFilter] = useState<JournalFilter>(() => ({
    from_ms: now_ms.peek() - DAY_MS,
    // Open towards the present: what comes in while one reads belongs to it.
    to_ms: now_ms.peek() + DAY_MS,
    kind: '',
    subject: '',
    fence: '',
  }));
  const [lines, setLines] = useState<readonly JournalLine[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [read, setRead] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [note, setNote] = useState('');

  useEffect(() => {
    const reading = new AbortController();
    // A moment after the last key, so that typing a name is one question.
    const timer = setTimeout(() => {
      journal(filter, null, PAGE, reading.signal).then(
        (page) => {
          setLines(page.items);
          setNext(page.next);
          setFault(null);
          setRead(true);
        },
        (error: unknown) => {
          if (!reading.signal.aborted) setFault(reason(error));
        },
      );
    }, 250);
    return () => {
      clearTimeout(timer);
      reading.abort();
    };
  }, [filter]);

  const more = () => {
    journal(filter, next, PAGE, new AbortController().signal).then(
      (page) => {
        setLines([...lines, ...page.items]);
        setNext(page.next);
      },
      (error: unknown) => setFault(reason(error)),
    );
  };
  const exportAll = () => {
    allLines(filter, new AbortController().signal).then(
      ({ lines: found, cut }) => {
        save(found);
        setNote(cut ? w('journal.cut', { n: found.length }) : '');
      },
      (error: unknown) => setFault(reason(error)),
    );
  };
  const time = (key: 'from_ms' | 'to_ms') => (event: { currentTarget: HTMLInputElement }) => {
    const given = fieldInstant(event.currentTarget.value, zone.peek());
    if (given !== null) setFilter({ ...filter, [key]: given });
  };
  const field = (key: 'subject' | 'fence') => (event: { currentTarget: HTMLInputElement }) =>
    setFilter({ ...filter, [key]: event.currentTarget.value.trim() });
  return (
    <>
      <div class="desk-tools">
        <label>
          {w('journal.from')}{' '}
          <input
            type="datetime-local"
            class="desk-field"
            value={fieldTime(filter.from_ms, zone.value)}
            onChange={time('from_ms')}
          />
        </label>
        <label>
          {w('journal.to')}{' '}
          <input
            type="datetime-local"
            class="desk-field"
            value={fieldTime(filter.to_ms, zone.value)}
            onChange={time('to_ms')}
          />
        </label>
        <select
          class="desk-field"
          aria-label={w('journal.kind')}
          value={filter.kind}
          onChange={(event) => setFilter({ ...filter, kind: event.currentTarget.value })}
        >
          <option value="">{w('filter.kind.all')}</option>
          {[...catalogue.value.keys()].map((kind) => (
            <option key={kind} value={kind}>
              {alarmKind(kind)}
            </option>
          ))}
        </select>
        <input
          class="desk-field is-short"
          list="journal-subjects"
          placeholder={w('journal.subject')}
          aria-label={w('journal.subject')}
          onInput={field('subject')}
        />
        <datalist id="journal-subjects">
          {(records.value?.people ?? []).map((one) => (
            <option key={one.code} value={one.code}>
              {name(one.names)}
            </option>
          ))}
        </datalist>
        <input
          class="desk-field is-short"
          list="journal-fences"
          placeholder={w('journal.fence')}
          aria-label={w('journal.fence')}
          onInput={field('fence')}
        />
        <datalist id="journal-fences">
          {(records.value?.fences ?? []).map((one) => (
            <option key={one.code} value={one.code}>
              {name(one.names)}
            </option>
          ))}
        </datalist>
        <span class="tools-space" />
        <span class="muted">{note}</span>
        <button
          type="button"
          class="button"
          disabled={lines.length === 0}
          title={w('journal.csv.hint', { n: MOST })}
          onClick={exportAll}
        >
          <Icon node={Download} size={0.875} />
          {w('journal.csv')}
        </button>
      </div>
      {fault !== null && (
        <p class="alarm-fault" role="alert">
          {w('failed', { reason: fault })}
        </p>
      )}
      <div class="desk-scroll" data-testid="journal">
        <table class="journal">
          <thead>
            <tr>
              <th scope="col">{w('journal.time')}</th>
              <th scope="col">{w('journal.what')}</th>
              <th scope="col">{w('journal.alarm')}</th>
              <th scope="col">{w('journal.state')}</th>
              <th scope="col">{w('journal.who')}</th>
              <th scope="col">{w('journal.why')}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => {
              const at = Date.parse(line.t);
              return (
                <tr key={line.seq} data-alarm-line={line.alarm}>
                  <td title={exact(at, zone.value)}>
                    {day(at, zone.value)} {clock(at, zone.value)}
                  </td>
                  <td>{causeText(line)}</td>
                  <td>
                    <button type="button" class="journal-alarm" onClick={() => goTo({ kind: 'alarm', id: line.alarm })}>
                      <PriorityMark priority={Math.min(4, Math.max(1, line.priority)) as Priority} />
                      {about(line)}
                    </button>
                  </td>
                  <td>{stateText(line)}</td>
                  <td>{line.by === '' ? '—' : operatorName(line.by)}</td>
                  <td>{line.why}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {!read && fault === null && <p class="empty">{w('loading')}</p>}
        {read && lines.length === 0 && <p class="empty">{w('none.journal')}</p>}
        {next !== null && (
          <button type="button" class="button desk-more" onClick={more}>
            {w('journal.more')}
          </button>
        )}
      </div>
    </>
  );
}
