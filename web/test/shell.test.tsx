import { fireEvent, render, screen, waitFor } from '@testing-library/preact';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PlantMap } from '../src/map/port';
import { language } from '../src/i18n';
import { acknowledgeFault, acknowledging, alarms, changeAlarm, replaceAlarms } from '../src/store/alarms';
import * as live from '../src/store/live';
import { map } from '../src/store/map';
import { DEFAULT_LAYERS, layers } from '../src/store/preferences';
import { alarmListOpen, overlay, select, selection } from '../src/store/selection';
import { AlarmStrip } from '../src/ui/AlarmStrip';
import { Banners } from '../src/ui/Banner';
import { Inspector } from '../src/ui/inspector/Inspector';
import { handleKey } from '../src/ui/keyboard';
import { LayerPanel } from '../src/ui/LayerPanel';
import { Palette } from '../src/ui/palette/Palette';
import { TopBar } from '../src/ui/TopBar';
import { alarm, at, connection, HEAD, snapshot, T0 } from './samples';

/** A map that only remembers what it was told. */
function mapDouble() {
  const calls: unknown[][] = [];
  const double = new Proxy({} as PlantMap, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        calls.push([name, ...args]),
  });
  return { double, calls };
}

beforeEach(() => {
  language.value = 'zh';
  live.head.value = HEAD;
  live.people.value = snapshot().people;
  live.roles.value = snapshot().roles;
  live.liveness.value = { kind: 'live', age_s: 0.2 };
  live.now_ms.value = T0 + 65_000;
  live.heads.value = { sure: 118, unsure: 2, unseen: 0, vehicles: 8 };
  replaceAlarms([]);
  acknowledgeFault.value = null;
  layers.value = DEFAULT_LAYERS;
  alarmListOpen.value = false;
  overlay.value = null;
  map.value = null;
  select(null);
});

afterEach(() => vi.unstubAllGlobals());

describe('the alarm strip', () => {
  it('says that all is well when it is', () => {
    render(<AlarmStrip />);
    expect(screen.getByText('没有未确认的报警')).toBeTruthy();
  });

  it('shows the three newest and how many more, in words, with age', () => {
    replaceAlarms([0, 10, 20, 30].map((s, i) => alarm(`a${i}`, { raised: at(s), changed: at(s) })));
    render(<AlarmStrip />);
    const rows = screen.getAllByTestId('alarm-row');
    expect(rows.map((row) => row.dataset['alarm'])).toEqual(['a3', 'a2', 'a1']);
    expect(rows[0]!.textContent).toContain('陈海禾 进入球罐区，无权限');
    expect(rows[0]!.textContent).toContain('35 s');
    expect(screen.getByText('还有 1 条未确认')).toBeTruthy();
    expect(screen.getByLabelText('优先级 1：4 条未确认，共 4 条')).toBeTruthy();
  });

  it('acknowledges with the etag, and believes only the live connection', async () => {
    const sent: [string, RequestInit][] = [];
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      sent.push([path, init]);
      return Promise.resolve(new Response(JSON.stringify({ alarm: alarm('a1') }), { status: 202 }));
    });
    replaceAlarms([alarm('a1')]);
    render(<AlarmStrip />);
    fireEvent.click(screen.getByTestId('acknowledge'));
    expect(await screen.findByText('确认中…')).toBeTruthy();
    // The effect may arrive before the answer to the request, which then carries the older state.
    changeAlarm(alarm('a1', { state: 'normal', changed: at(5), acknowledged: at(5) }));
    await waitFor(() => expect(sent).toHaveLength(1));
    await Promise.resolve();
    expect(alarms.value).toEqual([]);
    expect(acknowledging.value.size).toBe(0);
    expect(sent[0]![0]).toBe('/api/v1/plants/DEMO-1/alarms/a1/acknowledge');
    expect(new Headers(sent[0]![1].headers).get('If-Match')).toBe('"a1"');
  });

  it('leaves the alarm standing and says why when acknowledging fails', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 412 })));
    replaceAlarms([alarm('a1')]);
    render(<AlarmStrip />);
    fireEvent.click(screen.getByTestId('acknowledge'));
    expect(await screen.findByText(/未能确认：状态已变化/)).toBeTruthy();
    expect(alarms.value[0]?.state).toBe('unacknowledged');
  });

  it('jumps to the place', () => {
    const { double, calls } = mapDouble();
    map.value = double;
    replaceAlarms([alarm('a1')]);
    render(<AlarmStrip />);
    fireEvent.click(screen.getByTitle('在图上查看'));
    expect(selection.value).toEqual({ kind: 'alarm', id: 'a1' });
    expect(calls).toEqual([['flyTo', { x_m: 10, y_m: 20, z_m: 0, span_m: 80 }]]);
  });
});

describe('the top bar', () => {
  it('shows the uncertain count beside the sure one, and that the data are invented', () => {
    render(<TopBar />);
    expect(screen.getByTestId('head-count').textContent).toBe('118 + 2?');
    expect(screen.getByText('虚构演示数据')).toBeTruthy();
    expect(screen.getByTestId('mode').textContent).toBe('实时');
  });

  it('does not count heads before anybody was seen, nor call silence peace', () => {
    live.heads.value = null;
    live.head.value = null;
    render(
      <>
        <TopBar />
        <AlarmStrip />
      </>,
    );
    expect(screen.getByTestId('head-count').textContent).toBe('—');
    expect(screen.getByText('尚未连接，报警情况未知')).toBeTruthy();
    expect(screen.queryByText('没有未确认的报警')).toBeNull();
  });

  it('never says LIVE over a frozen picture', () => {
    language.value = 'en';
    for (const kind of ['lost', 'frozen'] as const) {
      live.liveness.value = { kind, age_s: 12 };
      const { unmount } = render(<TopBar />);
      expect(screen.getByTestId('mode').textContent).toBe('FROZEN');
      unmount();
    }
  });
});

