import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LAYERS } from '../src/store/preferences';
import { actionEntries, thingEntries } from '../src/ui/palette/entries';
import { folded, prepare, search, type Entry } from '../src/ui/palette/search';
import { snapshot } from './samples';

const entries: Entry<string>[] = [
  { kind: 'asset', code: 'T-101', names: { zh: '原油罐 T-101', en: 'Crude tank T-101' }, value: 'T-101' },
  { kind: 'asset', code: 'T-1010', names: { zh: '原油罐 T-1010', en: 'Crude tank T-1010' }, value: 'T-1010' },
  { kind: 'sensor', code: 'LT-101', names: { zh: '液位', en: 'Level of T-101' }, value: 'LT-101' },
  { kind: 'person', code: 'P001', names: { zh: '陈海禾', en: 'Chen Haihe' }, also: ['T0001'], value: 'P001' },
  { kind: 'person', code: 'P002', names: { zh: '林稻香', en: 'Lin Daoxiang' }, also: ['T0002'], value: 'P002' },
  { kind: 'zone', code: 'Z-01', names: { zh: '球罐区', en: 'Sphere farm' }, value: 'Z-01' },
];
const prepared = prepare(entries);
const find = (query: string) => search(prepared, query, 10).map((entry) => entry.value);

describe('search', () => {
  it('finds by code with and without its hyphen, exact before longer', () => {
    expect(find('T-101').slice(0, 2)).toEqual(['T-101', 'T-1010']);
    expect(find('t101').slice(0, 2)).toEqual(['T-101', 'T-1010']);
    expect(find('Ｔ１０１')[0]).toBe('T-101');
  });

  it('finds by either language, by tag, and by several words', () => {
    expect(find('海禾')).toEqual(['P001']);
    expect(find('chen')).toEqual(['P001']);
    expect(find('haihe chen')).toEqual(['P001']);
    expect(find('t0002')).toEqual(['P002']);
    expect(find('球罐')).toEqual(['Z-01']);
    expect(find('sphere crude')).toEqual([]);
  });

  it('finds nothing for nothing', () => {
    expect(find('')).toEqual([]);
    expect(find('  ')).toEqual([]);
    expect(find('-')).toEqual([]);
  });

  it('finds every entry by its own code, among the first', () => {
    for (const entry of entries) expect(find(entry.code)[0]).toBe(entry.value);
  });

  it('gives no more than asked, and only what it was given', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 3 }), (query, limit) => {
        const found = search(prepared, query, limit);
        expect(found.length).toBeLessThanOrEqual(limit);
        expect(found.every((entry) => entries.includes(entry))).toBe(true);
      }),
    );
  });

  it('folds width and case', () => {
    expect(folded(' Ｔ－101É ')).toBe('t-101e');
  });
});

describe('entries', () => {
  it('know movers by person and by tag, and every layer as an action', () => {
    const things = prepare(thingEntries(snapshot().people, null));
    expect(search(things, 'T0001', 5).map((entry) => entry.value)).toContainEqual({ kind: 'mover', id: 'P001' });
    expect(search(things, 'fire engine', 5)[0]?.value).toEqual({ kind: 'mover', id: 'CAR-1' });
    const actions = prepare(actionEntries(DEFAULT_LAYERS));
    expect(search(actions, 'anchors', 5)[0]?.value).toEqual({ act: 'layer', layer: 'anchors' });
    expect(search(actions, '定位基站', 5)[0]?.names.zh).toBe('显示图层：定位基站');
    expect(search(actions, 'switch language', 5)[0]?.value).toEqual({ act: 'language' });
  });
});
