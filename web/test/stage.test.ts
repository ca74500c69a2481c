import { effect, signal } from '@preact/signals';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, commands, RequestError } from '../src/api/client';
import { alarms, changeAlarm, replaceAlarms } from '../src/store/alarms';
import * as live from '../src/store/live';
import { closeReplay, openReplay, replaying } from '../src/store/replay';
import { liveFeed, replayFeed, show, stage } from '../src/store/stage';
import { alarm, at, T0 } from './samples';

afterEach(() => {
  closeReplay();
  show('live');
  vi.unstubAllGlobals();
});

describe('the stage', () => {
  it('shows one source; what the other says waits, and is there when it comes back', () => {
    const value = signal('a');
    liveFeed.set(value, 'live 1');
    expect(value.value).toBe('live 1');
    replayFeed.set(value, 'past 1');
    expect(value.value).toBe('live 1');
    show('replay');
    expect(value.value).toBe('past 1');
    liveFeed.set(value, 'live 2');
    expect(value.value).toBe('past 1');
    expect(liveFeed.get(value)).toBe('live 2');
    show('live');
    expect(value.value).toBe('live 2');
    show('replay');
    expect(value.value).toBe('past 1');
  });

  it('tells whoever watches the source that is not shown, and nobody else', () => {
    const [mine, other] = [signal(0), signal(0)];
    liveFeed.set(mine, 1);
    liveFeed.set(other, 1);
    show('replay');
    const heard: number[] = [];
    const stop = effect(() => void heard.push(liveFeed.watched(mine)));
    liveFeed.set(other, 2);
    liveFeed.set(mine, 3);
    stop();
    expect(heard).toEqual([1, 3]);
  });
});

describe('a replay', () => {
  it('begins with an empty stage: nothing live stands under its name', () => {
    replaceAlarms([alarm('now')]);
    liveFeed.set(
      live.readings,
      new Map([['LT-1', { sensor: 'LT-1', t: at(0), value: 1, quality: 'good', limit: 'normal' }]]),
    );
    openReplay({ at_ms: T0 });
    expect([replaying.value, alarms.value.length, live.readings.value.size, live.now_ms.value]).toEqual([
      true,
      0,
      0,
      T0,
    ]);
    changeAlarm(alarm('newer', { raised: at(5), sounded: at(5), changed: at(5) }));
    expect(alarms.value).toEqual([]);
    closeReplay();
    expect(stage.value).toBe('live');
    expect(alarms.value.map((one) => one.id)).toEqual(['newer', 'now']);
  });

  it('refuses to change the present, and says so', async () => {
    const fetched = vi.fn();
    vi.stubGlobal('fetch', fetched);
    openReplay({ at_ms: T0 });
    await expect(api.acknowledge('DEMO-1', alarm('a'))).rejects.toMatchObject({ fault: 'replay' });
    await expect(api.acknowledge('DEMO-1', alarm('a'))).rejects.toBeInstanceOf(RequestError);
    expect(fetched).not.toHaveBeenCalled();
    expect(commands('/api/v1/plants/P/alarms/A/acknowledge', 'POST')).toBe(true);
    expect(commands('/api/v1/plants/P/musters', 'POST')).toBe(true);
    expect(commands('/api/v1/plants/P/fences/F', 'PUT')).toBe(true);
    expect(commands('/api/v1/plants/P/questions', 'POST')).toBe(false);
    expect(commands('/api/v1/plants/P/alarms', 'GET')).toBe(false);
  });
});
