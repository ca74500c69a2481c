/**
 * One operator's session with one plant: folds the live connection into the stores, reads the records, and beats once
 * a second so that ages go on counting when nothing arrives.
 */

import { batch } from '@preact/signals';
import { api, RequestError } from '../api/client';
import { reason } from '../api/fault';
import type { LiveMessage, SnapshotMessage } from '../api/types.gen';
import type { PositionFrame } from '../map/port';
import { changeAlarm, floodSince, replaceAlarms } from '../store/alarms';
import * as live from '../store/live';
import { changeMuster, muster } from '../store/muster';
import { indexed, models, modelsMissing, records, recordsFault } from '../store/records';
import type { FrameListener, Source } from '../store/session';
import { liveFeed as feed } from '../store/stage';
import { ServerClock } from './clock';
import { judge } from './liveness';
import { Positions } from './positions';
import { LiveConnection, type LiveWorld } from './socket';

const BEAT_MS = 1_000;
/** Pause before records or models that could not be read are asked for again. */
const READ_AGAIN_MS = 5_000;

export class Session implements Source {
  readonly positions = new Positions();
  readonly clock = new ServerClock();
  readonly #plant: string;
  readonly #world: LiveWorld;
  readonly #connection: LiveConnection;
  readonly #listeners = new Set<FrameListener>();
  #open = false;
  #heard_ms: number | null = null;
  #age_ms: number | null = null;
  #ageGiven_ms: number | null = null;
  #newest_ms = 0;
  #records = '';
  #reading: AbortController | null = null;
  #cancelBeat: (() => void) | null = null;

  constructor(plant: string, url: string, world: LiveWorld) {
    this.#plant = plant;
    this.#world = world;
    this.#connection = new LiveConnection(
      url,
      {
        opened: () => this.#opened(),
        closed: () => this.#closed(),
        heard: (now) => (this.#heard_ms = now),
        message: (message, now) => batch(() => this.#fold(message, now)),
        frame: (frame, now) => this.#frame(frame, now),
        unreadable: () => (live.unreadable.value += 1),
      },
      world,
    );
  }

  start(): void {
    this.#connection.start();
    this.#beat();
  }

  stop(): void {
    this.#cancelBeat?.();
    this.#reading?.abort();
    this.#connection.stop();
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  onFrame(listener: FrameListener): () => void {
    this.#listeners.add(listener);
    if (this.positions.frame !== null) listener(this.positions.table, this.positions.frame);
    return () => this.#listeners.delete(listener);
  }

  #opened(): void {
    this.#open = true;
    this.clock.reset();
  }

  #closed(): void {
    this.#open = false;
    this.#judge();
  }

  #frame(frame: PositionFrame, now_ms: number): void {
    if (!this.positions.setFrame(frame)) return;
    if (frame.t_ms > this.#newest_ms) {
      this.#newest_ms = frame.t_ms;
      this.#age_ms = Math.max(0, this.clock.at(now_ms) - frame.t_ms);
      this.#ageGiven_ms = now_ms;
    }
    for (const listener of this.#listeners) listener(this.positions.table, frame);
  }

