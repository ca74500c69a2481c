import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { api } from '../../api/client';
import { reason } from '../../api/fault';
import type { SensorRecord } from '../../api/types.gen';
import { language, t } from '../../i18n';
import { clock, hourMinute, number } from '../../i18n/format';
import { head, now_ms, readings, zone } from '../../store/live';
import { theme } from '../../store/preferences';
import { appended, recorded, stepDecimals, TREND_S, valueRange, type Columns } from './series';
import { sensorDecimals, unitText } from './values';

const HEIGHT_REM = 10;
const EMPTY: Columns = { t_s: [], mean: [], min: [], max: [] };
/** A pause of this many periods (and at least 30 s) is a gap in the record. */
const GAP_PERIODS = 10;

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const rem = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16');

/** The limits as dashed lines with their names at the right edge. */
function drawLimits(plot: uPlot, sensor: SensorRecord): void {
  const { ctx, bbox } = plot;
  const scale = plot.scales['y'];
  if (scale?.min == null || scale.max == null) return;
  ctx.save();
  ctx.lineWidth = Math.max(1, devicePixelRatio);
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.font = `${0.6875 * rem() * devicePixelRatio}px ${token('font')}`;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  for (const which of ['ll', 'l', 'h', 'hh'] as const) {
    const value = sensor.limits[which];
    if (value === null || value < scale.min || value > scale.max) continue;
    const y = Math.round(plot.valToPos(value, 'y', true));
    const colour = which.length === 2 ? token('bad') : token('warn');
    ctx.strokeStyle = colour;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillStyle = colour;
    ctx.fillText(which.toUpperCase(), bbox.left + bbox.width - 3 * devicePixelRatio, y - devicePixelRatio);
  }
  ctx.restore();
}

function chart(
  box: HTMLElement,
  sensor: SensorRecord,
  columns: () => Columns,
  picked: (at: number | null) => void,
): uPlot {
  const { ll, l, h, hh } = sensor.limits;
  const font = `${0.75 * rem()}px ${token('font')}`;
  const axis = { stroke: token('text-secondary'), font, ticks: { show: false } };
  const options: uPlot.Options = {
    width: box.clientWidth,
    height: HEIGHT_REM * rem(),
    tzDate: (s) => uPlot.tzDate(new Date(s * 1000), zone.value),
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: true, range: () => [now_ms.value / 1000 - TREND_S, now_ms.value / 1000] },
      y: { range: () => valueRange(columns(), [ll, l, h, hh], sensor.range_low, sensor.range_high) },
    },
    axes: [
      {
        ...axis,
        grid: { stroke: token('hairline-soft'), width: 1 },
        space: 4.5 * rem(),
        size: 1.5 * rem(),
        values: (_, splits) => splits.map((s) => hourMinute(s * 1000, zone.value)),
      },
      {
        ...axis,
        grid: { stroke: token('hairline-soft'), width: 1 },
        space: 2 * rem(),
        size: 2.75 * rem(),
        values: (_, splits, _axis, _space, step) => splits.map((value) => number(value, stepDecimals(step))),
      },
    ],
    series: [
      {},
      { stroke: token('live'), width: 1.5, points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
    ],
    bands: [{ series: [3, 2], fill: `${token('live')}33` }],
    hooks: {
      draw: [(plot) => drawLimits(plot, sensor)],
      setCursor: [(plot) => picked(plot.cursor.idx ?? null)],
    },
  };
  return new uPlot(options, [[], [], [], []], box);
}

/** The recorded last half hour; read again when the connection comes back would be of no use: live values fill in. */
function useRecorded(sensor: SensorRecord) {
  const [state, setState] = useState<{ columns: Columns; ready: boolean; fault: string | null }>({
    columns: EMPTY,
    ready: false,
    fault: null,
  });
  const plant = head.value?.code;
  useEffect(() => {
    if (plant === undefined) return undefined;
    const reading = new AbortController();
    const to = now_ms.peek();
    api.series(plant, sensor.code, to - TREND_S * 1000, to, reading.signal).then(
      (series) => setState({ columns: recorded(series), ready: true, fault: null }),
      (error: unknown) => {
        if (!reading.signal.aborted) setState({ columns: EMPTY, ready: true, fault: reason(error) });
      },
    );
    return () => reading.abort();
  }, [plant, sensor.code]);
  return state;
}

/** The last 30 minutes of a sensor, growing while one looks. */
export function Trend({ sensor }: { sensor: SensorRecord }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const columns = useRef<Columns>(EMPTY);
  const [picked, setPicked] = useState<number | null>(null);
  const { columns: past, ready, fault } = useRecorded(sensor);
  const reading = readings.value.get(sensor.code);
  const beat = now_ms.value;

  useEffect(() => {
    const newest = columns.current;
    columns.current = past;
    // What arrived while the record was being read belongs behind it.
    newest.t_s.forEach((s, i) => {
      const value = newest.mean[i];
      if (value != null) columns.current = appended(columns.current, s, value, Infinity);
    });
  }, [past]);

  useEffect(() => {
    if (box.current === null) return undefined;
    const made = chart(box.current, sensor, () => columns.current, setPicked);
    plot.current = made;
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) {
        made.setSize({ width: entry.contentRect.width, height: HEIGHT_REM * rem() });
      }
    });
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      plot.current = null;
      made.destroy();
    };
  }, [sensor, theme.value, language.value]);

  useEffect(() => {
    if (reading !== undefined && reading.quality === 'good') {
      const gap_s = Math.max(30, GAP_PERIODS * sensor.period_s);
      columns.current = appended(columns.current, Date.parse(reading.t) / 1000, reading.value, gap_s);
    }
    const { t_s, mean, min, max } = columns.current;
    plot.current?.setData([t_s, mean, min, max]);
  }, [reading, past, beat, theme.value, language.value]);

  const at = picked === null ? undefined : columns.current.t_s[picked];
  const value = picked === null ? null : (columns.current.mean[picked] ?? null);
  const empty = ready && fault === null && columns.current.t_s.length === 0;
  return (
    <figure class="trend" data-testid="trend" data-points={columns.current.t_s.length}>
      <figcaption>
        <span>{t('trend.title')}</span>
        {at !== undefined && value !== null && (
          <output>
            {clock(at * 1000, zone.value)}　<b>{number(value, sensorDecimals(sensor))}</b> {unitText(sensor.unit)}
          </output>
        )}
      </figcaption>
      <div class="trend-plot" ref={box} />
      {!ready && <p class="trend-note">{t('trend.loading')}</p>}
      {fault !== null && (
        <p class="trend-note is-fault" role="alert">
          {t('trend.failed', { reason: fault })}
        </p>
      )}
      {empty && <p class="trend-note">{t('trend.none')}</p>}
    </figure>
  );
}
