import { Download, X } from 'lucide';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { AnchorNow, TagSeen } from '../../api/types.gen';
import { name } from '../../i18n';
import { age, number } from '../../i18n/format';
import type { AnchorState, Survey } from '../../map/port';
import { now_ms } from '../../store/live';
import { map } from '../../store/map';
import { records } from '../../store/records';
import { mapSelection, select } from '../../store/selection';
import { openView } from '../../store/views';
import { Icon } from '../../ui/Icon';
import { abnormalTag, ABNORMAL, anchorColumns, LOW_BATTERY, tagColumns } from './columns';
import { Frames } from './Frames';
import { BEYOND, drawn, STEPS } from './raster';
import { useCommissioning, useCoverage } from './reading';
import { csv, matches, ordered } from './table';
import { Table } from './Table';
import { w } from './words';
import './commissioning.css';

const TABS = ['anchors', 'tags', 'engines'] as const;
type Tab = (typeof TABS)[number];
/** The locator reports every two seconds; beyond this it does not. */
const STALE_S = 8;
/** How much of the plant to show around an anchor, metres. */
const SPAN_M = 140;

/** The shape of a state, the same as on the map. */
function StateMark({ state }: { state: AnchorState }) {
  const shape = {
    ok: <circle cx="8" cy="8" r="4" />,
    learning: <circle cx="8" cy="8" r="4" />,
    idle: <circle cx="8" cy="8" r="4" stroke-dasharray="1 2" />,
    unknown: <circle cx="8" cy="8" r="4" stroke-dasharray="2 2" />,
    silent: <path d="M3 3 13 13M13 3 3 13" />,
    shifted: <path d="M8 2 15 14H1Z" />,
    unreliable: <path d="M8 1 15 8 8 15 1 8Z" />,
  }[state];
  return (
    <svg class={`state-mark is-${state}`} viewBox="0 0 16 16" aria-hidden="true">
      {shape}
    </svg>
  );
}

