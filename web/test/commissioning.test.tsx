import { fireEvent, render, screen, waitFor, within } from '@testing-library/preact';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnchorNow, CommissioningRecord, CoverageRecord, TagSeen } from '../src/api/types.gen';
import { language } from '../src/i18n';
import type { PlantMap, Survey } from '../src/map/port';
import { openView, toggleView } from '../src/store/views';
import * as live from '../src/store/live';
import { map } from '../src/store/map';
import { indexed, records } from '../src/store/records';
import { alarmListOpen, select, selection } from '../src/store/selection';
import { handleKey } from '../src/ui/keyboard';
import { abnormalTag, anchorColumns, tagColumns } from '../src/views/commissioning/columns';
import { CommissioningPanel } from '../src/views/commissioning/Panel';
import { CELL_PX, pixels, stepOf, STEPS } from '../src/views/commissioning/raster';
import { csv, matches, ordered, turned, type Column } from '../src/views/commissioning/table';
import { WORDS, w, type Word } from '../src/views/commissioning/words';
import { at, HEAD, T0 } from './samples';

const anchor = (code: string, changes: Partial<AnchorNow> = {}): AnchorNow => ({
  anchor: code,
  names: { zh: `${code}号基站`, en: `Anchor ${code}` },
  engine: 'UWB-1',
  x_m: 10,
  y_m: 20,
  z_m: 6,
  state: 'ok',
  ranges: 1200,
  residual_m: 0.012,
  noise_m: 0.2,
  accepted: 0.98,
  last: at(60),
  bias_m: 0.05,
  sigma_m: 0.2,
  suggested_bias_m: 0.062,
  ...changes,
});

const tag = (code: string, changes: Partial<TagSeen> = {}): TagSeen => ({
  tag: code,
  carrier: 'P001',
  carrier_kind: 'person',
  carrier_names: { zh: '陈海禾', en: 'Chen Haihe' },
  battery_pct: 80,
  last: at(64),
  rate_hz: 2,
  status: 'fix',
  r95_m: 0.4,
  anchors: 6,
  fixes: 100,
  degraded: 3,
  predicted: 1,
  lost: 0,
  ...changes,
});

const RECORD: CommissioningRecord = {
  time: at(65),
  heard: at(64),
  anchors: [
    anchor('A-2'),
    anchor('A-10', { state: 'silent', last: at(-60) }),
    anchor('A-1', { state: 'shifted', residual_m: 0.24, suggested_bias_m: 0.29 }),
    anchor('A-3', { state: 'unknown', residual_m: null, noise_m: null, accepted: null, last: null, ranges: 0 }),
  ],
  tags: [tag('T-1'), tag('T-2', { battery_pct: 9, carrier: null, carrier_names: null })],
  engines: [
    {
      engine: 'UWB-1',
      names: { zh: '引擎', en: 'Engine' },
      fault: null,
      rotation_deg: 0,
      shift_x_m: 0,
      shift_y_m: 0,
      shift_z_m: 0,
      rms_m: 0.021,
      redundancy: 3,
      free_scale_ppm: 12,
      warnings: ['few_points'],
      points: [1, 2, 3].map((i) => ({
        engine_x_m: i,
        engine_y_m: i,
        site_x_m: i,
        site_y_m: i,
        sigma_m: 0.02,
        residual_x_m: 0.01,
        residual_y_m: -0.02,
        leave_one_out_m: i === 3 ? null : 0.3,
        blunder: i === 2,
      })),
    },
  ],
};

const COVERAGE: CoverageRecord = {
  level: 'L0',
  x_m: 0,
  y_m: 0,
  step_m: 5,
  columns: 2,
  rows: 2,
  corners: [
    [118.9, 37.96],
    [118.96, 37.96],
    [118.96, 37.9],
    [118.9, 37.9],
  ],
  r95_cm: [40, -1, -2, 900],
  clear: [5, 1, 0, 3],
  located: 0.66,
};

const answer = (body: unknown, status = 200) =>
  Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }));

let said: CommissioningRecord | null;
let surveys: (Survey | null)[];
let flights: unknown[];

beforeEach(() => {
  language.value = 'zh';
  said = RECORD;
  surveys = [];
  flights = [];
  live.now_ms.value = T0 + 65_000;
  const plant = {
    ...HEAD,
    levels: [
      { code: 'L0', names: { zh: '地面', en: 'Ground' }, z_m: 0 },
      { code: 'L1', names: { zh: '平台', en: 'Platform' }, z_m: 6 },
    ],
    records: 'r1',
  };
  const none = { assets: [], zones: [], fences: [], sensors: [], cameras: [], people: [], vehicles: [] };
  records.value = indexed({ plant: plant as never, ...none });
  map.value = {
    setSurvey: (survey: Survey | null) => surveys.push(survey),
    flyTo: (target: unknown) => flights.push(target),
  } as unknown as PlantMap;
  vi.stubGlobal('fetch', (path: string) =>
    path.includes('/coverage') ? answer(COVERAGE) : said === null ? answer({}, 503) : answer(said),
  );
  openView.value = 'commissioning';
  alarmListOpen.value = false;
  select(null);
});

