import { describe, expect, it } from 'vitest';
import { mapAlarm } from '../src/store/alarms';
import { alarm, at } from './samples';

describe('an alarm on the map', () => {
  it('tells what goes on from what is over and from what somebody has seen', () => {
    const flags = (changes: Parameters<typeof alarm>[1]) => {
      const { acknowledged, over } = mapAlarm(alarm('a', changes));
      return [acknowledged, over];
    };
    expect(flags({})).toEqual([false, false]);
    expect(flags({ state: 'acknowledged' })).toEqual([true, false]);
    expect(flags({ state: 'returned_unacknowledged', returned: at(30) })).toEqual([false, true]);
  });
});
