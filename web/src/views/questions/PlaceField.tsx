import { Circle, Crosshair, MapPin, Pentagon, RectangleHorizontal, Route } from 'lucide';
import type { IconNode } from 'lucide';
import { useEffect, useId, useState } from 'preact/hooks';
import { name } from '../../i18n';
import { count, sitePlace } from '../../i18n/format';
import { people } from '../../store/live';
import { records } from '../../store/records';
import { mapSelection } from '../../store/selection';
import { Icon } from '../../ui/Icon';
import { areaOf } from '../fences/drawing/shape';
import { change, frame, question } from './asked';
import { begin, drawing, giveUp, TOOLS, type DrawTool, type Slot } from './pad';
import { SPOTS, type Spot, type SpotKind } from './question';
import { w } from './words';

const ICONS: Readonly<Record<DrawTool, IconNode>> = {
  polygon: Pentagon,
  rectangle: RectangleHorizontal,
  circle: Circle,
  corridor: Route,
};
const FIRST_RADIUS_M: Readonly<Record<'mover' | 'asset' | 'point', number>> = { mover: 5, asset: 10, point: 10 };
/** Pipes, roads and the like are not what people stand near. */
const UNASKED = new Set(['road', 'pipe_rack', 'camera']);

interface Named {
  code: string;
  label: string;
}

/** A number with its unit. */
export function Figure(props: {
  label: string;
  unit: string;
  value: number;
  min: number;
  max: number;
  testid?: string;
  onValue: (value: number) => void;
}) {
  const [text, setText] = useState<string | null>(null);
  const value = Number(text ?? props.value);
  const wrong = text !== null && (text.trim() === '' || !(value >= props.min && value <= props.max));
  return (
    <label class="ask-field">
      <span>{props.label}</span>
      <span class="ask-figure">
        <input
          type="number"
          min={props.min}
          max={props.max}
          step="any"
          class={wrong ? 'is-wrong' : ''}
          aria-invalid={wrong}
          value={text ?? String(props.value)}
          data-testid={props.testid}
          onInput={(event) => {
            const typed = event.currentTarget.value;
            setText(typed);
            const given = Number(typed);
            if (typed.trim() !== '' && given >= props.min && given <= props.max) props.onValue(given);
          }}
          onBlur={() => setText(null)}
        />
        <em>{props.unit}</em>
      </span>
    </label>
  );
}

/** Something of the plant by its code or name; what is clicked on the map is taken while nothing is chosen. */
function Thing(props: { slot: Slot; kind: 'mover' | 'asset'; chosen: string | null; choose: (code: string) => void }) {
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const list: Named[] =
    props.kind === 'mover'
      ? people.value.rows.filter((row) => row.kind !== 'tag').map((row) => ({ code: row.id, label: name(row.names) }))
      : (records.value?.assets ?? [])
          .filter((asset) => !UNASKED.has(asset.kind))
          .map((asset) => ({ code: asset.code, label: name(asset.names) }));
  const shown = ({ code, label }: Named): string => (label === code ? code : `${label} · ${code}`);
  const known = list.find((one) => one.code === props.chosen);
  const onMap = mapSelection.value;
  const fits = onMap !== null && onMap.kind === props.kind && list.some((one) => one.code === onMap.id);
  useEffect(() => {
    if (props.chosen === null && fits) props.choose(onMap.id);
  }, [props.chosen, fits, onMap?.id]);
  const found = (typed: string): Named | undefined => {
    const wanted = typed.trim().toLowerCase();
    return list.find((one) => [one.code, one.label, shown(one)].some((word) => word.toLowerCase() === wanted));
  };
  const unknown = text !== null && text.trim() !== '' && found(text) === undefined;
  return (
    <>
      <div class="ask-pick">
        <input
          type="text"
          list={id}
          class={unknown ? 'is-wrong' : ''}
          placeholder={w(`choose.${props.kind}`)}
          aria-label={w(`choose.${props.kind}`)}
          value={text ?? (known === undefined ? (props.chosen ?? '') : shown(known))}
          data-testid={`ask-thing-${props.slot}`}
          onInput={(event) => {
            setText(event.currentTarget.value);
            const hit = found(event.currentTarget.value);
            if (hit !== undefined) props.choose(hit.code);
          }}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={() => {
            if (!unknown) setText(null);
          }}
        />
        <datalist id={id}>
          {list.map((one) => (
            <option key={one.code} value={shown(one)} />
          ))}
        </datalist>
        <button
          type="button"
          class="icon-button"
          title={w('choose.selected')}
          aria-label={w('choose.selected')}
          disabled={!fits}
          onClick={() => {
            if (!fits) return;
            setText(null);
            props.choose(onMap.id);
          }}
        >
          <Icon node={Crosshair} />
        </button>
      </div>
      <p class="ask-how" role={unknown ? 'alert' : undefined}>
        {unknown ? w('choose.unknown', { text: text.trim() }) : w('choose.hint')}
      </p>
    </>
  );
}

