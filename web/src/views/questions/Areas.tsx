import { useEffect, useRef, useState } from 'preact/hooks';
import type { AreaOccupancy, OccupancyAnswer } from '../../api/types.gen';
import { name } from '../../i18n';
import { age } from '../../i18n/format';
import { select } from '../../store/selection';
import { map } from '../../store/map';
import { Table } from '../commissioning/Table';
import { areaColumns, moveColumns, moveId, reachesFar, when } from './columns';
import { bandPath, sankey } from './sankey';
import { w } from './words';

/** Steps of a curve as a path: each holds until the next. */
export function stepPath(curve: readonly number[], width: number, height: number, top: number): string {
  if (curve.length === 0 || top <= 0) return '';
  const x = (i: number): string => ((i * width) / curve.length).toFixed(1);
  const y = (n: number): string => (height - (n * height) / top).toFixed(1);
  return `M0 ${height}${curve.map((n, i) => `V${y(n)}H${x(i + 1)}`).join('')}V${height}Z`;
}

/** Width and height of an element as it is on the screen. */
function useSize() {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 400, height: 160 });
  useEffect(() => {
    if (box.current === null) return undefined;
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return { box, ...size };
}

const SPARK = { width: 120, height: 18 };
const CHART = { left: 28, right: 8, top: 8, bottom: 20 };

function Curve({ area, made }: { area: AreaOccupancy; made: OccupancyAnswer }) {
  const { box, width, height } = useSize();
  const [w0, h0] = [Math.max(10, width - CHART.left - CHART.right), Math.max(10, height - CHART.top - CHART.bottom)];
  const far = reachesFar(made);
  const [from, to] = [Date.parse(made.t_from), Date.parse(made.t_to)];
  const top = Math.max(1, area.most);
  const rungs = top <= 4 ? Array.from({ length: top + 1 }, (_, i) => i) : [0, Math.round(top / 2), top];
  const times = [0, 0.5, 1].map((part) => new Date(from + part * (to - from)).toISOString());
  return (
    <figure class="ask-chart" data-testid="ask-curve">
      <figcaption>{w('chart.title', { area: name(area.names) })}</figcaption>
      <div ref={box}>
        <svg width={width} height={height} role="img" aria-label={w('chart.title', { area: name(area.names) })}>
          <g transform={`translate(${CHART.left} ${CHART.top})`}>
            {rungs.map((n) => {
              const y = h0 - (n * h0) / top;
              return (
                <g key={n}>
                  <path class="ask-rung" d={`M0 ${y}H${w0}`} />
                  <text x={-6} y={y + 4} text-anchor="end">
                    {n}
                  </text>
                </g>
              );
            })}
            <path class="ask-steps" d={stepPath(area.curve, w0, h0, top)} />
            {area.most === 0 && (
              <text x={w0 / 2} y={h0 / 2} text-anchor="middle">
                {w('chart.none')}
              </text>
            )}
            {times.map((iso, i) => (
              <text key={i} x={(i * w0) / 2} y={h0 + 16} text-anchor={(['start', 'middle', 'end'] as const)[i]!}>
                {when(iso, far)}
              </text>
            ))}
          </g>
        </svg>
      </div>
    </figure>
  );
}

/** How full the areas were: a table, and the chosen one over time. */
export function Areas({ made }: { made: OccupancyAnswer }) {
  const fullest = made.areas.reduce<AreaOccupancy | null>(
    (best, area) => (best === null || area.most > best.most ? area : best),
    null,
  );
  const [key, setKey] = useState<string | null>(null);
  const shown = made.areas.find((area) => area.key === key) ?? fullest;
  const top = Math.max(1, fullest?.most ?? 1);
  return (
    <div class="ask-split">
      <Table
        kind="areas"
        label={w('tab.areas', { n: made.areas.length })}
        rows={made.areas}
        columns={areaColumns(reachesFar(made))}
        first={{ key: 'most', descending: true }}
        now_ms={0}
        id={(row) => row.key}
        chosen={shown?.key ?? null}
        choose={(row) => {
          setKey(row.key);
          const [kind, code] = row.key.split(':');
          if ((kind !== 'fence' && kind !== 'zone') || code === undefined) return;
          select({ kind, id: code });
          map.peek()?.flyTo({ kind, id: code });
        }}
        none={w('none.areas')}
        cell={(row, column) =>
          column === 'curve' ? (
            <svg class="ask-spark" viewBox={`0 0 ${SPARK.width} ${SPARK.height}`} preserveAspectRatio="none">
              <path class="ask-steps" d={stepPath(row.curve, SPARK.width, SPARK.height, top)} />
            </svg>
          ) : null
        }
      />
      {shown !== null && <Curve area={shown} made={made} />}
    </div>
  );
}

const MOST_BANDS = 20;
/** A line of small type, so that no two names lie on each other. */
const GAP = 13;
const BAR = 8;
const EDGE = 8;
/** Room beside a name for how often. */
const TIMES_PX = 32;

/** A text cut to about so many pixels of small type: Chinese letters are as wide as they are high. */
export function fitted(text: string, px: number): string {
  let wide = 0;
  for (const [i, letter] of [...text].entries()) {
    wide += letter > '\u2e80' ? 12 : 6.4;
    if (wide > px) return `${[...text].slice(0, Math.max(1, i - 1)).join('')}…`;
  }
  return text;
}

/** Where people went next: bands from area to area, and the same as a table. */
export function Moves({ made }: { made: OccupancyAnswer }) {
  const { box, width, height } = useSize();
  const names = new Map(made.areas.map((area) => [area.key, area.names]));
  const called = (key: string): string => name(names.get(key) ?? { zh: key, en: key });
  const flows = made.transitions.map((move) => ({ from: move.from_key, to: move.to_key, times: move.times }));
  const drawn = sankey(flows, Math.max(40, height - 2 * EDGE), GAP, MOST_BANDS);
  const mean = new Map(made.transitions.map((move) => [moveId(move), move.mean_s]));
  const label = Math.min(180, width * 0.28);
  const [x0, x1] = [label + BAR, width - label - BAR];
  const [lit, setLit] = useState<string | null>(null);
  if (flows.length === 0) return <p class="empty">{w('none.moves')}</p>;
  return (
    <div class="ask-split is-moves">
      <figure class="ask-chart" data-testid="ask-sankey">
        <figcaption>
          {w('sankey.title')}
          {drawn.beyond > 0 && ` · ${w('sankey.beyond', { n: drawn.beyond })}`}
        </figcaption>
        <div ref={box}>
          <svg width={width} height={height} role="img" aria-label={w('sankey.title')}>
            <g transform={`translate(0 ${EDGE})`}>
              {drawn.bands.map((band) => {
                const id = `${band.from} ${band.to}`;
                return (
                  <path
                    key={id}
                    class={lit === id ? 'ask-band is-lit' : 'ask-band'}
                    d={bandPath(band, x0, x1)}
                    onPointerEnter={() => setLit(id)}
                    onPointerLeave={() => setLit(null)}
                  >
                    <title>
                      {w('sankey.band', {
                        from: called(band.from),
                        to: called(band.to),
                        times: band.times,
                        mean: age(mean.get(id) ?? 0),
                      })}
                    </title>
                  </path>
                );
              })}
              {(['left', 'right'] as const).map((side) =>
                drawn[side].map((node) => (
                  <g key={`${side} ${node.key}`}>
                    <rect
                      class="ask-node"
                      x={side === 'left' ? x0 - BAR : x1}
                      y={node.y}
                      width={BAR}
                      height={Math.max(1, node.height)}
                    />
                    <text
                      x={side === 'left' ? x0 - BAR - 6 : x1 + BAR + 6}
                      y={node.y + node.height / 2 + 4}
                      text-anchor={side === 'left' ? 'end' : 'start'}
                    >
                      {side === 'left'
                        ? `${fitted(called(node.key), label - TIMES_PX)} ${node.times}`
                        : `${node.times} ${fitted(called(node.key), label - TIMES_PX)}`}
                      <title>{called(node.key)}</title>
                    </text>
                  </g>
                )),
              )}
            </g>
          </svg>
        </div>
      </figure>
      <Table
        kind="moves"
        label={w('tab.moves', { n: made.transitions.length })}
        rows={made.transitions}
        columns={moveColumns(names)}
        first={{ key: 'times', descending: true }}
        now_ms={0}
        id={moveId}
        chosen={lit}
        choose={(row) => setLit(moveId(row))}
        none={w('none.moves')}
      />
    </div>
  );
}
