import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Sketch, SketchPrism } from '../../map/port';
import { map, view } from '../../store/map';
import { theme } from '../../store/preferences';
import { draft, drawingFaults, frame, judged, setShape } from './editor';
import type { Frame, Point } from './drawing/frame';
import {
  centreOf,
  cornersOf,
  distance,
  middlesOf,
  moved,
  partsOf,
  turned,
  withCorner,
  withNewCorner,
  withoutCorner,
  type Corner,
  type Ring,
  type Shape,
} from './drawing/shape';
import {
  caught,
  corner,
  corridorWidth_m,
  giveUp,
  finish,
  pointer,
  points,
  press,
  redoAny,
  resetPad,
  tool,
  undoAny,
} from './pad';
import { compared, trialPlaces } from './compared';
import { inTheMaking } from './tools';
import { w } from './words';

/** Rises whenever the picture under the drawing moved. */
const drawn = signal(0);
const same = (a: Corner | null, b: Corner): boolean =>
  a !== null && a.part === b.part && a.ring === b.ring && a.index === b.index;

/** A colour of the page's style, for the map. */
export const tone = (token: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(token).trim() || '#888888';

export function prismsOf(
  by: Frame,
  shape: Shape,
  heights: { z_min_m: number; z_max_m: number },
  colour: string,
  strength = 0.5,
): SketchPrism[] {
  return partsOf(shape).map((part) => ({
    rings: part.map((ring) => {
      const points = ring.map(([x, y]): [number, number] => [...by.toLonLat(x, y)]);
      return [...points, points[0]!];
    }),
    ...heights,
    colour,
    strength,
  }));
}

/** Takes the map's pointer while the editor is open. */
function usePointer(sketch: Sketch | null, by: Frame | null): void {
  useEffect(() => {
    if (sketch === null || by === null) return undefined;
    let seen = '';
    const release = sketch.take({
      press: (place) => press(by, place),
      move: (place) => {
        pointer.value = place === null ? null : caught(by, place);
      },
      drawn: () => {
        const [a, b] = [sketch.toScreen(...by.toLonLat(0, 0), 0), sketch.toScreen(...by.toLonLat(100, 100), 0)];
        const now = `${a?.x_px.toFixed(1)} ${a?.y_px.toFixed(1)} ${b?.x_px.toFixed(1)} ${b?.y_px.toFixed(1)}`;
        if (now === seen) return;
        seen = now;
        drawn.value += 1;
      },
    });
    drawn.value += 1;
    return () => {
      release();
      sketch.show([]);
      resetPad();
    };
  }, [sketch, by]);
}

/** Moves whatever a handle belongs to while it is held. */
function drag(event: PointerEvent, sketch: Sketch, by: Frame, onMove: (to: Point, alt: boolean) => void): void {
  event.preventDefault();
  event.stopPropagation();
  const handle = event.currentTarget as SVGElement;
  const box = handle.ownerSVGElement!.getBoundingClientRect();
  const move = (now: PointerEvent) => {
    const [lon, lat] = sketch.toLonLat(now.clientX - box.left, now.clientY - box.top);
    const found = caught(by, { lon, lat, alt: now.altKey });
    pointer.value = found;
    onMove(found.point, now.altKey);
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

let drags = 0;
const NUDGE: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

/** The drawing over the map: outline, handles, what the pointer would catch, faults where they are. */
export function SketchLayer() {
  const sketch = map.value?.sketch ?? null;
  const by = frame.value;
  usePointer(sketch, by);
  const svg = useRef<SVGSVGElement>(null);
  void drawn.value;
  const now = draft.value;
  const making = inTheMaking(tool.value, points.value, pointer.value?.point ?? null, corridorWidth_m.value);
  const comparing = compared.value;
  useEffect(() => {
    if (sketch === null || by === null) return;
    const heights =
      now === null ? { z_min_m: 0, z_max_m: 10 } : { z_min_m: now.fields.z_min_m, z_max_m: now.fields.z_max_m };
    if (comparing !== null) {
      sketch.show([
        ...prismsOf(by, comparing.before, comparing.beforeHeights, tone('--risk-red'), 0.45),
        ...prismsOf(by, comparing.after, comparing.afterHeights, tone('--risk-blue'), 0.55),
      ]);
    } else if (now !== null) {
      sketch.show(
        prismsOf(by, making !== null && points.value.length > 0 ? making : now.shape, heights, tone('--accent')),
      );
    } else sketch.show([]);
  }, [sketch, by, now?.shape, now?.fields.z_min_m, now?.fields.z_max_m, making, comparing, theme.value]);
  useEffect(() => {
    sketch?.cursor(now !== null && tool.value !== 'select' ? 'crosshair' : '');
  }, [sketch, now === null, tool.value]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (draft.peek() === null || document.querySelector('dialog[open]') !== null) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
        if (event.shiftKey) redoAny();
        else undoAny();
      } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'y') redoAny();
      else if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, button') !== null)
        return;
      else if (event.key === 'Enter' && points.peek().length > 0) finish();
      else if (event.key === 'Escape' && giveUp()) {
        // Given up.
      } else return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
  if (sketch === null || by === null) return null;

  const at = (point: Point): { x: number; y: number } | null => {
    const [lon, lat] = by.toLonLat(point[0], point[1]);
    const place = sketch.toScreen(lon, lat, 0);
    return place === null ? null : { x: place.x_px, y: place.y_px };
  };
  const path = (ring: Ring, closed: boolean): string => {
    const places = ring.map(at);
    if (places.length === 0 || places.some((place) => place === null)) return '';
    return `M${places.map((place) => `${place!.x.toFixed(1)} ${place!.y.toFixed(1)}`).join('L')}${closed ? 'Z' : ''}`;
  };
  const outline = (shape: Shape): string =>
    partsOf(shape)
      .flat()
      .map((ring) => path(ring, true))
      .join('');
  const placed = <T extends { point: Point }>(items: readonly T[]) =>
    items.flatMap((item) => {
      const place = at(item.point);
      return place === null ? [] : [{ ...item, ...place }];
    });
  const shape = now?.shape;
  const editing = shape !== undefined && tool.value === 'select' && comparing === null;
  const drawing = points.value;
  const catching = pointer.value;
  const pointerAt = catching === null || tool.value === 'select' ? null : at(catching.point);
  const middle = shape === undefined ? null : centreOf(shape);
  const middleAt = middle === null || !editing ? null : at(middle);
  const faults: { key: string; point: Point; text: string; warning: boolean }[] = [];
  if (comparing === null) {
    for (const [i, fault] of drawingFaults.value.entries()) {
      if (fault.place !== null)
        faults.push({ key: `d${i}`, point: fault.place, text: w(`fault.${fault.code}`), warning: false });
    }
    if (faults.length === 0) {
      for (const [i, fault] of (judged.value ?? []).entries()) {
        if (fault.lon === null || fault.lat === null) continue;
        faults.push({
          key: `s${i}`,
          point: by.toSite(fault.lon, fault.lat),
          text: w.fault(fault),
          warning: fault.warning,
        });
      }
    }
  }

  const hold = (event: PointerEvent, change: (from: Shape, to: Point) => Shape, first: Shape) => {
    const topic = `drag ${(drags += 1)}`;
    drag(event, sketch, by, (to) => setShape(change(first, to), topic));
  };
  const sizes = shape === undefined || !editing ? [] : sizeHandles(shape);
  const nudge = (event: KeyboardEvent, item: { at: Corner; point: Point }) => {
    const way = NUDGE[event.key];
    if (shape === undefined) return;
    if (way !== undefined) {
      const far = event.shiftKey ? 1 : 0.1;
      setShape(
        withCorner(shape, item.at, [item.point[0] + way[0] * far, item.point[1] + way[1] * far]),
        `nudge ${item.at.part} ${item.at.ring} ${item.at.index}`,
      );
    } else if (event.key === 'Delete' || event.key === 'Backspace') setShape(withoutCorner(shape, item.at));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <svg
      ref={svg}
      class="sketch"
      aria-label={w('sketch')}
      data-testid="sketch"
      data-tool={tool.value}
      data-points={drawing.length}
    >
      {shape !== undefined && comparing === null && (
        <path class={drawing.length > 0 ? 'sketch-area is-old' : 'sketch-area'} d={outline(shape)} />
      )}
      {making !== null && <path class="sketch-area is-making" d={outline(making)} />}
      {drawing.length > 0 && (
        <path class="sketch-line" d={path(catching === null ? drawing : [...drawing, catching.point], false)} />
      )}
      {placed(drawing.map((point) => ({ point }))).map((item, i) => (
        <circle
          key={i}
          class={i === 0 ? 'sketch-point is-first' : 'sketch-point'}
          cx={item.x}
          cy={item.y}
          r={i === 0 ? 6 : 4}
        />
      ))}
      {editing &&
        placed(middlesOf(shape)).map((item) => (
          <circle
            key={`m${item.at.part} ${item.at.ring} ${item.at.index}`}
            class="sketch-middle"
            data-testid="sketch-middle"
            cx={item.x}
            cy={item.y}
            r={5}
            onPointerDown={(event) => {
              corner.value = item.at;
              hold(event, (first, to) => withNewCorner(first, item.at, to), shape);
            }}
          >
            <title>{w('sketch.insert')}</title>
          </circle>
        ))}
      {editing && middleAt !== null && (
        <g
          class="sketch-move"
          data-testid="sketch-move"
          transform={`translate(${middleAt.x.toFixed(1)} ${middleAt.y.toFixed(1)})`}
          onPointerDown={(event) => {
            const from = middle!;
            hold(event, (first, to) => moved(first, [to[0] - from[0], to[1] - from[1]]), shape);
          }}
        >
          <title>{w('sketch.move')}</title>
          <circle r="11" />
          <path d="M0-7V7M-7 0H7M-3-4 0-7 3-4M-3 4 0 7 3 4M-4-3-7 0-4 3M4-3 7 0 4 3" />
        </g>
      )}
      {editing && middleAt !== null && shape.kind !== 'circle' && (
        <g
          class="sketch-move"
          data-testid="sketch-turn"
          transform={`translate(${(middleAt.x + 30).toFixed(1)} ${middleAt.y.toFixed(1)})`}
          onPointerDown={(event) => {
            const from = middle!;
            let start: number | null = null;
            hold(
              event,
              (first, to) => {
                const angle = (Math.atan2(to[0] - from[0], to[1] - from[1]) * 180) / Math.PI;
                start ??= angle;
                return turned(first, angle - start);
              },
              shape,
            );
          }}
        >
          <title>{w('sketch.turn')}</title>
          <circle r="11" />
          <path d="M5-3A6 6 0 1 0 6 2M6-6V-2H2" />
        </g>
      )}
      {placed(sizes).map((item) => (
        <rect
          key={item.key}
          class="sketch-size"
          data-testid={`sketch-size-${item.key}`}
          x={item.x - 5}
          y={item.y - 5}
          width="10"
          height="10"
          onPointerDown={(event) => hold(event, item.change, shape!)}
        >
          <title>{w('sketch.size')}</title>
        </rect>
      ))}
      {editing &&
        placed(cornersOf(shape)).map((item) => (
          <circle
            key={`c${item.at.part} ${item.at.ring} ${item.at.index}`}
            class={same(corner.value, item.at) ? 'sketch-corner is-chosen' : 'sketch-corner'}
            data-testid="sketch-corner"
            tabIndex={0}
            role="button"
            aria-label={w('sketch.corner', { n: item.at.index + 1 })}
            cx={item.x}
            cy={item.y}
            r={6}
            onFocus={() => (corner.value = item.at)}
            onKeyDown={(event) => nudge(event, item)}
            onContextMenu={(event) => {
              event.preventDefault();
              setShape(withoutCorner(shape, item.at));
            }}
            onPointerDown={(event) => {
              if (event.button !== 0) return;
              event.currentTarget.focus();
              hold(event, (first, to) => withCorner(first, item.at, to), shape);
            }}
          >
            <title>{w('sketch.corner.how')}</title>
          </circle>
        ))}
      {pointerAt !== null && catching?.to != null && (
        <g
          class="sketch-snap"
          data-testid="sketch-snap"
          transform={`translate(${pointerAt.x.toFixed(1)} ${pointerAt.y.toFixed(1)})`}
        >
          {catching.to.at === 'corner' ? (
            <rect x="-7" y="-7" width="14" height="14" />
          ) : (
            <path d="M-8 8 8-8M-8-8 8 8" />
          )}
          <text x="12" y="-8">
            {w(`snap.${catching.to.kind}`)} {catching.to.code}
          </text>
        </g>
      )}
      {pointerAt !== null && drawing.length > 0 && (
        <text class="sketch-measure" x={pointerAt.x + 14} y={pointerAt.y + 18}>
          {distance(drawing.at(-1)!, catching!.point).toFixed(2)} m
        </text>
      )}
      {placed(trialPlaces.value.map((one) => ({ ...one, point: by.toSite(one.lon, one.lat) }))).map((item, i) => (
        <path
          key={`t${i}`}
          class="sketch-trial"
          data-testid="sketch-trial"
          d={`M${item.x.toFixed(1)} ${(item.y - 8).toFixed(1)}l8 14h-16Z`}
        />
      ))}
      {placed(faults).map((item) => (
        <g
          key={item.key}
          class={item.warning ? 'sketch-fault is-warning' : 'sketch-fault'}
          data-testid="sketch-fault"
          transform={`translate(${item.x.toFixed(1)} ${item.y.toFixed(1)})`}
        >
          <circle r="10" />
          <path d="M-4-4 4 4M-4 4 4-4" />
          <text x="14" y="4">
            {item.text}
          </text>
        </g>
      ))}
    </svg>
  );
}

interface SizeHandle {
  key: string;
  point: Point;
  change: (from: Shape, to: Point) => Shape;
}

/** Handles that change a size: a circle's radius, a rectangle's two sides. */
function sizeHandles(shape: Shape): SizeHandle[] {
  if (shape.kind === 'circle') {
    const { centre, radius_m } = shape;
    return [
      {
        key: 'radius',
        point: [centre[0] + radius_m, centre[1]],
        change: (from, to) =>
          from.kind === 'circle' ? { ...from, radius_m: Math.max(0.1, distance(from.centre, to)) } : from,
      },
    ];
  }
  if (shape.kind !== 'rectangle') return [];
  const a = (shape.heading_deg * Math.PI) / 180;
  const [s, c] = [Math.sin(a), Math.cos(a)];
  const along = (p: Point, from: Extract<Shape, { kind: 'rectangle' }>) =>
    (p[0] - from.centre[0]) * s + (p[1] - from.centre[1]) * c;
  const across = (p: Point, from: Extract<Shape, { kind: 'rectangle' }>) =>
    (p[0] - from.centre[0]) * c - (p[1] - from.centre[1]) * s;
  return [
    {
      key: 'length',
      point: [shape.centre[0] + (s * shape.length_m) / 2, shape.centre[1] + (c * shape.length_m) / 2],
      change: (from, to) =>
        from.kind === 'rectangle' ? { ...from, length_m: Math.max(0.1, 2 * Math.abs(along(to, from))) } : from,
    },
    {
      key: 'width',
      point: [shape.centre[0] + (c * shape.width_m) / 2, shape.centre[1] - (s * shape.width_m) / 2],
      change: (from, to) =>
        from.kind === 'rectangle' ? { ...from, width_m: Math.max(0.1, 2 * Math.abs(across(to, from))) } : from,
    },
  ];
}

/** Flies to a place of the plant. */
export function showPlace(lon: number, lat: number): void {
  const by = frame.peek();
  if (by === null) return;
  const [x_m, y_m] = by.toSite(lon, lat);
  map.peek()?.flyTo({ x_m, y_m, span_m: Math.min(60, 800 * (view.peek()?.metres_per_px ?? 0.1)) });
}
