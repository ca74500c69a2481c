/**
 * One replay: a clock, what it shows, and the past around it. It feeds the same stores as the live session, so map,
 * lists and inspectors show the replayed instant without knowing of it.
 */

import { batch, effect, signal, untracked } from '@preact/signals';
import { Positions } from '../../live/positions';
import type { PositionFrame } from '../../map/port';
import { alarms } from '../../store/alarms';
import * as live from '../../store/live';
import { records } from '../../store/records';
import { replayState, type ReplayRequest } from '../../store/replay';
import { following } from '../../store/selection';
import { liveSession, type FrameListener, type Source } from '../../store/session';
import { liveFeed, replayFeed as feed } from '../../store/stage';
import { DEFAULT_TRAIL_S, readReplay, writeReplay, type ReplayView } from './address';
import { advanced, goneTo, neighbour, shuttled, spanned, type Clock } from './clock';
import { alarmsAt, insideAt, upTo, weatherAt } from './past';
import type { Quality } from './reading';
import { Recording } from './recording';

/** Lists and panels follow the clock this often; the map follows every frame. */
const TELL_MS = 400;
const ADDRESS_MS = 500;
const HALF_HOUR_MS = 1_800_000;
/** Real time passed between two frames is never taken for more: a page that slept does not leap. */
const LONGEST_TICK_MS = 500;

function asView(asked: ReplayRequest | string, now_ms: number): ReplayView {
  const text = typeof asked === 'string' ? readReplay(asked) : null;
  if (text !== null) return text;
  const request = typeof asked === 'string' ? { at_ms: now_ms - 300_000 } : asked;
  return {
    at_ms: request.at_ms,
    from_ms: request.from_ms ?? request.at_ms - HALF_HOUR_MS,
    to_ms: request.to_ms ?? request.at_ms + HALF_HOUR_MS,
    speed: 1,
    playing: false,
    quality: 'measured',
    trail_s: DEFAULT_TRAIL_S,
    people: request.people ?? [],
    only: false,
    follow: request.follow ?? null,
    sensor: null,
    offset_ms: null,
  };
}

export class ReplaySession implements Source {
  readonly positions = new Positions();
  readonly plant: string;
  readonly clock = signal<Clock>({ at_ms: 0, from_ms: 0, to_ms: 1, playing: false, speed: 1 });
  readonly quality = signal<Quality>('measured');
  readonly trail_s = signal(DEFAULT_TRAIL_S);
  readonly people = signal<readonly string[]>([]);
  readonly only = signal(false);
  readonly sensor = signal<string | null>(null);
  readonly offset_ms = signal<number | null>(null);
  /** Counts what was read, so that whoever draws the past draws it again. */
  readonly read = signal(0);
  readonly recording: Recording;
  readonly #listeners = new Set<FrameListener>();
  readonly #stops: (() => void)[] = [];
  #tick = 0;
  #last_ms = 0;
  #told_ms = -Infinity;
  #marks = '';
  #timer = 0;
  #addressed = 0;

