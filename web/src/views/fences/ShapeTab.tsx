import {
  Circle,
  MousePointer2,
  Pentagon,
  RectangleHorizontal,
  Route,
  Scissors,
  SquareDashed,
  SquarePlus,
  Trash2,
} from 'lucide';
import type { IconNode } from 'lucide';
import { useState } from 'preact/hooks';
import { name } from '../../i18n';
import { count, number } from '../../i18n/format';
import { head } from '../../store/live';
import { records } from '../../store/records';
import { Icon } from '../../ui/Icon';
import { calls } from './calls';
import { bodyOf, codesTaken, draftsChanged, freeCode, frame, setFields, setShape, type Draft } from './editor';
import type { Frame, Point } from './drawing/frame';
import {
  areaOf,
  asPolygon,
  cornersOf,
  isEmpty,
  perimeterOf,
  withCorner,
  withoutCorner,
  withoutRing,
  type Shape,
} from './drawing/shape';
import { addPoint, choose, corner, corridorWidth_m, finish, offcut, points, refusal, snapping, tool } from './pad';
import { NumberField } from './parts';
import { enough, needsShape, TOOLS, type Tool } from './tools';
import { w } from './words';

const ICONS: Readonly<Record<Tool, IconNode>> = {
  select: MousePointer2,
  polygon: Pentagon,
  rectangle: RectangleHorizontal,
  circle: Circle,
  corridor: Route,
  part: SquarePlus,
  hole: SquareDashed,
  split: Scissors,
};
/** How far above and below a level's surface its people are. */
const BELOW_M = 0.75;
const ABOVE_M = 2.5;

type Unit = 'site' | 'lonlat';

/** Two numbers that are a place, in metres or degrees. */
function PlaceFields({
  by,
  at,
  unit,
  onPlace,
  label,
}: {
  by: Frame;
  at: Point;
  unit: Unit;
  label: string;
  onPlace: (place: Point) => void;
}) {
  const shown = unit === 'site' ? at : by.toLonLat(at[0], at[1]);
  const decimals = unit === 'site' ? 3 : 7;
  const words =
    unit === 'site'
      ? (['coordinates.east', 'coordinates.north'] as const)
      : (['coordinates.lon', 'coordinates.lat'] as const);
  return (
    <>
      {words.map((key, axis) => (
        <NumberField
          key={key}
          bare
          label={`${label} ${w(key)}`}
          value={shown[axis] ?? 0}
          decimals={decimals}
          onValue={(value) => {
            const place: Point = axis === 0 ? [value ?? 0, shown[1]] : [shown[0], value ?? 0];
            onPlace(unit === 'site' ? place : by.toSite(place[0], place[1]));
          }}
        />
      ))}
    </>
  );
}

function Corners({ by, shape, unit }: { by: Frame; shape: Shape; unit: Unit }) {
  const corners = cornersOf(shape);
  return (
    <table class="fence-corners">
      <thead>
        <tr>
          <th scope="col">#</th>
          <th scope="col">{w(unit === 'site' ? 'coordinates.east' : 'coordinates.lon')}</th>
          <th scope="col">{w(unit === 'site' ? 'coordinates.north' : 'coordinates.lat')}</th>
          <th />
        </tr>
      </thead>
      <tbody>
        {corners.map(({ at, point }, i) => {
          const before = corners[i - 1]?.at;
          const heading = before === undefined || before.ring !== at.ring || before.part !== at.part;
          const several = corners.some((other) => other.at.ring > 0 || other.at.part > 0);
          const chosen =
            corner.value !== null &&
            corner.value.part === at.part &&
            corner.value.ring === at.ring &&
            corner.value.index === at.index;
          return [
            heading && several && (
              <tr key={`h${at.part} ${at.ring}`} class="fence-ring">
                <th colSpan={3}>
                  {at.ring === 0
                    ? w('coordinates.ring', { part: at.part + 1 })
                    : w('coordinates.hole', { part: at.part + 1, n: at.ring })}
                </th>
                <td>
                  {at.ring > 0 && (
                    <button
                      type="button"
                      class="icon-button"
                      title={w('coordinates.hole.delete')}
                      aria-label={w('coordinates.hole.delete')}
                      onClick={() => setShape(withoutRing(shape, at.part, at.ring))}
                    >
                      <Icon node={Trash2} size={0.8} />
                    </button>
                  )}
                </td>
              </tr>
            ),
            <tr
              key={`${at.part} ${at.ring} ${at.index}`}
              class={chosen ? 'is-chosen' : ''}
              onFocusCapture={() => (corner.value = at)}
            >
              <th scope="row">{at.index + 1}</th>
              <PlaceCells
                by={by}
                point={point}
                unit={unit}
                label={w('sketch.corner', { n: at.index + 1 })}
                onPlace={(place) => setShape(withCorner(shape, at, place), `type ${at.part} ${at.ring} ${at.index}`)}
              />
              <td>
                <button
                  type="button"
                  class="icon-button"
                  title={w('coordinates.delete')}
                  aria-label={`${w('coordinates.delete')} ${at.index + 1}`}
                  onClick={() => setShape(withoutCorner(shape, at))}
                >
                  <Icon node={Trash2} size={0.8} />
                </button>
              </td>
            </tr>,
          ];
        })}
      </tbody>
    </table>
  );
}