describe('the banner', () => {
  it('counts how long the picture has been frozen', () => {
    live.liveness.value = { kind: 'lost', age_s: 12.4 };
    render(<Banners />);
    expect(screen.getByTestId('banner').textContent).toContain('连接中断，画面已冻结 12 s');
  });

  it('says when most positions are old although some still arrive', () => {
    live.connection.value = connection({ movers: 129, stale: 120 });
    live.liveness.value = { kind: 'live', age_s: 0.1 };
    render(<Banners />);
    expect(screen.getByTestId('partly-blind').textContent).toContain('129 个位置中有 120 个不是当前位置');
  });

  it('bears with a few people whose position is old', () => {
    live.connection.value = connection({ movers: 129, stale: 20 });
    live.liveness.value = { kind: 'live', age_s: 0.1 };
    render(<Banners />);
    expect(screen.queryByTestId('partly-blind')).toBeNull();
  });

  it('is not there when all is well', () => {
    render(<Banners />);
    expect(screen.queryByTestId('banner')).toBeNull();
  });
});

describe('the alarm strip without a connection', () => {
  it('says that new alarms cannot appear', () => {
    live.liveness.value = { kind: 'lost', age_s: 4 };
    render(<AlarmStrip />);
    expect(screen.getByText('连接中断：此刻的新报警无法显示')).toBeTruthy();
  });
});

describe('layers', () => {
  it('switch on and off', () => {
    render(<LayerPanel />);
    fireEvent.click(screen.getByTestId('layer-anchors'));
    expect(layers.value.anchors).toBe(true);
  });
});

describe('the palette', () => {
  it('flies to what Enter chooses, and closes', () => {
    const { double, calls } = mapDouble();
    map.value = double;
    overlay.value = 'palette';
    render(<Palette />);
    const input = screen.getByRole('combobox');
    fireEvent.input(input, { target: { value: '海禾' } });
    fireEvent.keyDown(input, { key: 'Enter' });
    expect(selection.value).toEqual({ kind: 'mover', id: 'P001' });
    expect(calls).toEqual([['flyTo', { kind: 'mover', id: 'P001' }]]);
    expect(overlay.value).toBeNull();
  });

  it('does not take the Enter that ends a Chinese word being composed', () => {
    overlay.value = 'palette';
    render(<Palette />);
    const input = screen.getByRole('combobox');
    fireEvent.input(input, { target: { value: 'chen' } });
    fireEvent.keyDown(input, { key: 'Enter', isComposing: true });
    expect(selection.value).toBeNull();
  });

  it('moves with the arrows, and does things', () => {
    language.value = 'en';
    overlay.value = 'palette';
    render(<Palette />);
    const input = screen.getByRole('combobox');
    fireEvent.input(input, { target: { value: 'layer' } });
    const options = screen.getAllByRole('option');
    fireEvent.keyDown(input, { key: 'ArrowUp' });
    expect(screen.getAllByRole('option').at(-1)!.getAttribute('aria-selected')).toBe('true');
    fireEvent.click(options[0]!);
    expect(layers.value).not.toEqual(DEFAULT_LAYERS);
  });
});

describe('keys', () => {
  const press = (key: string, more: KeyboardEventInit = {}, target?: EventTarget) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, ...more });
    if (target !== undefined) Object.defineProperty(event, 'target', { value: target });
    return handleKey(event);
  };

  it('open and close, topmost first', () => {
    select({ kind: 'mover', id: 'P001' });
    expect(press('k', { ctrlKey: true })).toBe(true);
    expect(overlay.value).toBe('palette');
    press('Escape');
    expect([overlay.value, selection.value?.id]).toEqual([null, 'P001']);
    press('Escape');
    expect(selection.value).toBeNull();
    expect(press('Escape')).toBe(false);
  });

  it('drive the map and the language', () => {
    const { double, calls } = mapDouble();
    map.value = double;
    for (const key of ['h', 'f', 'n', 'd', '+', '-']) press(key);
    expect(calls.map(([name]) => name)).toEqual(['home', 'fit', 'north', 'toggle3d', 'zoomBy', 'zoomBy']);
    press('l');
    expect(language.value).toBe('en');
  });

  it('stay quiet while somebody types, and leave other shortcuts alone', () => {
    const input = document.createElement('input');
    expect(press('h', {}, input)).toBe(false);
    expect(press('t', { ctrlKey: true })).toBe(false);
    expect(press('l', { altKey: true })).toBe(false);
    expect(language.value).toBe('zh');
  });
});

describe('the inspector', () => {
  it('says when a person was never seen', () => {
    select({ kind: 'mover', id: 'P001' });
    render(<Inspector />);
    expect(screen.getByTestId('inspector').textContent).toContain('陈海禾');
    expect(screen.getByTestId('state-line').textContent).toBe('未上线');
  });

  it('keeps showing an alarm that ends while one looks at it', () => {
    replaceAlarms([alarm('a1')]);
    select({ kind: 'alarm', id: 'a1' });
    render(<Inspector />);
    expect(screen.getByText('未确认')).toBeTruthy();
    changeAlarm(alarm('a1', { state: 'normal', changed: at(9) }));
    return waitFor(() => expect(screen.getByText('已结束')).toBeTruthy());
  });

  it('says so when a link leads nowhere', () => {
    select({ kind: 'mover', id: 'P999' });
    render(<Inspector />);
    expect(screen.getByTestId('inspector').textContent).toContain('P999');
  });
});
