import { describe, expect, it } from 'vitest';
import { detectorState } from './marks';
import type { MapReading } from './port';

const reading = (over: Partial<MapReading>): MapReading => ({
  value: 1,
  t_ms: 0,
  quality: 'good',
  limit: 'normal',
  stale: false,
  ...over,
});

describe('detector marks', () => {
  it('look unknown without a reading and when the reading is stale, whatever its value', () => {
    expect(detectorState(undefined)).toBe('stale');
    expect(detectorState(reading({ limit: 'hh', stale: true }))).toBe('stale');
  });
  it('warn at the first limit and alarm at the second', () => {
    expect(detectorState(reading({}))).toBe('normal');
    expect(detectorState(reading({ limit: 'h' }))).toBe('warn');
    expect(detectorState(reading({ limit: 'hh' }))).toBe('alarm');
    expect(detectorState(reading({ limit: 'll' }))).toBe('alarm');
  });
});
