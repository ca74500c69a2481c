import asyncapi from '../../docs/asyncapi.json';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveMessage } from '../src/api/types.gen';
import type { PositionFrame } from '../src/map/port';
import {
  CLOSE_TOO_SLOW,
  DEAD_AFTER_MS,
  LiveConnection,
  pauseMs,
  readMessage,
  type LiveHandlers,
  type LiveWorld,
} from '../src/live/socket';
import { alarm, frameBytes, snapshot, T0 } from './samples';

/** A socket the test opens, feeds and cuts. */
class FakeSocket {
  binaryType = '';
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  close() {
    this.closed = true;
  }
}

/** A clock that moves when the test says so. */
class FakeWorld implements LiveWorld {
  readonly sockets: FakeSocket[] = [];
  #now = 0;
  #timers: { at: number; run: () => void }[] = [];
  open = () => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  };
  now = () => this.#now;
  random = () => 0.5;
  after = (ms: number, run: () => void) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };
  pass(ms: number) {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((one) => one !== next);
      next.run();
    }
    this.#now = end;
  }
  get last() {
    return this.sockets.at(-1)!;
  }
}

let world: FakeWorld;
let messages: LiveMessage[];
let frames: PositionFrame[];
let unreadable: string[];
let closed: number;
let connection: LiveConnection;

beforeEach(() => {
  world = new FakeWorld();
  messages = [];
  frames = [];
  unreadable = [];
  closed = 0;
  const handlers: LiveHandlers = {
    opened: () => {},
    closed: () => (closed += 1),
    heard: () => {},
    message: (message) => messages.push(message),
    frame: (frame) => frames.push(frame),
    unreadable: (reason) => unreadable.push(reason),
  };
  connection = new LiveConnection('ws://twin/ws', handlers, world);
  connection.start();
});

const say = (message: unknown) => world.last.onmessage!({ data: JSON.stringify(message) });
const alarmMessage = { type: 'alarm', seq: 2, cause: 'raised', alarm: alarm('a1') };

describe('LiveConnection', () => {
  it('takes nothing before the snapshot', () => {
    say(alarmMessage);
    world.last.onmessage!({ data: frameBytes(7, T0, 1, []) });
    expect(messages).toEqual([]);
    expect(frames).toEqual([]);
    say(snapshot());
    say(alarmMessage);
    world.last.onmessage!({ data: frameBytes(7, T0, 1, []) });
    expect(messages.map((message) => message.type)).toEqual(['snapshot', 'alarm']);
    expect(frames).toHaveLength(1);
  });

  it('comes back with growing pauses, and asks for a snapshot each time', () => {
    say(snapshot());
    for (const pause of [500, 1_000, 2_000, 4_000, 8_000, 8_000]) {
      const before = world.sockets.length;
      world.last.onclose!({ code: 1006 });
      world.pass(pause - 1);
      expect(world.sockets).toHaveLength(before);
      world.pass(1);
      expect(world.sockets).toHaveLength(before + 1);
    }
    say(alarmMessage);
    expect(messages.filter((message) => message.type === 'alarm')).toEqual([]);
    say(snapshot());
    world.last.onclose!({ code: 1006 });
    world.pass(500);
    expect(closed).toBe(7);
  });

  it('returns at once when it was only too slow', () => {
    say(snapshot());
    world.last.onclose!({ code: CLOSE_TOO_SLOW });
    world.pass(0);
    expect(world.sockets).toHaveLength(2);
  });

  it('gives up a connection that has gone silent', () => {
    say(snapshot());
    const silent = world.last;
    world.pass(DEAD_AFTER_MS + 2_000);
    expect(silent.closed).toBe(true);
    expect(closed).toBeGreaterThan(0);
    expect(world.sockets.length).toBeGreaterThan(1);
  });

  it('counts what it cannot read and goes on', () => {
    say(snapshot());
    world.last.onmessage!({ data: '{broken' });
    say({ type: 'from the future' });
    world.last.onmessage!({ data: new ArrayBuffer(3) });
    say(alarmMessage);
    expect(unreadable).toEqual(['message', 'message', 'frame']);
    expect(messages.at(-1)?.type).toBe('alarm');
  });

  it('tries at once when asked, and never twice', () => {
    world.last.onclose!({ code: 1006 });
    connection.retryNow();
    expect(world.sockets).toHaveLength(2);
    connection.retryNow();
    world.pass(400);
    expect(world.sockets).toHaveLength(2);
  });

  it('stays away after stop', () => {
    const socket = world.last;
    connection.stop();
    world.pass(60_000);
    expect(socket.closed).toBe(true);
    expect(world.sockets).toHaveLength(1);
  });
});

describe('pauseMs', () => {
  it('spreads clients apart and never exceeds ten seconds', () => {
    expect(pauseMs(0, 0)).toBe(375);
    expect(pauseMs(0, 1)).toBe(625);
    expect(pauseMs(40, 1)).toBe(10_000);
  });
});

describe('readMessage', () => {
  it('knows every message the contract names', () => {
    const named = Object.keys(asyncapi.channels.live.messages).filter((kind) => kind !== 'positions');
    expect(named).toContain('muster');
    for (const type of named) expect(readMessage(JSON.stringify({ type }))?.type).toBe(type);
  });

  it('knows its messages and nothing else', () => {
    expect(readMessage(JSON.stringify(alarmMessage))?.type).toBe('alarm');
    for (const text of ['', 'null', '7', '[]', '{"type":7}', '{"type":"x"}', '{"type":"toString"}'])
      expect(readMessage(text)).toBeNull();
  });
});
