import { describe, expect, it } from 'vitest';
import type { Footprint } from '../scene/footprints';
import { detectorMarks, detectorState } from './marks';
import type { MapReading, PlantData } from './port';

const reading = (over: Partial<MapReading>): MapReading => ({
  value: 1,
  t_ms: 0,
  quality: 'good',
  limit: 'normal',
  stale: false,
  ...over,
});

describe('detector marks', () => {
  it('look unknown without a reading and when a normal reading is stale', () => {
    expect(detectorState(undefined)).toBe('stale');
    expect(detectorState(reading({ stale: true }))).toBe('stale');
  });
  it('stay on the picture when they fall silent beyond a limit', () => {
    expect(detectorState(reading({ limit: 'hh', stale: true }))).toBe('alarm');
    expect(detectorState(reading({ limit: 'h', stale: true }))).toBe('warn');
  });
  it('say whether what they show is old', () => {
    const asset = { code: 'GD-1', kind: 'gas_detector' } as PlantData['assets'][number];
    const sensor = { code: 'GD-1', asset: 'GD-1' } as PlantData['sensors'][number];
    const data = { assets: [asset], sensors: [sensor] } as unknown as PlantData;
    const at = new Map([['GD-1', { x_m: 1, y_m: 2, top_m: 3 } as Footprint]]);
    const marked = (now: MapReading | undefined) =>
      detectorMarks(data, at, new Map(now ? [['GD-1', now]] : []), new Map())[0];
    expect(marked(reading({ limit: 'hh' }))).toMatchObject({ state: 'alarm', old: false });
    expect(marked(reading({ limit: 'hh', stale: true }))).toMatchObject({ state: 'alarm', old: true });
    expect(marked(undefined)).toMatchObject({ state: 'stale', old: true });
  });
  it('warn at the first limit and alarm at the second', () => {
    expect(detectorState(reading({}))).toBe('normal');
    expect(detectorState(reading({ limit: 'h' }))).toBe('warn');
    expect(detectorState(reading({ limit: 'hh' }))).toBe('alarm');
    expect(detectorState(reading({ limit: 'll' }))).toBe('alarm');
  });
});