function Record(props: { slot: Slot; kind: 'fence' | 'zone'; chosen: string; choose: (code: string) => void }) {
  const list = (props.kind === 'fence' ? records.value?.fences : records.value?.zones) ?? [];
  const onMap = mapSelection.value;
  useEffect(() => {
    if (props.chosen === '' && onMap?.kind === props.kind && list.some((one) => one.code === onMap.id))
      props.choose(onMap.id);
  }, [props.chosen, onMap?.id]);
  return (
    <select
      aria-label={w(`choose.${props.kind}`)}
      value={props.chosen}
      data-testid={`ask-${props.kind}-${props.slot}`}
      onChange={(event) => props.choose(event.currentTarget.value)}
    >
      <option value="">{w(`choose.${props.kind}`)}</option>
      {list.map((one) => (
        <option key={one.code} value={one.code}>
          {`${one.code} · ${name(one.names)}`}
        </option>
      ))}
    </select>
  );
}

/** One place of the question: how it is given, and the giving. */
export function PlaceField({ slot, label }: { slot: Slot; label: string }) {
  const now = question.value;
  const kinds = SPOTS[now.kind];
  const spot: Spot | null = now[slot];
  const [wanted, setWanted] = useState<SpotKind>(spot?.kind ?? kinds[0]!);
  const kind = spot?.kind ?? (kinds.includes(wanted) ? wanted : kinds[0]!);
  const by = frame.value;
  const under = drawing.value?.slot === slot ? drawing.value.tool : null;
  const put = (next: Spot | null) => change({ [slot]: next });
  const radius_m = spot !== null && 'radius_m' in spot ? spot.radius_m : null;
  const asset = now.kind === 'near' ? w('spot.asset.near') : w('spot.asset');
  return (
    <fieldset class="ask-place" data-testid={`ask-place-${slot}`}>
      <legend>{label}</legend>
      <div class="tabs" role="tablist">
        {kinds.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            aria-selected={kind === one}
            data-testid={`ask-spot-${slot}-${one}`}
            onClick={() => {
              if (one === kind) return;
              giveUp();
              setWanted(one);
              put(null);
            }}
          >
            {one === 'asset' ? asset : w(`spot.${one}`)}
          </button>
        ))}
      </div>
      {kind === 'drawn' && (
        <>
          <div class="ask-tools" role="toolbar" aria-label={w('spot.drawn')}>
            {TOOLS.map((tool) => (
              <button
                key={tool}
                type="button"
                class="icon-button"
                title={w(`tool.${tool}`)}
                aria-label={w(`tool.${tool}`)}
                aria-pressed={under === tool}
                data-testid={`ask-tool-${slot}-${tool}`}
                onClick={() => (under === tool ? giveUp() : begin(slot, tool))}
              >
                <Icon node={ICONS[tool]} />
              </button>
            ))}
            <span class="muted" data-testid={`ask-drawn-${slot}`}>
              {spot?.kind === 'drawn' ? w('drawn.area', { area: count(areaOf(spot.shape)) }) : w('drawn.none')}
            </span>
          </div>
          <p class="ask-how">{w(under !== null ? `how.${under}` : spot?.kind === 'drawn' ? 'how.edit' : 'how.none')}</p>
        </>
      )}
      {(kind === 'fence' || kind === 'zone') && (
        <Record
          slot={slot}
          kind={kind}
          chosen={spot?.kind === kind ? spot.code : ''}
          choose={(code) => put(code === '' ? null : { kind, code })}
        />
      )}
      {(kind === 'mover' || kind === 'asset') && (
        <Thing
          key={kind}
          slot={slot}
          kind={kind}
          chosen={spot?.kind === kind ? spot.code : null}
          choose={(code) => put({ kind, code, radius_m: radius_m ?? FIRST_RADIUS_M[kind] })}
        />
      )}
      {kind === 'point' && (
        <>
          <div class="ask-tools">
            <button
              type="button"
              class="button"
              aria-pressed={under === 'point'}
              data-testid={`ask-point-${slot}`}
              onClick={() => (under === 'point' ? giveUp() : begin(slot, 'point'))}
            >
              <Icon node={MapPin} size={0.875} />
              {w('point.pick')}
            </button>
            <span class="muted">
              {spot?.kind === 'point' && by !== null
                ? sitePlace(...(by.toSite(spot.lon, spot.lat) as [number, number]))
                : w('point.none')}
            </span>
          </div>
          {under === 'point' && <p class="ask-how">{w('how.point')}</p>}
        </>
      )}
      {spot !== null && 'radius_m' in spot && (
        <Figure
          label={w('radius')}
          unit={w('radius.m')}
          value={spot.radius_m}
          min={spot.kind === 'mover' ? 0.5 : 0}
          max={500}
          testid={`ask-radius-${slot}`}
          onValue={(value) => put({ ...spot, radius_m: value })}
        />
      )}
    </fieldset>
  );
}
