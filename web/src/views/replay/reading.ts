/** What a replay reads from the twin. */

import { RequestError } from '../../api/client';
import type { ReplayEvents } from '../../api/types.gen';
import { decodeTracks, type TrackBlock, TracksError } from './tracks';
import { wall_ms } from '../../store/live';
import type { Segment } from './segments';

export type Quality = 'measured' | 'smoothed';

export interface TrackSegment extends Segment {
  block: TrackBlock;
}

export interface ReadingsSegment extends Segment {
  events: ReplayEvents;
}

const TIMEOUT_MS = 20_000;
/** A stretch that ends later than this before the present may still grow. */
const SETTLED_MS = 20_000;
const AGAIN_MS = 10_000;
/** Values of each sensor in five minutes. */
const POINTS = 100;

async function get(path: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new RequestError(
      error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'network',
      0,
      null,
    );
  }
  if (response.ok) return response;
  const kind = response.status === 503 ? 'unavailable' : response.status === 403 ? 'forbidden' : 'server';
  throw new RequestError(kind, response.status, null);
}

const path = (plant: string, what: string, query: URLSearchParams): string =>
  `/api/v1/plants/${encodeURIComponent(plant)}/replay/${what}?${query}`;

const stretch = (from_ms: number, to_ms: number): URLSearchParams =>
  new URLSearchParams({ from: String(Math.round(from_ms)), to: String(Math.round(to_ms)) });

function again(to_ms: number): number | null {
  return to_ms > wall_ms.peek() - SETTLED_MS ? performance.now() + AGAIN_MS : null;
}

export async function readTracks(
  plant: string,
  quality: Quality,
  from_ms: number,
  to_ms: number,
  signal: AbortSignal,
  subjects: readonly string[] | null = null,
): Promise<TrackSegment> {
  const query = stretch(from_ms, to_ms);
  query.set('quality', quality);
  for (const subject of subjects ?? []) query.append('subjects', subject);
  const answer = await get(path(plant, 'tracks', query), signal);
  try {
    const block = decodeTracks(await answer.arrayBuffer());
    return { block, bytes: block.bytes, again_ms: again(to_ms) };
  } catch (error) {
    if (!(error instanceof TracksError)) throw error;
    console.warn('tracks:', error.message);
    throw new RequestError('server', 0, null);
  }
}

/** Everything that happened in a stretch but the readings. */
export async function readEvents(plant: string, from_ms: number, to_ms: number, signal: AbortSignal) {
  const answer = await get(path(plant, 'events', stretch(from_ms, to_ms)), signal);
  return (await answer.json()) as ReplayEvents;
}

export async function readReadings(
  plant: string,
  from_ms: number,
  to_ms: number,
  signal: AbortSignal,
): Promise<ReadingsSegment> {
  const query = stretch(from_ms, to_ms);
  query.set('points', String(POINTS));
  const answer = await get(path(plant, 'events', query), signal);
  const text = await answer.text();
  return { events: JSON.parse(text) as ReplayEvents, bytes: text.length, again_ms: again(to_ms) };
}
