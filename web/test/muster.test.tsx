import { fireEvent, render, screen } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MusterMessage, MusterRecord, MusterRowRecord } from '../src/api/types.gen';
import { language } from '../src/i18n';
import { head } from '../src/store/live';
import { byWorry, changeMuster, folded, muster, musterOver, rollCall, standings } from '../src/store/muster';
import { groupsOf } from '../src/views/muster/Groups';
import { MusterPanel } from '../src/views/muster/Panel';
import { WORDS, type Word } from '../src/views/muster/words';
import { HEAD } from './samples';

const T = '2026-06-01T08:00:00Z';

function row(
  id: string,
  standing: MusterRowRecord['standing'],
  changes: Partial<MusterRowRecord> = {},
): MusterRowRecord {
  return {
    subject: { id, kind: 'person', names: { zh: `张${id}`, en: `Zhang ${id}` }, role: 'operator' },
    team: 'T-1',
    employer: null,
    standing,
    since: T,
    seen: T,
    x_m: 1,
    y_m: 2,
    r95_m: 0.5,
    near: null,
    point: standing === 'safe' ? 'M-01' : null,
    reasons: [],
    word: null,
    ...changes,
  };
}

const POINTS = [{ fence: 'M-01', names: { zh: '一号', en: 'One' }, present: 0 }];
const HEADER = {
  id: 'M1',
  drill: true,
  reason: '泄漏',
  started: T,
  started_by: 'op',
  ended: null,
  ended_by: null,
  result: '',
};

function message(cause: MusterMessage['cause'], rows: MusterRowRecord[], changes: object = {}): MusterMessage {
  return {
    type: 'muster',
    seq: 1,
    cause,
    muster: { ...HEADER, ...changes },
    rows,
    unseen: [],
    points: POINTS,
  };
}

beforeEach(() => {
  language.value = 'zh';
  head.value = HEAD;
  muster.value = null;
  musterOver.value = null;
});
afterEach(() => vi.unstubAllGlobals());

describe('the roll', () => {
  it('begins, changes row by row, and ends with its roll still shown', () => {
    changeMuster(message('started', [row('A', 'moving'), row('B', 'not_known')]));
    expect(muster.value?.rows.map((one) => one.subject.id)).toEqual(['B', 'A']);
    changeMuster(message('moved', [row('A', 'safe')]));
    expect(muster.value?.points[0]?.present).toBe(1);
    expect(rollCall.value?.get('A')).toBe('safe');
    changeMuster(message('ended', muster.value!.rows, { ended: T }));
    expect(muster.value).toBeNull();
    expect(rollCall.value).toBeNull();
    expect(musterOver.value?.rows).toHaveLength(2);
  });

  it('does not mix one muster with another', () => {
    const before = folded(null, message('started', [row('A', 'safe')])) as MusterRecord;
    const after = folded(before, { ...message('started', [row('B', 'moving')]), muster: { ...HEADER, id: 'M2' } });
    expect(after?.rows.map((one) => one.subject.id)).toEqual(['B']);
  });

  it('puts first whom to worry about', () => {
    const rows = [row('A', 'safe'), row('B', 'moving'), row('C', 'not_known'), row('D', 'safe', { reasons: ['sos'] })];
    expect(rows.sort(byWorry).map((one) => one.subject.id)).toEqual(['D', 'C', 'B', 'A']);
    expect(standings(rows)).toEqual({ safe: 2, moving: 1, not_safe: 0, not_known: 1 });
  });

  it('groups by point: only those safe are at one', () => {
    const roll = folded(null, message('started', [row('A', 'safe'), row('B', 'not_known', { point: 'M-01' })]))!;
    const groups = groupsOf(roll, 'point');
    expect(groups.map((group) => [group.key, group.rows.length])).toEqual([
      ['', 1],
      ['M-01', 1],
    ]);
  });
});

describe('the panel', () => {
  it('says what would be here, and starts a drill only with a reason', async () => {
    const sent: [string, unknown][] = [];
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      sent.push([path, JSON.parse(String(init.body))]);
      return Promise.resolve(new Response('{"muster":"M1"}', { status: 202 }));
    });
    render(<MusterPanel />);
    screen.getByText(WORDS.zh.none);
    const drill = screen.getByTestId<HTMLButtonElement>('muster-drill');
    expect(drill.disabled).toBe(true);
    fireEvent.input(screen.getByTestId('muster-reason'), { target: { value: '季度演练' } });
    fireEvent.click(drill);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]).toEqual([`/api/v1/plants/${HEAD.code}/musters`, { drill: true, reason: '季度演练' }]);
  });

  it('asks twice before a real evacuation', () => {
    render(<MusterPanel />);
    fireEvent.input(screen.getByTestId('muster-reason'), { target: { value: '泄漏' } });
    fireEvent.click(screen.getByTestId('muster-real'));
    expect(screen.getByTestId('muster-sure')).toBeTruthy();
  });

  it('shows the roll, and filters by standing and words', () => {
    changeMuster(message('started', [row('A', 'safe'), row('B', 'not_known', { reasons: ['silent'] })]));
    render(<MusterPanel />);
    expect(screen.getByTestId('muster-list').querySelectorAll('[data-subject]')).toHaveLength(2);
    fireEvent.click(screen.getByTestId('muster-count-not_known'));
    expect(screen.getByTestId('muster-list').querySelector('[data-subject]')?.getAttribute('data-subject')).toBe('B');
    expect(screen.getByTestId('muster-list').textContent).toContain(WORDS.zh['reason.silent']);
  });

  it('ends only after asking when somebody is not safe', async () => {
    const sent: string[] = [];
    vi.stubGlobal('fetch', (path: string) => {
      sent.push(path);
      return Promise.resolve(new Response('{"muster":"M1"}', { status: 202 }));
    });
    changeMuster(message('started', [row('A', 'safe'), row('B', 'not_known')]));
    render(<MusterPanel />);
    fireEvent.click(screen.getByTestId('muster-end'));
    expect(sent).toEqual([]);
    fireEvent.click(screen.getByTestId('muster-end'));
    await vi.waitFor(() => expect(sent).toHaveLength(1));
  });

  it('has every word in both languages with the same parameters', () => {
    const params = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
    for (const word of Object.keys(WORDS.zh) as Word[]) expect(params(WORDS.en[word])).toEqual(params(WORDS.zh[word]));
  });
});