function PlaceCells({
  by,
  point,
  unit,
  label,
  onPlace,
}: {
  by: Frame;
  point: Point;
  unit: Unit;
  label: string;
  onPlace: (place: Point) => void;
}) {
  const shown = unit === 'site' ? point : by.toLonLat(point[0], point[1]);
  return (
    <>
      {[0, 1].map((axis) => (
        <td key={axis}>
          <NumberField
            bare
            label={`${label} ${w(unit === 'site' ? (axis === 0 ? 'coordinates.east' : 'coordinates.north') : axis === 0 ? 'coordinates.lon' : 'coordinates.lat')}`}
            value={shown[axis] ?? 0}
            decimals={unit === 'site' ? 3 : 7}
            onValue={(value) => {
              const place: Point = axis === 0 ? [value ?? 0, shown[1]] : [shown[0], value ?? 0];
              onPlace(unit === 'site' ? place : by.toSite(place[0], place[1]));
            }}
          />
        </td>
      ))}
    </>
  );
}

/** The numbers a shape was drawn with. */
function Sizes({ by, shape, unit }: { by: Frame; shape: Shape; unit: Unit }) {
  if (shape.kind === 'polygon') return null;
  if (shape.kind === 'corridor') {
    return (
      <NumberField
        label={w('width')}
        value={shape.width_m}
        min={0.1}
        max={1000}
        testid="fence-width"
        onValue={(value) => setShape({ ...shape, width_m: value ?? 1 }, 'width')}
      />
    );
  }
  const centre = (
    <div class="fence-field">
      <span>{w('centre')}</span>
      <span class="fence-pair">
        <PlaceFields
          by={by}
          at={shape.centre}
          unit={unit}
          label={w('centre')}
          onPlace={(place) => setShape({ ...shape, centre: place }, 'centre')}
        />
      </span>
    </div>
  );
  if (shape.kind === 'circle') {
    return (
      <>
        {centre}
        <NumberField
          label={w('radius')}
          value={shape.radius_m}
          min={0.1}
          max={1000}
          testid="fence-radius"
          onValue={(value) => setShape({ ...shape, radius_m: value ?? 1 }, 'radius')}
        />
      </>
    );
  }
  return (
    <>
      {centre}
      <NumberField
        label={w('length')}
        value={shape.length_m}
        min={0.1}
        max={1000}
        onValue={(value) => setShape({ ...shape, length_m: value ?? 1 }, 'length')}
      />
      <NumberField
        label={w('width')}
        value={shape.width_m}
        min={0.1}
        max={1000}
        onValue={(value) => setShape({ ...shape, width_m: value ?? 1 }, 'width')}
      />
      <NumberField
        label={w('heading')}
        value={shape.heading_deg}
        min={0}
        max={359.999}
        onValue={(value) => setShape({ ...shape, heading_deg: value ?? 0 }, 'heading')}
      />
    </>
  );
}

/** A corner given in numbers while something is being drawn. */
function AddPoint({ by, unit }: { by: Frame; unit: Unit }) {
  const [first, setFirst] = useState<number | null>(null);
  const [second, setSecond] = useState<number | null>(null);
  const words =
    unit === 'site'
      ? (['coordinates.east', 'coordinates.north'] as const)
      : (['coordinates.lon', 'coordinates.lat'] as const);
  return (
    <form
      class="fence-addpoint"
      onSubmit={(event) => {
        event.preventDefault();
        if (first === null || second === null) return;
        addPoint(unit === 'site' ? [first, second] : by.toSite(first, second));
      }}
    >
      <NumberField
        bare
        empty
        label={w(words[0])}
        value={first}
        decimals={unit === 'site' ? 3 : 7}
        onValue={setFirst}
        testid="fence-east"
      />
      <NumberField
        bare
        empty
        label={w(words[1])}
        value={second}
        decimals={unit === 'site' ? 3 : 7}
        onValue={setSecond}
        testid="fence-north"
      />
      <button type="submit" class="button" disabled={first === null || second === null}>
        {w('coordinates.add')}
      </button>
      <button type="button" class="button" disabled={!enough(tool.value, points.value.length)} onClick={() => finish()}>
        {w('coordinates.finish')}
      </button>
    </form>
  );
}

