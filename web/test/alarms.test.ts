import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AlarmRecord } from '../src/api/types.gen';
import {
  alarms,
  changeAlarm,
  filtered,
  fold,
  findAlarm,
  isUnacknowledged,
  isOver,
  lasted,
  past,
  PRIORITIES,
  reading,
  recent,
  replaceAlarms,
  tally,
  unacknowledged,
} from '../src/store/alarms';
import { alarmPlace, whatHappened } from '../src/ui/alarmText';
import { alarm, at, T0 } from './samples';

beforeEach(() => replaceAlarms([]));

const anyAlarm: fc.Arbitrary<AlarmRecord> = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    priority: fc.integer({ min: 1, max: 4 }),
    state: fc.constantFrom('unacknowledged', 'acknowledged', 'returned_unacknowledged', 'normal') as fc.Arbitrary<
      AlarmRecord['state']
    >,
    s: fc.integer({ min: 0, max: 1000 }),
  })
  .map(({ id, priority, state, s }) => alarm(id, { priority, state, raised: at(s), sounded: at(s), changed: at(s) }));

describe('fold', () => {
  it('keeps each alarm once, sorted, without those that are over', () => {
    fc.assert(
      fc.property(fc.array(anyAlarm, { maxLength: 40 }), (changes) => {
        let list: AlarmRecord[] = [];
        for (const change of changes) list = fold(list, change);
        expect(new Set(list.map((row) => row.id)).size).toBe(list.length);
        expect(list.every((row) => row.state !== 'normal')).toBe(true);
        expect(list).toEqual(list.toSorted(reading));
      }),
    );
  });

  it('does not let an older state undo a newer one', () => {
    const acked = alarm('a', { state: 'acknowledged', changed: at(10) });
    const list = fold([acked], alarm('a', { state: 'unacknowledged', changed: at(5) }));
    expect(list).toEqual([acked]);
  });
});

describe('the list', () => {
  it('puts unacknowledged alarms on top, newest first', () => {
    replaceAlarms([
      alarm('old', { raised: at(0), sounded: at(0) }),
      alarm('seen', { raised: at(90), sounded: at(90), state: 'acknowledged' }),
      alarm('new', { raised: at(60), sounded: at(60) }),
      alarm('back', { raised: at(70), sounded: at(70), state: 'returned_unacknowledged' }),
      alarm('over', { state: 'normal' }),
    ]);
    expect(alarms.value.map((row) => row.id)).toEqual(['back', 'new', 'old', 'seen']);
    expect(unacknowledged.value).toHaveLength(3);
    changeAlarm(alarm('back', { raised: at(70), sounded: at(70), changed: at(80), state: 'normal' }));
    expect(alarms.value.map((row) => row.id)).toEqual(['new', 'old', 'seen']);
  });

  it('puts an alarm that came again where a new one would stand', () => {
    replaceAlarms([
      alarm('again', { raised: at(0), sounded: at(500), occurrences: 2 }),
      alarm('later', { raised: at(300), sounded: at(300) }),
    ]);
    expect(alarms.value.map((row) => row.id)).toEqual(['again', 'later']);
  });

  it('counts per priority', () => {
    const counts = tally([
      alarm('a', { priority: 1 }),
      alarm('b', { priority: 1, state: 'acknowledged' }),
      alarm('c', { priority: 3 }),
    ]);
    expect(counts[1]).toEqual({ unacknowledged: 1, all: 2 });
    expect(counts[3]).toEqual({ unacknowledged: 1, all: 1 });
    expect(counts[4]).toEqual({ unacknowledged: 0, all: 0 });
  });

  it('never filters away an unacknowledged priority 1', () => {
    fc.assert(
      fc.property(
        fc.array(anyAlarm, { maxLength: 30 }),
        fc.subarray([...PRIORITIES]),
        fc.boolean(),
        (list, priorities, unacknowledgedOnly) => {
          const shown = filtered(list, { priorities: new Set(priorities), unacknowledgedOnly });
          const urgent = list.filter((row) => row.priority === 1 && isUnacknowledged(row));
          expect(urgent.every((row) => shown.includes(row))).toBe(true);
        },
      ),
    );
  });

  it('knows what is over from what goes on, acknowledged or not', () => {
    expect(isOver(alarm('a'))).toBe(false);
    expect(isOver(alarm('a', { state: 'acknowledged' }))).toBe(false);
    expect(isOver(alarm('a', { state: 'returned_unacknowledged', returned: at(30) }))).toBe(true);
    expect(isOver(alarm('a', { state: 'normal', returned: at(30) }))).toBe(true);
  });

  it('says how long the condition lasted, not how long the row has been there', () => {
    expect(lasted(alarm('a'), T0 + 90_000)).toBe(90);
    expect(lasted(alarm('a', { state: 'returned_unacknowledged', returned: at(30) }), T0 + 90_000)).toBe(30);
    expect(lasted(alarm('a', { state: 'normal', returned: at(30), changed: at(80) }), T0 + 90_000)).toBe(30);
    expect(lasted(alarm('a', { state: 'acknowledged' }), T0 - 5_000)).toBe(0);
  });

  it('keeps what is over for looking at, but not without bound', () => {
    for (let i = 0; i < 150; i++) changeAlarm(alarm(`n${i}`, { state: 'normal' }));
    expect(alarms.value).toEqual([]);
    expect(findAlarm('n149')?.state).toBe('normal');
    expect(findAlarm('n0')).toBeUndefined();
    expect(past.value.size).toBe(100);
  });

  it('counts only the last ten minutes for a flood', () => {
    const list = [alarm('a', { raised: at(0) }), alarm('b', { raised: at(500) })];
    expect(recent(list, T0 + 601_000)).toBe(1);
  });
});

describe('where an alarm is', () => {
  const nowhere = { subject: null, place: null, asset: null, sensor: null };

  it('names the line that is down, never the outside of fences', () => {
    const text = { code: 'alarm.COMMS', params: { where: { zh: '全部测点', en: 'all measuring points' } } };
    const down = alarm('c', { ...nowhere, kind: 'COMMS', text });
    expect(alarmPlace(down)).toBe('全部测点');
    expect(whatHappened(down)).toContain('全部测点');
  });

  it('says outside fences only of somebody', () => {
    expect(alarmPlace(alarm('a', { place: null }))).toBe('围栏外');
    expect(alarmPlace(alarm('b', nowhere))).toBe('全厂');
  });
});
