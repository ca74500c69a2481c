import { fireEvent, render, screen } from '@testing-library/preact';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReadingNow } from '../src/api/types.gen';
import { language } from '../src/i18n';
import { abnormalAmong, severityOf } from '../src/store/abnormal';
import { replaceAlarms } from '../src/store/alarms';
import * as live from '../src/store/live';
import { indexed, records } from '../src/store/records';
import { alarmListOpen, alarmTab, select, selection } from '../src/store/selection';
import { AlarmList } from '../src/ui/AlarmList';
import { AlarmStrip } from '../src/ui/AlarmStrip';
import { at, sensor, T0 } from './samples';

const reading = (code: string, changes: Partial<ReadingNow> = {}): ReadingNow => ({
  sensor: code,
  t: at(0),
  value: 9,
  quality: 'good',
  limit: 'normal',
  ...changes,
});

const sensors = ['LT-10', 'LT-9', 'GD-1', 'PT-1', 'TT-1'].map((code) => sensor({ code }));
const values = new Map(
  [
    reading('LT-10', { limit: 'h' }),
    reading('LT-9', { limit: 'l' }),
    reading('GD-1', { limit: 'hh', quality: 'bad' }),
    reading('PT-1'),
    reading('TT-1', { quality: 'stale' }),
  ].map((row) => [row.sensor, row]),
);

beforeEach(() => {
  language.value = 'zh';
  replaceAlarms([]);
  select(null);
  live.now_ms.value = T0 + 1000;
  live.readings.value = values;
  const plant = { teams: [], shifts: [] } as never;
  records.value = indexed({
    plant,
    assets: [],
    zones: [],
    fences: [],
    sensors,
    cameras: [],
    people: [],
    vehicles: [],
  });
  alarmTab.value = 'standing';
  alarmListOpen.value = false;
});

describe('abnormal measuring points', () => {
  it('come most urgent first, and the normal ones not at all', () => {
    const rows = abnormalAmong(sensors, values, T0 + 1000);
    expect(rows.map((row) => [row.sensor.code, row.severity])).toEqual([
      ['GD-1', 'extreme'],
      ['LT-9', 'limit'],
      ['LT-10', 'limit'],
      ['TT-1', 'doubtful'],
    ]);
  });

  it('count a value nobody has seen, or that is too old, as doubtful', () => {
    expect(severityOf(sensors[0]!, undefined, T0)).toBe('doubtful');
    expect(severityOf(sensors[0]!, reading('LT-10'), T0 + 60_000)).toBe('doubtful');
    expect(severityOf(sensors[0]!, reading('LT-10'), T0 + 9_000)).toBeNull();
  });

  it('are counted in the strip and listed with their limits', () => {
    render(
      <>
        <AlarmList />
        <AlarmStrip />
      </>,
    );
    fireEvent.click(screen.getByTestId('beyond-limits'));
    expect(screen.getByTestId('beyond-limits').textContent).toBe('3 个测点越限');
    const rows = screen.getAllByTestId('sensor-row');
    expect(rows.map((row) => row.dataset['sensor'])).toEqual(['GD-1', 'LT-9', 'LT-10', 'TT-1']);
    expect(rows[0]!.textContent).toContain('HH');
    fireEvent.click(rows[1]!);
    expect(selection.value).toEqual({ kind: 'sensor', id: 'LT-9' });
  });
});