afterEach(() => {
  openView.value = null;
  records.value = null;
  map.value = null;
  vi.unstubAllGlobals();
});

const codes = (kind: string) =>
  [...screen.getByTestId(`survey-${kind}`).querySelectorAll<HTMLElement>('[data-row]')].map(
    (row) => row.dataset['row'],
  );

describe('rows', () => {
  const columns: Column<{ v: number | string | null }>[] = [{ key: 'v', title: 'V', value: (row) => row.v }];

  it('are sorted like sort does, unknown ones last either way', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ v: fc.option(fc.integer()) })), fc.boolean(), (rows, descending) => {
        const out = ordered(rows, columns, { key: 'v', descending }).map(({ v }) => v);
        const known = rows.flatMap(({ v }) => (v === null ? [] : [v])).toSorted((a, b) => (descending ? b - a : a - b));
        expect(out).toEqual([...known, ...Array.from({ length: rows.length - known.length }, () => null)]);
      }),
    );
  });

  it('have codes in the order people count', () => {
    const rows = ['A-10', 'A-2', 'A-1'].map((v) => ({ v }));
    expect(ordered(rows, columns, { key: 'v', descending: false }).map(({ v }) => v)).toEqual(['A-1', 'A-2', 'A-10']);
  });

  it('are found by every word of a search, in either language', () => {
    expect(matches('a-1 UWB', ['A-10', 'UWB-1'])).toBe(true);
    expect(matches('a-1 quuppa', ['A-10', 'UWB-1'])).toBe(false);
    expect(matches('', [null])).toBe(true);
  });

  it('turn round at the second choice of a heading', () => {
    expect(turned({ key: 'v', descending: false }, 'v')).toEqual({ key: 'v', descending: true });
    expect(turned({ key: 'v', descending: true }, 'x')).toEqual({ key: 'x', descending: false });
  });

  it('become CSV that quotes, marks UTF-8 and starts no formula', () => {
    const rows = [{ v: 'a,"b"' }, { v: '=1+1' }, { v: -2.5 }, { v: null }, { v: '基站' }];
    expect(csv(rows, columns)).toBe('\ufeffV\r\n"a,""b"""\r\n\'=1+1\r\n-2.5\r\n\r\n基站\r\n');
  });
});

describe('the expected-error picture', () => {
  it('has steps that meet without a gap', () => {
    expect(stepOf(0)).toBe(0);
    STEPS.forEach(({ upto_m }, i) => {
      expect(stepOf(upto_m * 100)).toBe(i);
      expect(stepOf(upto_m * 100 + 1)).toBe(i + 1);
    });
  });

  it('has north on top, nothing off the plant, and a hatch where nobody is located', () => {
    const out = pixels(COVERAGE);
    const width = COVERAGE.columns * CELL_PX;
    const alpha = (x: number, y: number) => out[4 * (y * width + x) + 3]!;
    // Second row of the record is the northern one: off the plant, then far off.
    expect(alpha(0, 0)).toBe(0);
    expect(alpha(width - 1, 0)).toBeGreaterThan(0);
    const southEast = Array.from({ length: CELL_PX ** 2 }, (_, i) =>
      alpha(CELL_PX + (i % CELL_PX), CELL_PX + Math.floor(i / CELL_PX)),
    );
    expect(new Set(southEast.map((a) => a > 0)).size).toBe(2);
    expect([out[4 * (CELL_PX * width)], out[4 * (CELL_PX * width) + 1]]).toEqual([0x0a, 0x6a]);
  });
});

describe('words', () => {
  it('are in both languages with the same parameters', () => {
    const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).toSorted();
    for (const key of Object.keys(WORDS.zh) as Word[]) {
      expect(placeholders(WORDS.en[key]), key).toEqual(placeholders(WORDS.zh[key]));
      expect(/\p{Script=Han}/u.test(WORDS.en[key]), key).toBe(false);
    }
    expect(w('tab.tags', { n: 3 })).toBe('标签 3');
  });

  it('name every column once', () => {
    for (const columns of [anchorColumns(), tagColumns()]) {
      expect(new Set(columns.map(({ key }) => key)).size).toBe(columns.length);
      expect(new Set(columns.map(({ title }) => title)).size).toBe(columns.length);
    }
  });
});