  constructor(plant: string, asked: ReplayRequest | string) {
    this.plant = plant;
    this.recording = new Recording(plant, 'measured', () => {
      this.read.value += 1;
      // What comes next in line is asked for when something has arrived.
      this.#want();
      this.#show();
      this.#tell(false);
    });
    this.go(asked);
    this.#stops.push(
      effect(() => {
        this.recording.quality = this.quality.value;
        untracked(() => this.#want());
      }),
      effect(() => {
        void this.trail_s.value;
        untracked(() => this.#want());
      }),
      effect(() => {
        void [this.people.value, this.only.value];
        untracked(() => this.#show());
      }),
      effect(() => {
        // The plant's records come with the live session, perhaps later than the past.
        void liveFeed.watched(records);
        untracked(() => this.#tell(true));
      }),
      effect(() => this.#address()),
    );
  }

  /** Goes to what was asked: an instant, or a whole shared view. */
  go(asked: ReplayRequest | string): void {
    const now_ms = live.wall_ms.peek();
    const view = asView(asked, now_ms);
    const span = spanned(view.from_ms, view.to_ms, now_ms);
    batch(() => {
      const { speed, playing } = view;
      this.clock.value = goneTo({ ...span, at_ms: span.from_ms, speed, playing: false }, view.at_ms, now_ms);
      this.quality.value = view.quality;
      this.trail_s.value = view.trail_s;
      this.people.value = view.people;
      this.only.value = view.only && view.people.length > 0;
      this.sensor.value = view.sensor;
      this.offset_ms.value = view.offset_ms;
      if (view.follow !== null) following.value = view.follow;
      if (playing) this.#set({ ...this.clock.value, playing: true });
    });
    this.recording.cover(span.from_ms, span.to_ms);
    this.#want();
    this.#tell(true);
  }

  onFrame(listener: FrameListener): () => void {
    this.#listeners.add(listener);
    listener(this.positions.table, this.#frame());
    return () => this.#listeners.delete(listener);
  }

  retryNow(): void {
    liveSession.value?.retryNow();
  }

  /** Another state of the clock; starts and stops the beat. */
  #set(next: Clock): void {
    this.clock.value = next;
    if (next.playing && this.#tick === 0) {
      this.#last_ms = performance.now();
      this.#tick = requestAnimationFrame((now) => this.#beat(now));
    }
  }

  #beat(now: number): void {
    this.#tick = 0;
    const passed = Math.min(LONGEST_TICK_MS, Math.max(0, now - this.#last_ms));
    this.#last_ms = now;
    const clock = this.clock.peek();
    if (!clock.playing) return;
    // While the past is still being read, time stands: nothing is skipped unseen.
    const moved = this.recording.has(clock.at_ms) ? advanced(clock, passed) : clock;
    this.#set(moved);
    this.#show();
    this.#want();
    this.#tell(!moved.playing);
  }

  /** Every change of the clock by hand comes through here. */
  #moved(next: Clock): void {
    this.#set(next);
    this.#want();
    this.#show();
    this.#tell(false);
  }

  seek(at_ms: number): void {
    const next = goneTo(this.clock.peek(), at_ms, live.wall_ms.peek());
    this.#moved(next);
    this.recording.cover(next.from_ms, next.to_ms);
  }

  span(from_ms: number, to_ms: number): void {
    const clock = this.clock.peek();
    const span = spanned(from_ms, to_ms, live.wall_ms.peek());
    const at_ms = Math.min(span.to_ms, Math.max(span.from_ms, clock.at_ms));
    this.#moved({ ...clock, ...span, at_ms });
    this.recording.cover(span.from_ms, span.to_ms);
  }

  toggle(): void {
    const clock = this.clock.peek();
    const ended = clock.speed > 0 ? clock.at_ms >= clock.to_ms : clock.at_ms <= clock.from_ms;
    const at_ms = !clock.playing && ended ? (clock.speed > 0 ? clock.from_ms : clock.to_ms) : clock.at_ms;
    this.#moved({ ...clock, at_ms, playing: !clock.playing });
  }

  pause(): void {
    this.#moved({ ...this.clock.peek(), playing: false });
  }

  shuttle(direction: 1 | -1): void {
    this.#moved(shuttled(this.clock.peek(), direction));
  }

  setSpeed(speed: number): void {
    this.#moved({ ...this.clock.peek(), speed });
  }

  step(ms: number): void {
    this.pause();
    this.seek(this.clock.peek().at_ms + ms);
  }

  /** To the next fix of the followed or first chosen person, else of anybody. */
  stepFix(direction: 1 | -1): void {
    this.pause();
    const { at_ms } = this.clock.peek();
    const id = following.peek() ?? this.people.peek()[0] ?? null;
    const to = neighbour(this.recording.fixTimes(at_ms, id), at_ms, direction);
    if (to !== null) this.seek(to);
  }

  /** To the next alarm raised, or crossing (of the chosen people, if there are any); false when there is none. */
  jump(to: 'alarm' | 'crossing', direction: 1 | -1): boolean {
    const past = this.recording.past;
    if (past === null) return false;
    const chosen = this.people.peek();
    const times =
      to === 'alarm'
        ? past.raised.map((one) => one.t_ms)
        : past.events.crossings
            .filter((one) => chosen.length === 0 || chosen.includes(one.subject))
            .map((one) => Date.parse(one.t));
    const found = neighbour(times, this.clock.peek().at_ms, direction);
    if (found === null) return false;
    this.seek(found);
    return true;
  }

  choose(id: string, on: boolean): void {
    const others = this.people.peek().filter((one) => one !== id);
    this.people.value = on ? [...others, id] : others;
    if (this.people.value.length === 0) this.only.value = false;
  }

  get direction(): 1 | -1 {
    return this.clock.peek().speed < 0 ? -1 : 1;
  }

  #want(): void {
    const { at_ms, from_ms, to_ms } = this.clock.peek();
    this.recording.want(at_ms, this.trail_s.peek() * 1000, this.direction, from_ms, to_ms);
  }

  /** Whether a mover is drawn. */
  shows(id: string): boolean {
    return !this.only.peek() || this.people.peek().includes(id);
  }

  #frame(): PositionFrame {
    return this.recording.frame(this.clock.peek().at_ms, (id) => this.shows(id));
  }

  /** Positions of the instant, to the map and to whoever asks. */
  #show(): void {
    const { table } = this.recording;
    if (this.positions.table.table !== table.table) {
      this.positions.setTable(table);
      feed.set(live.people, table);
    }
    const frame = this.#frame();
    this.positions.setFrame(frame);
    for (const listener of this.#listeners) listener(this.positions.table, frame);
  }

  /** Everything else of the instant, at a pace that lists can follow; the last change always arrives. */
  #tell(now: boolean): void {
    const wait = this.#told_ms + TELL_MS - performance.now();
    if (!now && wait > 0) {
      if (this.#timer === 0) this.#timer = window.setTimeout(() => this.#tell(true), wait);
      return;
    }
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    this.#told_ms = performance.now();
    const { at_ms } = this.clock.peek();
    const { past } = this.recording;
    batch(() => {
      feed.set(live.now_ms, at_ms);
      feed.set(live.heads, this.recording.has(at_ms) ? this.positions.count() : null);
      const base = liveFeed.get(records);
      const version = this.recording.versionsAt(at_ms);
      const marks = past === null ? '' : [upTo(past.alarm_ms, at_ms), upTo(past.crossing_ms, at_ms)].join();
      const mark = `${marks} ${version} ${base?.plant.records} ${past?.from_ms}`;
      if (mark !== this.#marks) {
        this.#marks = mark;
        if (base !== null) feed.set(records, this.recording.recordsAt(base, at_ms));
        if (past !== null) {
          feed.set(alarms, alarmsAt(past, at_ms));
          feed.set(live.inside, insideAt(past, at_ms));
        }
      }
      if (past !== null) feed.set(live.weather, weatherAt(past, at_ms));
      const sensors = feed.get(records)?.sensor;
      if (sensors !== undefined) feed.set(live.readings, this.recording.readingsAt(at_ms, sensors));
    });
  }

  /** Keeps the address true, without writing it for every frame. */
  #address(): void {
    const text = writeReplay(this.view());
    window.clearTimeout(this.#addressed);
    if (this.clock.peek().playing && replayState.peek() !== '') {
      const since = performance.now() - this.#wrote_ms;
      if (since < ADDRESS_MS) return;
    }
    this.#wrote_ms = performance.now();
    this.#addressed = window.setTimeout(() => (replayState.value = text));
  }
  #wrote_ms = -Infinity;

  /** All there is to share. */
  view(): ReplayView {
    const { at_ms, from_ms, to_ms, speed, playing } = this.clock.value;
    return {
      at_ms,
      from_ms,
      to_ms,
      speed,
      playing,
      quality: this.quality.value,
      trail_s: this.trail_s.value,
      people: this.people.value,
      only: this.only.value,
      follow: following.value,
      sensor: this.sensor.value,
      offset_ms: this.offset_ms.value,
    };
  }

  stop(): void {
    cancelAnimationFrame(this.#tick);
    window.clearTimeout(this.#timer);
    window.clearTimeout(this.#addressed);
    for (const stop of this.#stops) stop();
    this.recording.stop();
  }
}