/** The piece a split took off becomes a draft of its own, with the same rules. */
function Offcut({ of, by }: { of: Draft; by: Frame }) {
  const piece = offcut.value;
  if (piece === null) return null;
  const keep = async () => {
    const plant = head.peek()?.code;
    if (plant === undefined) return;
    const names = { zh: `${of.fields.names.zh} 2`, en: `${of.fields.names.en} 2` };
    const taken = codesTaken();
    taken.add(of.code);
    const made: Draft = { code: freeCode(taken, of.code), base: null, fields: { ...of.fields, names }, shape: piece };
    await calls.keepDraft(plant, made.code, null, bodyOf(made, by));
    offcut.value = null;
    draftsChanged.value += 1;
  };
  return (
    <div class="fence-offcut" role="status" data-testid="fence-offcut">
      <span>{w('offcut.text', { area: count(areaOf(piece)) })}</span>
      <button type="button" class="button is-main" onClick={() => void keep()}>
        {w('offcut.keep')}
      </button>
      <button type="button" class="button" onClick={() => (offcut.value = null)}>
        {w('offcut.drop')}
      </button>
    </div>
  );
}

/** Where the fence is: drawn, or typed. */
export function ShapeTab({ of }: { of: Draft }) {
  const [unit, setUnit] = useState<Unit>('site');
  const by = frame.value;
  if (by === null) return null;
  const { shape, fields } = of;
  const levels = (records.value?.plant.levels ?? []).toSorted((a, b) => a.z_m - b.z_m);
  return (
    <div class="fence-form">
      <div class="fence-toolbar" role="toolbar" aria-label={w('tab.shape')}>
        {TOOLS.map((which) => (
          <button
            key={which}
            type="button"
            class="icon-button"
            aria-pressed={tool.value === which}
            disabled={needsShape(which) && isEmpty(shape)}
            title={w(`tool.${which}`)}
            aria-label={w(`tool.${which}`)}
            data-testid={`fence-tool-${which}`}
            onClick={() => choose(which)}
          >
            <Icon node={ICONS[which]} />
          </button>
        ))}
        <label class="switch" title={w('snapping.how')}>
          <input
            type="checkbox"
            role="switch"
            checked={snapping.value}
            onChange={() => (snapping.value = !snapping.value)}
          />
          <span class="switch-track" />
          <span>{w('snapping')}</span>
        </label>
      </div>
      <p class="fence-how">{w(`how.${tool.value}`)}</p>
      {refusal.value !== null && (
        <p class="fence-alert" role="alert">
          {w(`refused.${refusal.value}`)}
        </p>
      )}
      <Offcut of={of} by={by} />
      {tool.value === 'corridor' && (
        <NumberField
          label={w('width')}
          value={corridorWidth_m.value}
          min={0.1}
          max={1000}
          onValue={(value) => (corridorWidth_m.value = value ?? 4)}
        />
      )}
      {tool.value !== 'select' && <AddPoint by={by} unit={unit} />}
      <div class="fence-measure" data-testid="fence-measure">
        <span>
          {w('measure.area', {
            area: isEmpty(shape) ? '—' : areaOf(shape) < 100 ? number(areaOf(shape), 1) : count(areaOf(shape)),
          })}
        </span>
        <span>{w('measure.length', { length: isEmpty(shape) ? '—' : number(perimeterOf(shape), 1) })}</span>
        {cornersOf(shape).length > 0 && <span>{w('measure.corners', { n: cornersOf(shape).length })}</span>}
      </div>
      <h3>{w('heights')}</h3>
      <div class="fence-row3">
        <label class="fence-field">
          <span>{w('heights.level')}</span>
          <select
            value={fields.level ?? ''}
            onChange={(event) => {
              const level = levels.find((one) => one.code === event.currentTarget.value);
              if (level === undefined) setFields({ level: null });
              else setFields({ level: level.code, z_min_m: level.z_m - BELOW_M, z_max_m: level.z_m + ABOVE_M });
            }}
          >
            <option value="">{w('heights.own')}</option>
            {levels.map((level) => (
              <option key={level.code} value={level.code}>
                {name(level.names)}
              </option>
            ))}
          </select>
        </label>
        <NumberField
          label={w('heights.from')}
          value={fields.z_min_m}
          min={-1000}
          max={1000}
          testid="fence-zmin"
          onValue={(value) => setFields({ z_min_m: value ?? 0, level: null }, 'z_min')}
        />
        <NumberField
          label={w('heights.to')}
          value={fields.z_max_m}
          min={-1000}
          max={1000}
          testid="fence-zmax"
          onValue={(value) => setFields({ z_max_m: value ?? 0, level: null }, 'z_max')}
        />
      </div>
      {!isEmpty(shape) && (
        <>
          <h3 class="fence-heading">
            {w('coordinates')}
            <span class="tabs" role="tablist">
              {(['site', 'lonlat'] as const).map((which) => (
                <button
                  key={which}
                  type="button"
                  role="tab"
                  aria-selected={unit === which}
                  onClick={() => setUnit(which)}
                >
                  {w(`coordinates.${which}`)}
                </button>
              ))}
            </span>
          </h3>
          <Sizes by={by} shape={shape} unit={unit} />
          {cornersOf(shape).length > 0 && <Corners by={by} shape={shape} unit={unit} />}
          {shape.kind !== 'polygon' && (
            <button type="button" class="button" onClick={() => setShape(asPolygon(shape))}>
              {w('coordinates.free')}
            </button>
          )}
        </>
      )}
    </div>
  );
}