  #fold(message: LiveMessage, now_ms: number): void {
    switch (message.type) {
      case 'snapshot':
        this.#snapshot(message, now_ms);
        break;
      case 'people':
        this.#people(message.people);
        break;
      case 'alarm':
        changeAlarm(message.alarm);
        break;
      case 'flood':
        feed.set(floodSince, message.since);
        break;
      case 'crossing':
        feed.set(live.inside, live.crossed(feed.get(live.inside), message.crossing));
        break;
      case 'readings':
        feed.set(
          live.readings,
          live.merged(feed.get(live.readings), message.readings, (row) => row.sensor),
        );
        break;
      case 'weather':
        feed.set(live.weather, message.weather);
        break;
      case 'tag':
        feed.set(
          live.tags,
          live.merged(feed.get(live.tags), [message.tag], (row) => row.tag),
        );
        break;
      case 'camera':
        feed.set(
          live.cameras,
          live.merged(feed.get(live.cameras), [message.camera], (row) => row.camera),
        );
        break;
      case 'muster':
        changeMuster(message);
        break;
      case 'connection':
        this.#connectionSays(message.connection, now_ms);
        break;
      case 'plant':
        this.#readRecords(message.records);
        break;
    }
  }

  #snapshot(snapshot: SnapshotMessage, now_ms: number): void {
    this.clock.sample(Date.parse(snapshot.server_time), now_ms);
    live.head.value = snapshot.plant;
    live.roles.value = snapshot.roles;
    live.levels.value = snapshot.levels;
    this.#people(snapshot.people);
    feed.set(live.inside, snapshot.inside);
    feed.set(floodSince, snapshot.flood_since);
    replaceAlarms(snapshot.alarms);
    feed.set(live.readings, new Map(snapshot.readings.map((row) => [row.sensor, row])));
    feed.set(live.weather, snapshot.weather);
    feed.set(live.tags, new Map(snapshot.tags.map((row) => [row.tag, row])));
    feed.set(live.cameras, new Map(snapshot.cameras.map((row) => [row.camera, row])));
    muster.value = snapshot.muster;
    this.#newest_ms = 0;
    this.#connectionSays(snapshot.connection, now_ms);
    this.#readRecords(snapshot.records);
  }

  #people(table: SnapshotMessage['people']): void {
    feed.set(live.people, table);
    this.positions.setTable(table);
  }

  #connectionSays(connection: SnapshotMessage['connection'], now_ms: number): void {
    this.clock.sample(Date.parse(connection.server_time), now_ms);
    live.connection.value = connection;
    const age = connection.movers > 0 ? connection.positions_age_ms : connection.data_age_ms;
    if (age !== null || this.#newest_ms === 0) {
      this.#age_ms = age;
      this.#ageGiven_ms = now_ms;
    }
    this.#judge();
  }

  #judge(): void {
    const now_ms = this.#world.now();
    const next = judge({
      now_ms,
      open: this.#open,
      heard_ms: this.#heard_ms,
      age_ms: this.#age_ms,
      age_given_ms: this.#ageGiven_ms,
    });
    live.liveness.value = next;
  }

  #beat(): void {
    batch(() => {
      live.wall_ms.value = this.clock.at(this.#world.now());
      feed.set(live.now_ms, live.wall_ms.value);
      const counted = this.positions.count();
      const before = feed.get(live.heads);
      if (JSON.stringify(counted) !== JSON.stringify(before)) feed.set(live.heads, counted);
      this.#judge();
    });
    this.#cancelBeat = this.#world.after(BEAT_MS, () => this.#beat());
  }

  /** Reads the records unless those of this mark are already here; tries again until they are. */
  #readRecords(mark: string): void {
    if (mark === this.#records) return;
    this.#records = mark;
    this.#reading?.abort();
    const reading = new AbortController();
    this.#reading = reading;
    void this.#readUntilDone(reading.signal);
  }

  async #readUntilDone(signal: AbortSignal): Promise<void> {
    const readRecords = async () => {
      const read = await api.records(this.#plant, signal);
      feed.set(records, indexed(read));
      recordsFault.value = null;
    };
    const readModels = async () => {
      models.value = await api.models(this.#plant, signal);
      modelsMissing.value = false;
    };
    await Promise.all([
      this.#retrying(signal, readRecords, (error) => (recordsFault.value = reason(error))),
      this.#retrying(signal, readModels, () => (modelsMissing.value = true)),
    ]);
  }

  async #retrying(signal: AbortSignal, read: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      try {
        await read();
        return;
      } catch (error) {
        if (signal.aborted) return;
        // Whatever it was, the picture goes on and the operator is told; what is not the network's fault is ours.
        if (!(error instanceof RequestError)) console.error('records:', error);
        failed(error);
      }
      await new Promise<void>((resolve) => this.#world.after(READ_AGAIN_MS, resolve));
    }
  }
}

/** Where the live connection of a plant is, on the host the page came from. */
export function liveUrl(plant: string, page: Location): string {
  const scheme = page.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${page.host}/ws/v1/live?plant=${encodeURIComponent(plant)}`;
}
