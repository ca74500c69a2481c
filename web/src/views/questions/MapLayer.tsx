import { signal } from '@preact/signals';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import type { Sketch } from '../../map/port';
import { map } from '../../store/map';
import { records } from '../../store/records';
import type { Frame, Point } from '../fences/drawing/frame';
import { partsFrom, type DrawnGeometry } from '../fences/drawing/geojson';
import {
  centreOf,
  cornersOf,
  moved,
  partsOf,
  withCorner,
  withoutCorner,
  type Ring,
  type Shape,
} from '../fences/drawing/shape';
import { inTheMaking } from '../fences/tools';
import { answered, change, chosen, frame, question } from './asked';
import { encounterId, exceedanceId, visitId } from './columns';
import { CORRIDOR_M, drawing, finish, giveUp, pointer, points, press, undoPoint, type Slot } from './pad';
import { paths } from './paths';
import { around, type Spot } from './question';
import { w } from './words';

/** Rises whenever the picture under the drawing moved. */
const drawn = signal(0);
/** More marks than this would only hide each other. */
const MOST_MARKS = 600;

/** Where a place of the question is, site metres; null for what moves about or is not known. */
export function outlineOf(spot: Spot, by: Frame): Shape | null {
  const read = records.peek();
  const geometry = (of: DrawnGeometry | undefined): Shape | null =>
    of === undefined ? null : { kind: 'polygon', parts: partsFrom(by, of) };
  switch (spot.kind) {
    case 'drawn':
      return spot.shape;
    case 'fence':
      return geometry(read?.fence.get(spot.code)?.geometry);
    case 'zone':
      return geometry(read?.zone.get(spot.code)?.geometry);
    case 'point':
      return around(by.toSite(spot.lon, spot.lat), spot.radius_m);
    case 'asset': {
      const at = assetPlace(spot.code, by);
      return at === null ? null : around(at, spot.radius_m);
    }
    default:
      return null;
  }
}

