import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LAYERS, type LayerSwitches } from '../src/map/port';
import { readAddress, readView, writeAddress, writeView } from '../src/store/address';
import { DEFAULT_LAYERS, readLayers, writeLayers } from '../src/store/preferences';
import { readSelection, SELECTION_KINDS, writeSelection } from '../src/store/selection';

const switches: fc.Arbitrary<LayerSwitches> = fc
  .tuple(...LAYERS.map(() => fc.boolean()))
  .map((values) => Object.fromEntries(LAYERS.map((layer, i) => [layer, values[i]])) as unknown as LayerSwitches);

const view = fc.record({
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
  lat: fc.double({ min: -85, max: 85, noNaN: true }),
  zoom: fc.double({ min: 0, max: 24, noNaN: true }),
  bearing_deg: fc.double({ min: -180, max: 180, noNaN: true }),
  pitch_deg: fc.double({ min: 0, max: 85, noNaN: true }),
});

const chosen = fc.record({ kind: fc.constantFrom(...SELECTION_KINDS), id: fc.string({ minLength: 1 }) });

describe('the address', () => {
  it('brings back what it was given', () => {
    fc.assert(
      fc.property(switches, view, fc.option(chosen), fc.constantFrom('zh', 'en'), (layers, at, selection, language) => {
        const search = writeAddress({
          plant: 'HUANGHE-1',
          language,
          theme: 'dark',
          view: at,
          selection: selection ?? null,
          layers,
          open: 'commissioning',
          openState: 'a=1;b',
          replay: '1,2',
        });
        const back = readAddress(search);
        expect(back.plant).toBe('HUANGHE-1');
        expect(back.language).toBe(language);
        expect(back.theme).toBe('dark');
        expect([back.open, back.openState]).toEqual(['commissioning', 'a=1;b']);
        expect(back.selection).toEqual(selection);
        expect(back.layers ?? DEFAULT_LAYERS).toEqual(layers);
        expect(back.view!.lon).toBeCloseTo(at.lon, 5);
        expect(back.view!.lat).toBeCloseTo(at.lat, 5);
        expect(back.view!.pitch_deg).toBeCloseTo(at.pitch_deg, 1);
      }),
    );
  });

  it('survives what somebody typed', () => {
    for (const text of ['', '1,2,3', 'a,b,c,d,e', '200,0,1,0,0', '0,0,1,0,89', ',,,,', '1,2,3,4,Infinity']) {
      expect(readView(text), text).toBeNull();
    }
    for (const text of ['', 'mover', ':x', 'mover:', 'planet:x', null]) expect(readSelection(text)).toBeNull();
    expect(readAddress('?theme=pink&view=x&sel=y').theme).toBeNull();
    expect(readView(writeView({ lon: 118.95, lat: 37.95, zoom: 16, bearing_deg: 0, pitch_deg: 54 }))?.zoom).toBe(16);
  });

  it('keeps a code with colons whole', () => {
    const tag = { kind: 'mover', id: 'tag:T0001' } as const;
    expect(readSelection(writeSelection(tag))).toEqual(tag);
  });

  it('says nothing about layers that are as usual', () => {
    expect(writeLayers(DEFAULT_LAYERS)).toBe('');
    expect(readLayers('-names,+anchors,-unknown')).toEqual({ ...DEFAULT_LAYERS, names: false, anchors: true });
  });
});