function save(rows: readonly AnchorNow[], plant: string): void {
  const columns = anchorColumns();
  const url = URL.createObjectURL(
    new Blob([csv(ordered(rows, columns, { key: 'anchor', descending: false }), columns)]),
  );
  const link = document.createElement('a');
  link.href = url;
  link.download = `${plant}-anchors.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function Legend({ located }: { located: number }) {
  const last = STEPS.at(-1)!;
  return (
    <div class="survey-legend" data-testid="survey-legend" title={w('map.note')}>
      <span>{w('map.legend')}</span>
      {STEPS.map(({ upto_m, colour }) => (
        <span key={upto_m}>
          <i style={{ background: colour }} />
          {w('map.upto', { m: upto_m })}
        </span>
      ))}
      <span>
        <i style={{ background: BEYOND }} />
        {w('map.beyond', { m: last.upto_m })}
      </span>
      <span>
        <i class="hatched" />
        {w('map.none')}
      </span>
      <span class="muted">{w('map.located', { percent: number(located * 100, 0) })}</span>
      <span class="muted survey-note">{w('map.note')}</span>
    </div>
  );
}

/** Setting the positioning up: anchors, tags and frames in tables; health and expected error on the map. */
export function CommissioningPanel() {
  const [tab, setTab] = useState<Tab>('anchors');
  const [words, setWords] = useState('');
  const [abnormalOnly, setAbnormalOnly] = useState(false);
  const [mapShown, setMapShown] = useState(true);
  const plant = records.value?.plant ?? null;
  const levels = plant?.levels ?? [];
  const [level, setLevel] = useState<string | null>(null);
  const shownLevel = level ?? levels[0]?.code ?? null;
  const { record, fault } = useCommissioning(plant?.code ?? null);
  const coverage = useCoverage(plant?.code ?? null, mapShown ? shownLevel : null, plant?.records ?? null);

  const raster = useMemo<Survey['raster']>(() => {
    const canvas = coverage.record === null ? null : drawn(coverage.record);
    if (canvas === null || coverage.record === null) return null;
    const [a, b, c, d] = coverage.record.corners as [
      [number, number],
      [number, number],
      [number, number],
      [number, number],
    ];
    return { canvas, corners: [a, b, c, d] };
  }, [coverage.record]);
  const states = useMemo(
    () => new Map((record?.anchors ?? []).map((anchor) => [anchor.anchor, anchor.state] as const)),
    [record],
  );
  const onMap = map.value;
  useEffect(() => {
    onMap?.setSurvey({ raster: mapShown ? raster : null, anchors: states });
  }, [onMap, raster, mapShown, states]);
  useEffect(() => () => map.peek()?.setSurvey(null), []);

  const chosen = mapSelection.value;
  const chosenAnchor = chosen?.kind === 'asset' && states.has(chosen.id) ? chosen.id : null;
  useEffect(() => {
    if (chosenAnchor !== null) setTab('anchors');
  }, [chosenAnchor]);

  const anchors = (record?.anchors ?? []).filter(
    (row) =>
      (!abnormalOnly || ABNORMAL.has(row.state)) &&
      matches(words, [row.anchor, row.names.zh, row.names.en, row.engine]),
  );
  const tags = (record?.tags ?? []).filter(
    (row) =>
      (!abnormalOnly || abnormalTag(row)) &&
      matches(words, [row.tag, row.carrier, row.carrier_names?.zh ?? null, row.carrier_names?.en ?? null]),
  );
  const now = now_ms.value;
  const silent_s = record?.heard == null ? null : (now - Date.parse(record.heard)) / 1000;
  const counts = { anchors: anchors.length, tags: tags.length, engines: record?.engines.length ?? 0 };

  const goTo = (row: AnchorNow) => {
    select({ kind: 'asset', id: row.anchor });
    onMap?.flyTo({ x_m: row.x_m, y_m: row.y_m, z_m: row.z_m, span_m: SPAN_M });
  };
  const goToCarrier = (row: TagSeen) => {
    const id = row.carrier ?? `tag:${row.tag}`;
    select({ kind: 'mover', id });
    onMap?.flyTo({ kind: 'mover', id });
  };

  return (
    <section class="alarm-list survey" aria-label={w('title')} data-testid="commissioning">
      <div class="alarm-tools">
        <div class="tabs" role="tablist">
          {TABS.map((which) => (
            <button key={which} type="button" role="tab" aria-selected={tab === which} onClick={() => setTab(which)}>
              {w(`tab.${which}`, { n: counts[which] })}
            </button>
          ))}
        </div>
        {tab !== 'engines' && (
          <>
            <input
              type="search"
              class="survey-search"
              placeholder={w('search')}
              aria-label={w('search')}
              value={words}
              onInput={(event) => setWords(event.currentTarget.value)}
            />
            <label class="switch">
              <input
                type="checkbox"
                role="switch"
                checked={abnormalOnly}
                onChange={() => setAbnormalOnly(!abnormalOnly)}
                data-testid="survey-abnormal"
              />
              <span class="switch-track" />
              <span>{w('abnormal')}</span>
            </label>
          </>
        )}
        <span class="tools-space" />
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={mapShown}
            onChange={() => setMapShown(!mapShown)}
            data-testid="survey-map"
          />
          <span class="switch-track" />
          <span>{w('map')}</span>
        </label>
        {levels.length > 1 && (
          <select
            class="survey-level"
            aria-label={w('level')}
            value={shownLevel ?? ''}
            onChange={(event) => setLevel(event.currentTarget.value)}
          >
            {levels.map((one) => (
              <option key={one.code} value={one.code}>
                {name(one.names)}
              </option>
            ))}
          </select>
        )}
        {tab === 'anchors' && (
          <button
            type="button"
            class="button"
            disabled={anchors.length === 0}
            title={w('csv.hint')}
            onClick={() => save(anchors, plant?.code ?? 'plant')}
          >
            <Icon node={Download} size={0.875} />
            {w('csv')}
          </button>
        )}
        <button
          type="button"
          class="icon-button"
          title={w('close')}
          aria-label={w('close')}
          onClick={() => (openView.value = null)}
        >
          <Icon node={X} />
        </button>
      </div>
      {mapShown && coverage.fault !== null && (
        <p class="alarm-fault" role="alert">
          {w('map.failed', { reason: coverage.fault })}
        </p>
      )}
      {mapShown && coverage.record !== null && <Legend located={coverage.record.located} />}
      {fault !== null && (
        <p class="alarm-fault" role="alert">
          {w(record === null ? 'failed.empty' : 'failed', { reason: fault })}
        </p>
      )}
      {record !== null && (silent_s === null || silent_s > STALE_S) && (
        <p class="alarm-fault" role="status" data-testid="survey-stale">
          {silent_s === null ? w('unheard') : w('stale', { age: age(silent_s) })}
        </p>
      )}
      {record === null && fault === null && <p class="empty">{w('loading')}</p>}
      {record !== null && tab === 'anchors' && (
        <Table
          key="anchors"
          kind="anchors"
          label={w('title')}
          rows={anchors}
          columns={anchorColumns()}
          first={{ key: 'state', descending: false }}
          now_ms={now}
          id={(row) => row.anchor}
          chosen={chosenAnchor}
          choose={goTo}
          none={w(record.anchors.length === 0 ? 'none.anchors' : 'none.filtered')}
          cell={(row, key) =>
            key === 'state' ? (
              <span class="survey-state" title={w(`state.${row.state}.why`)}>
                <StateMark state={row.state} />
                {w(`state.${row.state}`)}
              </span>
            ) : null
          }
          warn={(row, key) =>
            (key === 'residual' && row.state === 'shifted') ||
            (key === 'accepted' && row.state === 'unreliable') ||
            (key === 'last' && row.state === 'silent')
          }
        />
      )}
      {record !== null && tab === 'tags' && (
        <Table
          key="tags"
          kind="tags"
          label={w('tab.tags', { n: tags.length })}
          rows={tags}
          columns={tagColumns()}
          first={{ key: 'status', descending: false }}
          now_ms={now}
          id={(row) => row.tag}
          chosen={chosen?.kind === 'mover' ? (tags.find((row) => row.carrier === chosen.id)?.tag ?? null) : null}
          choose={goToCarrier}
          none={w(record.tags.length === 0 ? 'none.tags' : 'none.filtered')}
          warn={(row, key) =>
            (key === 'battery' && row.battery_pct !== null && row.battery_pct < LOW_BATTERY) ||
            (key === 'status' && row.status !== 'fix')
          }
        />
      )}
      {record !== null && tab === 'engines' && <Frames engines={record.engines} />}
    </section>
  );
}
