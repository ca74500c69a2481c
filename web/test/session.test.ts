import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Session } from '../src/live/session';
import type { LiveWorld } from '../src/live/socket';
import { alarms, replaceAlarms } from '../src/store/alarms';
import * as live from '../src/store/live';
import { records } from '../src/store/records';
import { alarm, at, connection, frameBytes, snapshot, T0 } from './samples';

let now: number;
let timers: { due: number; run: () => void }[];
let socket: {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  close: () => void;
};
let session: Session;
let asked: string[];

const world: LiveWorld = {
  open: () => {
    socket = { onopen: null, onmessage: null, onclose: null, close: () => {} };
    return socket as unknown as WebSocket;
  },
  now: () => now,
  random: () => 0.5,
  after: (ms, run) => {
    const timer = { due: now + ms, run };
    timers.push(timer);
    return () => (timers = timers.filter((one) => one !== timer));
  },
};

function pass(ms: number): void {
  const end = now + ms;
  for (;;) {
    const next = timers.filter((one) => one.due <= end).toSorted((a, b) => a.due - b.due)[0];
    if (next === undefined) break;
    now = next.due;
    timers = timers.filter((one) => one !== next);
    next.run();
  }
  now = end;
}

const say = (message: unknown) => socket.onmessage!({ data: JSON.stringify(message) });
const row = { x_m: 1, y_m: 2, z_m: 0, age_s: 0, status: 0, r95_m: 0.5 };

beforeEach(() => {
  now = T0;
  timers = [];
  asked = [];
  replaceAlarms([]);
  records.value = null;
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path);
    return new Promise(() => {});
  });
  session = new Session('DEMO-1', 'ws://twin/ws', world);
  session.start();
  socket.onopen!();
});

afterEach(() => {
  session.stop();
  vi.unstubAllGlobals();
});

describe('a session', () => {
  it('stands where the snapshot stands and follows the deltas', () => {
    say(snapshot({ alarms: [alarm('a1')], inside: [{ subject: 'P001', fence: 'F-01', since: at(0) }] }));
    expect(live.head.value?.code).toBe('DEMO-1');
    expect(alarms.value).toHaveLength(1);
    say({
      type: 'alarm',
      seq: 2,
      cause: 'acknowledged',
      alarm: alarm('a1', { state: 'acknowledged', changed: at(1) }),
    });
    expect(alarms.value[0]?.state).toBe('acknowledged');
    const crossing = { seq: 3, t: at(2), subject: 'P001', fence: 'F-01', direction: 'exit' };
    say({ type: 'crossing', seq: 3, crossing });
    expect(live.inside.value).toEqual([]);
    const reading = { sensor: 'LT-101', t: at(2), value: 9, quality: 'good', limit: 'normal' };
    say({ type: 'readings', seq: 4, readings: [reading] });
    say({ type: 'readings', seq: 5, readings: [{ ...reading, t: at(1), value: 1 }] });
    expect(live.readings.value.get('LT-101')?.value).toBe(9);
  });

  it('hands frames on and knows where people are', () => {
    say(snapshot());
    const seen: number[] = [];
    session.onFrame((_, frame) => seen.push(frame.seq));
    socket.onmessage!({ data: frameBytes(7, T0, 5, [row, row]) });
    expect(seen).toEqual([5]);
    expect(session.positions.at('P001')?.x_m).toBeCloseTo(1);
  });

  it('looks late, then frozen, when positions stop while the server still speaks', () => {
    say(snapshot());
    socket.onmessage!({ data: frameBytes(7, T0, 5, [row, row]) });
    expect(live.liveness.value.kind).toBe('live');
    for (let s = 1; s <= 12; s++) {
      pass(1000);
      const spoken = connection({ server_time: at(s), positions_age_ms: s * 1000, data_age_ms: 0 });
      say({ type: 'connection', seq: 1, connection: spoken });
      expect(live.liveness.value.kind).toBe(s <= 3 ? 'live' : s <= 10 ? 'late' : 'frozen');
    }
    expect(live.liveness.value.age_s).toBeCloseTo(12);
  });

  it('looks lost at once when the connection breaks, with the age counting', () => {
    say(snapshot());
    socket.onclose!({ code: 1006 });
    expect(live.liveness.value.kind).toBe('lost');
    pass(400);
    const early = live.liveness.value.age_s!;
    pass(5_000);
    expect(live.liveness.value.kind).toBe('lost');
    expect(live.liveness.value.age_s!).toBeGreaterThan(early + 3);
  });

  it('shows the age by the server clock when this clock is wrong', () => {
    now = T0 + 3_600_000;
    say(snapshot());
    socket.onmessage!({ data: frameBytes(7, T0, 5, [row, row]) });
    expect(live.liveness.value.kind).toBe('live');
    pass(1_000);
    expect(Math.abs(live.now_ms.value - T0)).toBeLessThan(2_000);
  });

  it('reads the records once per mark', () => {
    say(snapshot());
    const first = asked.length;
    expect(first).toBeGreaterThan(5);
    say({ type: 'plant', seq: 2, records: 'r1' });
    expect(asked).toHaveLength(first);
    say({ type: 'plant', seq: 3, records: 'r2' });
    expect(asked).toHaveLength(2 * first);
  });
});
