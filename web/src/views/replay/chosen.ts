/** The tracks of chosen people over the whole span, as bands, and a sensor's trend: read when they are asked for. */

import { useEffect, useState } from 'preact/hooks';
import { api } from '../../api/client';
import type { SeriesRecord } from '../../api/types.gen';
import { siteToLonLat } from '../../scene/site';
import { contains } from '../../store/place';
import { records, type Records } from '../../store/records';
import { bandsOf, type Bands } from './bands';
import { readTracks, type Quality } from './reading';

const DANGER = ['red', 'orange', 'yellow', 'blue'];
/** What is being grown into is read again after this, milliseconds. */
const SETTLE_MS = 250;

/** Which zone a place is in, the most dangerous first. */
export function zoneFinder(read: Records): (x_m: number, y_m: number) => string | null {
  const zones = read.zones.toSorted((a, b) => DANGER.indexOf(a.colour) - DANGER.indexOf(b.colour));
  const origin = { lon: read.plant.frame.origin_lon, lat: read.plant.frame.origin_lat };
  let last: string | null = null;
  let at: [number, number] = [NaN, NaN];
  return (x_m, y_m) => {
    // Within half a metre the answer is the same.
    if (Math.hypot(x_m - at[0], y_m - at[1]) < 0.5) return last;
    at = [x_m, y_m];
    const [lon, lat] = siteToLonLat(origin, x_m, y_m);
    last = zones.find((zone) => contains(zone.geometry, lon, lat))?.code ?? null;
    return last;
  };
}

export function useBands(
  plant: string,
  people: readonly string[],
  from_ms: number,
  to_ms: number,
  quality: Quality,
): ReadonlyMap<string, Bands> {
  const [bands, setBands] = useState<ReadonlyMap<string, Bands>>(new Map());
  const here = records.value !== null;
  const asked = `${people.join()} ${from_ms} ${to_ms} ${quality} ${here}`;
  useEffect(() => {
    const read = records.peek();
    if (people.length === 0 || read === null) {
      setBands(new Map());
      return undefined;
    }
    const reading = new AbortController();
    const timer = window.setTimeout(() => {
      readTracks(plant, quality, from_ms, to_ms, reading.signal, people).then(
        ({ block }) => {
          const zoneAt = zoneFinder(read);
          setBands(new Map(people.map((id) => [id, bandsOf(block, id, from_ms, to_ms, zoneAt)])));
        },
        (error: unknown) => {
          if (!reading.signal.aborted) console.warn('bands:', error);
        },
      );
    }, SETTLE_MS);
    return () => {
      window.clearTimeout(timer);
      reading.abort();
    };
  }, [plant, asked]);
  return bands;
}

export function useTrend(plant: string, sensor: string | null, from_ms: number, to_ms: number): SeriesRecord | null {
  const [series, setSeries] = useState<SeriesRecord | null>(null);
  useEffect(() => {
    setSeries(null);
    if (sensor === null) return undefined;
    const reading = new AbortController();
    const timer = window.setTimeout(() => {
      api.series(plant, sensor, from_ms, to_ms, reading.signal).then(setSeries, (error: unknown) => {
        if (!reading.signal.aborted) console.warn('trend:', error);
      });
    }, SETTLE_MS);
    return () => {
      window.clearTimeout(timer);
      reading.abort();
    };
  }, [plant, sensor, from_ms, to_ms]);
  return series;
}
