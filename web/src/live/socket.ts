/**
 * The live connection: one snapshot, then deltas and binary frames in order. It reconnects for ever, with growing
 * pauses, and each new connection starts from a new snapshot, so nothing has to be caught up.
 */

import type { LiveMessage } from '../api/types.gen';
import type { PositionFrame } from '../map/port';
import { decodeFrame, FrameError } from './frame';

/** The server closes a client that cannot keep up with this code; a new connection heals it at once. */
export const CLOSE_TOO_SLOW = 4408;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** A connection that says nothing for this long is dead, whatever the network believes. */
export const DEAD_AFTER_MS = 6_000;

export interface LiveHandlers {
  opened(): void;
  closed(): void;
  /** Any word from the server, at local time `now_ms`. */
  heard(now_ms: number): void;
  message(message: LiveMessage, now_ms: number): void;
  frame(frame: PositionFrame, now_ms: number): void;
  /** Something that could not be read; it was left out and counted. */
  unreadable(reason: string): void;
}

/** What the connection needs from the world; a test gives its own. */
export interface LiveWorld {
  open(url: string): WebSocket;
  now(): number;
  after(ms: number, run: () => void): () => void;
  random(): number;
}

/** Every kind of message, by the contract's own type: one that is left out does not compile. */
const KNOWN: Readonly<Record<LiveMessage['type'], true>> = {
  snapshot: true,
  people: true,
  alarm: true,
  flood: true,
  crossing: true,
  readings: true,
  weather: true,
  tag: true,
  camera: true,
  muster: true,
  connection: true,
  plant: true,
};

/** Pause before attempt n (0, 1, 2 …), milliseconds: doubling, capped, spread by ±25 % so clients do not return in step. */
export function pauseMs(attempt: number, random: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.75 + 0.5 * random);
}

/** Reads a text frame; null when it is not a message this page knows. */
export function readMessage(text: string): LiveMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof value !== 'object' || value === null || !('type' in value)) return null;
  return typeof value.type === 'string' && Object.hasOwn(KNOWN, value.type) ? (value as LiveMessage) : null;
}

/** A connection that keeps itself alive until `stop`. */
export class LiveConnection {
  readonly #url: string;
  readonly #handlers: LiveHandlers;
  readonly #world: LiveWorld;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #heard_ms = 0;
  #stopped = true;
  #hasSnapshot = false;
  #cancelPause: (() => void) | null = null;
  #cancelWatch: (() => void) | null = null;

  constructor(url: string, handlers: LiveHandlers, world: LiveWorld) {
    this.#url = url;
    this.#handlers = handlers;
    this.#world = world;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPause?.();
    this.#drop();
  }

  /** Tries now instead of at the end of the pause (the network came back, the operator asked). */
  retryNow(): void {
    if (this.#stopped || this.#socket !== null) return;
    this.#cancelPause?.();
    this.#connect();
  }

  #connect(): void {
    this.#cancelPause = null;
    const socket = this.#world.open(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#hasSnapshot = false;
    this.#heard_ms = this.#world.now();
    socket.onopen = () => this.#handlers.opened();
    socket.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data);
    socket.onclose = (event: CloseEvent) => this.#lost(event.code === CLOSE_TOO_SLOW);
    this.#watch();
  }

  #receive(data: unknown): void {
    const now_ms = this.#world.now();
    this.#heard_ms = now_ms;
    this.#handlers.heard(now_ms);
    if (typeof data === 'string') {
      const message = readMessage(data);
      if (message === null) {
        this.#handlers.unreadable('message');
        return;
      }
      if (message.type === 'snapshot') {
        this.#hasSnapshot = true;
        this.#attempt = 0;
      }
      // A delta without the snapshot it belongs to would be a picture of nothing.
      if (this.#hasSnapshot) this.#handlers.message(message, now_ms);
    } else if (data instanceof ArrayBuffer) {
      if (!this.#hasSnapshot) return;
      try {
        this.#handlers.frame(decodeFrame(data), now_ms);
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        this.#handlers.unreadable('frame');
      }
    }
  }

  #watch(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = this.#world.after(1_000, () => {
      if (this.#world.now() - this.#heard_ms > DEAD_AFTER_MS) this.#lost(false);
      else this.#watch();
    });
  }

  #lost(again: boolean): void {
    this.#drop();
    this.#handlers.closed();
    if (this.#stopped) return;
    const pause = again ? 0 : pauseMs(this.#attempt, this.#world.random());
    this.#attempt += 1;
    this.#cancelPause = this.#world.after(pause, () => this.#connect());
  }

  #drop(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/** The browser's own socket, clock and timers. */
export function browserWorld(now: () => number): LiveWorld {
  return {
    open: (url) => new WebSocket(url),
    now,
    after: (ms, run) => {
      const id = window.setTimeout(run, ms);
      return () => window.clearTimeout(id);
    },
    random: Math.random,
  };
}
