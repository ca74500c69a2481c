import fc from 'fast-check';
import { fireEvent, render, screen } from '@testing-library/preact';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AlarmRecord } from '../src/api/types.gen';
import { language } from '../src/i18n';
import { alarms, changeAlarm, onCall, PRIORITIES, replaceAlarms, standing } from '../src/store/alarms';
import { catalogue } from '../src/store/catalogue';
import * as live from '../src/store/live';
import { openViewState } from '../src/store/views';
import { alarmDialog } from '../src/ui/alarmDialog';
import { whatHappened } from '../src/ui/alarmText';
import { csvOf } from '../src/views/alarms/csv';
import { dayBegin, fieldInstant, fieldTime, whole } from '../src/views/alarms/day';
import { Desk } from '../src/views/alarms/Desk';
import { Dialogs } from '../src/views/alarms/Dialogs';
import { ellipseRing, stretches } from '../src/views/alarms/evidence';
import { NOTHING_HIDDEN, roots, shown } from '../src/views/alarms/filter';
import { WORDS } from '../src/views/alarms/words';
import { alarm, at, HEAD, T0 } from './samples';

const both = (text: string) => ({ zh: text, en: text });

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  language.value = 'zh';
  live.head.value = HEAD;
  live.now_ms.value = T0 + 65_000;
  replaceAlarms([]);
  openViewState.value = '';
  alarmDialog.value = null;
  catalogue.value = new Map();
});

const anyAlarm: fc.Arbitrary<AlarmRecord> = fc
  .record({
    id: fc.uuid(),
    kind: fc.constantFrom('INTRUSION', 'SOS', 'GAS_L1'),
    priority: fc.integer({ min: 1, max: 4 }),
    state: fc.constantFrom('unacknowledged', 'acknowledged', 'returned_unacknowledged') as fc.Arbitrary<
      AlarmRecord['state']
    >,
  })
  .map(({ id, ...changes }) => alarm(id, changes));

describe('the desk', () => {
  it('has every word in both languages, with the same places to fill', () => {
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((one) => one[1]!).toSorted();
    for (const key of Object.keys(WORDS.zh) as (keyof typeof WORDS.zh)[]) {
      expect(places(WORDS.en[key]), key).toEqual(places(WORDS.zh[key]));
    }
  });

  it('never hides a priority 1, whatever the filter', () => {
    fc.assert(
      fc.property(
        fc.array(anyAlarm, { maxLength: 30 }),
        fc.subarray([...PRIORITIES]),
        fc.constantFrom('', 'SOS'),
        fc.constantFrom('' as const, 'unack' as const, 'over' as const),
        (list, priorities, kind, state) => {
          const filter = { ...NOTHING_HIDDEN, priorities: new Set(priorities), kind, state, words: 'nowhere' };
          const rows = shown(
            list,
            filter,
            () => 'U-1',
            () => 'text',
          );
          expect(list.filter((one) => one.priority === 1).every((one) => rows.includes(one))).toBe(true);
          expect(rows.every((one) => one.priority === 1)).toBe(true);
        },
      ),
    );
  });

  it('says how many a filter hides, and gives them back', () => {
    replaceAlarms([alarm('a', { priority: 1 }), alarm('b', { priority: 3 }), alarm('c', { priority: 3 })]);
    render(<Desk />);
    expect(screen.getByTestId('alarm-scroll').dataset['rows']).toBe('3');
    fireEvent.click(screen.getByLabelText('优先级 3'));
    expect(screen.getByTestId('alarm-scroll').dataset['rows']).toBe('1');
    expect(screen.getByTestId('desk-hidden').textContent).toContain('2');
    fireEvent.click(screen.getByText('清除筛选'));
    expect(screen.queryByTestId('desk-hidden')).toBeNull();
  });

  it('keeps what is put aside in lists of its own, with who, how long and why', () => {
    const shelved = { by: 'operator', since: at(0), until: at(125), reason: '查漏', one_shot: false };
    replaceAlarms([alarm('a'), alarm('b', { shelved, annunciated: false })]);
    expect(standing.value.map((one) => one.id)).toEqual(['a']);
    openViewState.value = 'shelved';
    render(<Desk />);
    expect(screen.getByTestId('desk-tab-shelved').textContent).toContain('1');
    expect(screen.getByTestId('alarm-row').textContent).toContain('还剩 1 min 0 s：查漏');
    expect(screen.getByTestId('unshelve')).toBeTruthy();
  });

  it('groups a flood by its cause and names the first of each', () => {
    const list = [
      alarm('a', { group: 'g', raised: at(3) }),
      alarm('b', { group: 'g', raised: at(5), first_out: false }),
      alarm('c', { group: 'h', raised: at(1) }),
    ].map((one) => (one.id === 'a' ? one : { ...one, first_out: one.id === 'c' }));
    expect(roots(list).map((root) => [root.group, root.first.id, root.alarms])).toEqual([
      ['g', 'a', 2],
      ['h', 'c', 1],
    ]);
  });
});