/** The middle of what an asset covers, site metres. */
export function assetPlace(code: string, by: Frame): Point | null {
  const asset = records.peek()?.asset.get(code);
  if (asset === undefined) return null;
  const places = (asset.geometry as { coordinates?: unknown }).coordinates;
  const flat = (Array.isArray(places) ? places.flat(3) : []) as number[];
  const step = Array.isArray(places) && typeof places[0] === 'number' ? places.length : 2;
  const found: Point[] = [];
  for (let i = 0; i + 1 < flat.length; i += step) found.push(by.toSite(flat[i]!, flat[i + 1]!));
  if (found.length === 0) return null;
  const middle = (axis: 0 | 1): number => {
    const values = found.map((point) => point[axis]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  return [middle(0), middle(1)];
}

function useTicks(sketch: Sketch | null, by: Frame | null): void {
  const now = map.value;
  useEffect(() => {
    if (sketch === null || by === null || now === null) return undefined;
    let seen = '';
    return now.on('drawn', () => {
      const [a, b] = [sketch.toScreen(...by.toLonLat(0, 0), 0), sketch.toScreen(...by.toLonLat(100, 100), 0)];
      const text = `${a?.x_px.toFixed(1)} ${a?.y_px.toFixed(1)} ${b?.x_px.toFixed(1)} ${b?.y_px.toFixed(1)}`;
      if (text === seen) return;
      seen = text;
      drawn.value += 1;
    });
  }, [sketch, by, now]);
}

/** Takes the map's clicks while something is drawn or pointed at. */
function usePointer(sketch: Sketch | null, by: Frame | null): void {
  const busy = drawing.value !== null;
  // At once, not with the next picture: a click right after the tool was chosen is a corner already.
  useLayoutEffect(() => {
    if (sketch === null || by === null || !busy) return undefined;
    const release = sketch.take({
      press: (place) => press(by, place),
      move: (place) => {
        pointer.value = place === null ? null : by.toSite(place.lon, place.lat);
      },
      drawn: () => {},
    });
    sketch.cursor('crosshair');
    return () => {
      release();
      sketch.cursor('');
    };
  }, [sketch, by, busy]);
}

function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (drawing.peek() === null) return;
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select') !== null;
      if (event.key === 'Escape') giveUp();
      else if (typing) return;
      else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') undoPoint();
      else if (event.key === 'Enter' && points.peek().length > 0 && finish()) {
        // Made.
      } else return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
}

/** Moves what a handle belongs to while it is held. */
function hold(event: PointerEvent, sketch: Sketch, by: Frame, onMove: (to: Point) => void): void {
  event.preventDefault();
  event.stopPropagation();
  const box = (event.currentTarget as SVGElement).ownerSVGElement!.getBoundingClientRect();
  const move = (now: PointerEvent) => {
    const [lon, lat] = sketch.toLonLat(now.clientX - box.left, now.clientY - box.top);
    onMove(by.toSite(lon, lat));
  };
  const end = () => {
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', end);
    window.removeEventListener('pointercancel', end);
  };
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', end);
  window.addEventListener('pointercancel', end);
}

/** Places of the answer's rows. */
function marks(): { id: string; lon: number; lat: number }[] {
  const now = answered.value;
  if (now === null) return [];
  if (now.path === 'visits') return now.made.visits.slice(0, MOST_MARKS).map((row) => ({ ...row, id: visitId(row) }));
  if (now.path === 'near')
    return now.made.encounters.slice(0, MOST_MARKS).map((row) => ({ ...row, id: encounterId(row) }));
  if (now.path !== 'exceedances') return [];
  return now.made.exceedances.flatMap((row) =>
    row.lon === null || row.lat === null ? [] : [{ id: exceedanceId(row), lon: row.lon, lat: row.lat }],
  );
}

const SLOTS: readonly Slot[] = ['a', 'b'];

/** Over the map: the places of the question, what is being drawn, and the answer. */
export function MapLayer({ onMark }: { onMark: (id: string) => void }) {
  const sketch = map.value?.sketch ?? null;
  const by = frame.value;
  useTicks(sketch, by);
  usePointer(sketch, by);
  useKeys();
  void drawn.value;
  void records.value;
  if (sketch === null || by === null) return null;

  const at = (point: Point): { x: number; y: number } | null => {
    const place = sketch.toScreen(...(by.toLonLat(point[0], point[1]) as [number, number]), 0);
    return place === null ? null : { x: place.x_px, y: place.y_px };
  };
  const path = (ring: Ring, closed: boolean): string => {
    const places = ring.map(at);
    if (places.length === 0 || places.some((place) => place === null)) return '';
    return `M${places.map((place) => `${place!.x.toFixed(1)} ${place!.y.toFixed(1)}`).join('L')}${closed ? 'Z' : ''}`;
  };
  const area = (shape: Shape): string =>
    partsOf(shape)
      .flat()
      .map((ring) => path(ring, true))
      .join('');

  const under = drawing.value;
  const so = points.value;
  const tip = under === null ? null : pointer.value;
  const making = under === null || under.tool === 'point' ? null : inTheMaking(under.tool, so, tip, CORRIDOR_M);
  const now = question.value;
  const places = SLOTS.flatMap((slot) => {
    const spot = now[slot];
    const shape = spot === null ? null : outlineOf(spot, by);
    return spot === null || shape === null ? [] : [{ slot, spot, shape }];
  });
  const set = (slot: Slot, shape: Shape) => change({ [slot]: { kind: 'drawn', shape } });

  return (
    <svg class="asked" aria-label={w('drawing.label')} data-testid="asked" data-points={so.length}>
      {places.map(({ slot, spot, shape }) => {
        const middle = centreOf(shape);
        const middleAt = middle === null ? null : at(middle);
        return (
          <g key={slot}>
            <path class={under?.slot === slot ? 'asked-area is-old' : 'asked-area'} d={area(shape)} />
            {now.kind === 'ways' && middleAt !== null && (
              <g class="asked-letter" transform={`translate(${middleAt.x.toFixed(1)} ${middleAt.y.toFixed(1)})`}>
                <circle r="10" />
                <text text-anchor="middle" y="4">
                  {slot.toUpperCase()}
                </text>
              </g>
            )}
            {spot.kind === 'drawn' && under === null && middle !== null && middleAt !== null && (
              <g
                class="asked-move"
                data-testid="asked-move"
                transform={`translate(${middleAt.x.toFixed(1)} ${(middleAt.y - (now.kind === 'ways' ? 26 : 0)).toFixed(1)})`}
                onPointerDown={(event) =>
                  hold(event, sketch, by, (to) => set(slot, moved(shape, [to[0] - middle[0], to[1] - middle[1]])))
                }
              >
                <circle r="10" />
                <path d="M0-6V6M-6 0H6M-3-3 0-6 3-3M-3 3 0 6 3 3M-3-3-6 0-3 3M3-3 6 0 3 3" />
              </g>
            )}
            {spot.kind === 'drawn' &&
              under === null &&
              cornersOf(shape).map((item) => {
                const place = at(item.point);
                return (
                  place !== null && (
                    <circle
                      key={`${item.at.part} ${item.at.ring} ${item.at.index}`}
                      class="asked-corner"
                      data-testid="asked-corner"
                      cx={place.x}
                      cy={place.y}
                      r={5}
                      onContextMenu={(event) => {
                        event.preventDefault();
                        set(slot, withoutCorner(shape, item.at));
                      }}
                      onPointerDown={(event) =>
                        event.button === 0 && hold(event, sketch, by, (to) => set(slot, withCorner(shape, item.at, to)))
                      }
                    >
                      <title>{w('corner', { n: item.at.index + 1 })}</title>
                    </circle>
                  )
                );
              })}
          </g>
        );
      })}
      {paths.value.map(({ subject, runs }, i) => (
        <path
          key={subject}
          class={i === 0 ? 'asked-path' : 'asked-path is-second'}
          data-testid="asked-path"
          d={runs.map((run) => path(run, false)).join('')}
        />
      ))}
      {marks().map((mark) => {
        const place = at(by.toSite(mark.lon, mark.lat));
        return (
          place !== null && (
            <circle
              key={mark.id}
              class={chosen.value === mark.id ? 'asked-mark is-chosen' : 'asked-mark'}
              data-testid="asked-mark"
              cx={place.x}
              cy={place.y}
              r={chosen.value === mark.id ? 7 : 4}
              onClick={() => onMark(mark.id)}
            />
          )
        );
      })}
      {making !== null && <path class="asked-area is-making" d={area(making)} />}
      {so.length > 0 && <path class="asked-line" d={path(tip === null ? so : [...so, tip], false)} />}
      {so.map((point, i) => {
        const place = at(point);
        return (
          place !== null && (
            <circle key={i} class={i === 0 ? 'asked-point is-first' : 'asked-point'} cx={place.x} cy={place.y} r={4} />
          )
        );
      })}
    </svg>
  );
}
