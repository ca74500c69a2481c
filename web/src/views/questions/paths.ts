/** The ways of the people of a chosen row, on the ground. */

import { signal } from '@preact/signals';
import { TRACKS } from '../../api/types.gen';
import type { Point } from '../fences/drawing/frame';
import { readTracks } from '../replay/reading';
import type { TrackBlock } from '../replay/tracks';

export interface Path {
  subject: string;
  /** Stretches whose way is known, site metres. */
  runs: readonly (readonly Point[])[];
}

export const paths = signal<readonly Path[]>([]);
const MOST_POINTS = 1500;

/** A subject's known ways; what is too fine to see is thinned. Pure. */
export function runsOf(block: TrackBlock, subject: string): Point[][] {
  const s = block.index.get(subject);
  if (s === undefined) return [];
  const [first, end] = [block.starts[s]!, block.starts[s + 1]!];
  const every = Math.max(1, Math.ceil((end - first) / MOST_POINTS));
  const runs: Point[][] = [];
  for (let i = first; i < end; i++) {
    const apart = i === first || (block.status[i]! & TRACKS.BIT_APART) !== 0;
    if (apart) runs.push([]);
    const last = i + 1 === end || (block.status[i + 1]! & TRACKS.BIT_APART) !== 0;
    if (apart || last || (i - first) % every === 0) runs.at(-1)!.push([block.x_dm[i]! / 10, block.y_dm[i]! / 10]);
  }
  return runs.filter((run) => run.length > 1);
}

/** Reads and shows where these people went; an empty list takes the paths away. */
export async function showPaths(
  plant: string,
  subjects: readonly string[],
  from_ms: number,
  to_ms: number,
  signal: AbortSignal,
): Promise<void> {
  paths.value = [];
  if (subjects.length === 0) return;
  const { block } = await readTracks(plant, 'measured', from_ms, to_ms, signal, subjects);
  if (!signal.aborted) paths.value = subjects.map((subject) => ({ subject, runs: runsOf(block, subject) }));
}