describe('the panel', () => {
  it('lists anchors with the worst on top, in words and shapes', async () => {
    render(<CommissioningPanel />);
    await waitFor(() => expect(codes('anchors')).toEqual(['A-1', 'A-10', 'A-3', 'A-2']));
    const shifted = screen.getByText('测距偏移').closest<HTMLElement>('[role=row]')!;
    expect(shifted.querySelector('svg.is-shifted')).toBeTruthy();
    expect(within(shifted).getByText('24.0').className).toContain('is-bad');
    expect(within(shifted).getByText('29.0')).toBeTruthy();
    expect(screen.getByText('从未')).toBeTruthy();
  });

  it('sorts by a heading, filters by words and by what is abnormal', async () => {
    render(<CommissioningPanel />);
    await waitFor(() => expect(codes('anchors')).toHaveLength(4));
    fireEvent.click(screen.getByText('基站'));
    expect(codes('anchors')).toEqual(['A-1', 'A-2', 'A-3', 'A-10']);
    fireEvent.click(screen.getByText('基站'));
    expect(codes('anchors')).toEqual(['A-10', 'A-3', 'A-2', 'A-1']);
    fireEvent.click(screen.getByTestId('survey-abnormal'));
    expect(codes('anchors')).toEqual(['A-10', 'A-3', 'A-1']);
    fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'a-1 uwb' } });
    expect(codes('anchors')).toEqual(['A-10', 'A-1']);
    fireEvent.input(screen.getByRole('searchbox'), { target: { value: 'nothing so named' } });
    expect(screen.getByText('没有符合条件的行')).toBeTruthy();
  });

  it('flies to the anchor chosen, by mouse and by keys, and marks the one chosen on the map', async () => {
    render(<CommissioningPanel />);
    await waitFor(() => expect(codes('anchors')).toHaveLength(4));
    const rows = [...screen.getByTestId('survey-anchors').querySelectorAll<HTMLElement>('[data-row]')];
    rows[0]!.focus();
    fireEvent.keyDown(rows[0]!, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(rows[1]);
    fireEvent.keyDown(rows[1]!, { key: 'Enter' });
    expect(selection.value).toEqual({ kind: 'asset', id: 'A-10' });
    expect(flights).toHaveLength(1);
    select({ kind: 'asset', id: 'A-2' });
    await waitFor(() =>
      expect(screen.getByTestId('survey-anchors').querySelector('.is-chosen')).toHaveProperty('dataset.row', 'A-2'),
    );
  });

  it('hands the map every state, and takes it all back when it closes', async () => {
    const { unmount } = render(<CommissioningPanel />);
    await waitFor(() => expect(surveys.at(-1)?.anchors.get('A-1')).toBe('shifted'));
    expect(surveys.at(-1)?.anchors.size).toBe(4);
    unmount();
    await waitFor(() => expect(surveys.at(-1)).toBeNull());
  });

  it('lists tags: weak batteries and those nobody carries', async () => {
    render(<CommissioningPanel />);
    await waitFor(() => expect(codes('anchors')).toHaveLength(4));
    fireEvent.click(screen.getByText('标签 2'));
    expect(codes('tags')).toEqual(['T-1', 'T-2']);
    expect(screen.getByText('9').className).toContain('is-bad');
    expect(screen.getByText('无人佩戴')).toBeTruthy();
    fireEvent.click(screen.getByTestId('survey-abnormal'));
    expect(codes('tags')).toEqual(['T-2']);
    expect(abnormalTag(tag('T', { status: 'degraded' }))).toBe(true);
  });

  it('shows how an engine is tied to the site, with what is wrong', async () => {
    language.value = 'en';
    render(<CommissioningPanel />);
    await waitFor(() => expect(codes('anchors')).toHaveLength(4));
    fireEvent.click(screen.getByText('Frames 1'));
    expect(screen.getByText(/RMS 2\.1 cm, redundancy 3, free scale 12 ppm/)).toBeTruthy();
    expect(screen.getByText(/Fewer than 6 control points/)).toBeTruthy();
    expect(screen.getByText('Blunder?').closest('tr')!.className).toBe('is-bad');
    expect(screen.getAllByText('1.0 / −2.0')).toHaveLength(3);
  });

  it('says that a silent locator is not the present, and that an unheard one says nothing', async () => {
    said = { ...RECORD, heard: at(5) };
    const { unmount } = render(<CommissioningPanel />);
    expect((await screen.findByTestId('survey-stale')).textContent).toContain('1 min 0 s');
    unmount();
    said = { ...RECORD, heard: null };
    render(<CommissioningPanel />);
    expect((await screen.findByTestId('survey-stale')).textContent).toContain('状态未知');
  });

  it('says when nothing can be read', async () => {
    said = null;
    render(<CommissioningPanel />);
    expect((await screen.findByRole('alert')).textContent).toContain('读取失败');
  });
});

describe('opening', () => {
  it('shares its place with the alarm list, and alarms go first', () => {
    openView.value = null;
    alarmListOpen.value = true;
    toggleView('commissioning');
    expect([openView.value, alarmListOpen.value]).toEqual(['commissioning', false]);
    alarmListOpen.value = true;
    expect(openView.value).toBe(null);
  });

  it('has a key, and Escape closes it', () => {
    openView.value = null;
    handleKey(new KeyboardEvent('keydown', { key: 'c' }));
    expect(openView.value).toBe('commissioning');
    handleKey(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(openView.value).toBe(null);
  });
});