describe('a storm', () => {
  it('is shown in bursts, and nothing of it is lost', () => {
    vi.useFakeTimers();
    let writes = 0;
    const stop = alarms.subscribe(() => (writes += 1));
    for (let i = 0; i < 2000; i++)
      changeAlarm(alarm(`s${i}`, { priority: 1 + (i % 4), raised: at(i), changed: at(i) }));
    vi.advanceTimersByTime(200);
    stop();
    vi.useRealTimers();
    expect(alarms.value).toHaveLength(2000);
    expect(new Set(alarms.value.map((one) => one.id)).size).toBe(2000);
    expect(writes).toBeLessThan(200);
  });

  it('calls once for each alarm that begins to call, not for its other changes', () => {
    const heard: string[] = [];
    const stop = onCall((one) => heard.push(one.id));
    changeAlarm(alarm('a'));
    changeAlarm(alarm('a', { changed: at(1), chattering: true }));
    changeAlarm(alarm('a', { changed: at(2), state: 'acknowledged' }));
    changeAlarm(alarm('a', { changed: at(3), sounded: at(3) }));
    changeAlarm(alarm('b', { annunciated: false }));
    stop();
    expect(heard).toEqual(['a', 'a']);
  });
});

describe('words of an alarm', () => {
  const kind = {
    code: 'LEVEL_HH',
    names: both('高高'),
    text: both('{asset} 液位 {value} {unit}（≥ {limit}）'),
    cause: both('c'),
    consequence: both('k'),
    action: both('a'),
    respond_s: 60,
    group: 'process' as const,
    may_shelve: true,
  };

  it('come from the catalogue with the alarm’s own values', () => {
    catalogue.value = new Map([['LEVEL_HH', kind]]);
    const asset = { code: 'T-1', names: both('一号罐') };
    const told = alarm('x', {
      kind: 'LEVEL_HH',
      subject: null,
      place: null,
      asset,
      value: 92.25,
      limit: 90,
      unit: '%',
    });
    expect(whatHappened(told)).toBe('一号罐 液位 92.3 %（≥ 90）');
  });

  it('never show a place that nothing fills', () => {
    catalogue.value = new Map([['LEVEL_HH', kind]]);
    expect(whatHappened(alarm('x', { kind: 'LEVEL_HH', asset: null, value: null }))).not.toMatch(/[{}]/);
  });
});

describe('dialogs', () => {
  it('shelve only with a reason, and say why some may not be', () => {
    replaceAlarms([alarm('a'), alarm('sos', { kind: 'SOS', may_shelve: false })]);
    alarmDialog.value = { kind: 'shelve', id: 'a' };
    const { unmount } = render(<Dialogs />);
    const send = screen.getByTestId<HTMLButtonElement>('alarm-dialog-do');
    expect(send.disabled).toBe(true);
    fireEvent.input(screen.getByTestId('shelve-reason'), { target: { value: '检修' } });
    expect(send.disabled).toBe(false);
    unmount();
    alarmDialog.value = { kind: 'shelve', id: 'sos' };
    render(<Dialogs />);
    expect(screen.queryByTestId('alarm-dialog-do')).toBeNull();
    expect(screen.getByTestId('alarm-dialog').textContent).toContain('不能搁置');
  });

  it('handle in order, and close only with a result', () => {
    const step = { t: at(1), by: 'operator', note: '', result: '', cause: '', false_alarm: false };
    replaceAlarms([
      alarm('a', {
        state: 'acknowledged',
        handling: [
          { ...step, stage: 'handling' },
          { ...step, stage: 'verifying' },
        ],
      }),
    ]);
    alarmDialog.value = { kind: 'handle', id: 'a' };
    render(<Dialogs />);
    const send = screen.getByTestId<HTMLButtonElement>('alarm-dialog-do');
    expect(send.disabled).toBe(true);
    fireEvent.input(screen.getByTestId('handle-result'), { target: { value: '完成' } });
    expect(send.disabled).toBe(false);
  });
});

describe('pieces', () => {
  it('write CSV that a spreadsheet reads and does not run', () => {
    expect(
      csvOf([
        ['a,b', '=1+1', 3],
        ['say "x"', '', 0],
      ]),
    ).toBe('\ufeff"a,b",\'=1+1,3\r\n"say ""x""",,0\r\n');
  });

  it('know when a day of the plant begins', () => {
    const noon = Date.parse('2026-11-23T04:00:00.500Z');
    expect(new Date(dayBegin(noon, 'Asia/Shanghai')).toISOString()).toBe('2026-11-22T16:00:00.000Z');
  });

  it('read and write date fields in the plant’s zone, also where clocks change', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2026-12-31') }),
        fc.constantFrom('Asia/Shanghai', 'Europe/Paris', 'America/St_Johns'),
        (t_ms, zone) => {
          const text = fieldTime(t_ms, zone);
          expect(fieldTime(fieldInstant(text, zone)!, zone)).toBe(text);
        },
      ),
    );
    expect(new Date(fieldInstant('2026-11-26T04:38', 'Asia/Shanghai')!).toISOString()).toBe('2026-11-25T20:38:00.000Z');
    expect(fieldInstant('', 'Asia/Shanghai')).toBeNull();
    expect(whole('30 min 0 s')).toBe('30 min');
    expect(whole('30 s')).toBe('30 s');
  });

  it('draw an ellipse as long as it is, where it points', () => {
    const ring = ellipseRing(118.95, 37.95, 10, 4, 0);
    const north = Math.max(...ring.map(([, lat]) => (lat - 37.95) * 111_320));
    const east = Math.max(...ring.map(([lon]) => (lon - 118.95) * 111_320 * Math.cos((37.95 * Math.PI) / 180)));
    expect(north).toBeCloseTo(10, 1);
    expect(east).toBeCloseTo(4, 1);
    expect(ring[0]).toEqual(ring.at(-1));
  });

  it('break a path where nothing was measured', () => {
    expect(stretches([0, 1000, 30_000, 31_000])).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });
});
