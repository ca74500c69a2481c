import { LocateFixed, RefreshCw, X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { reason } from '../../api/fault';
import type { AlarmExplanation, RerunRecord } from '../../api/types.gen';
import { language, name, t } from '../../i18n';
import { clock, exact, list, number } from '../../i18n/format';
import { zone } from '../../store/live';
import { map } from '../../store/map';
import { theme } from '../../store/preferences';
import { selection } from '../../store/selection';
import { operatorName } from '../../store/session';
import { openView, openViewState } from '../../store/views';
import { fly } from '../../ui/actions';
import { whatHappened } from '../../ui/alarmText';
import { Icon } from '../../ui/Icon';
import { explanation, rerun } from './calls';
import { showEvidence } from './evidence';
import { w, wordOr } from './words';
import './explain.css';

const token = (of: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${of}`).trim();
const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16');
const AGAIN_MS = 2_000;

/** Which alarm to explain: the one in the address, or the one that is selected. */
function alarmId(): string | null {
  if (openViewState.value !== '') return openViewState.value;
  return selection.value?.kind === 'alarm' ? selection.value.id : null;
}

function useExplanation(id: string | null) {
  const [read, setRead] = useState<{ told: AlarmExplanation | null; fault: string | null }>({
    told: null,
    fault: null,
  });
  useEffect(() => {
    if (id === null) return undefined;
    const reading = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let times = 0;
    const again = () => {
      explanation(id, reading.signal).then(
        (told) => {
          setRead({ told, fault: null });
          // What was just raised is still on its way into the store.
          if (told.paths.every((path) => path.t_ms.length === 0) && times++ < 10) timer = setTimeout(again, AGAIN_MS);
        },
        (error: unknown) => {
          if (!reading.signal.aborted) setRead({ told: null, fault: reason(error) });
        },
      );
    };
    setRead({ told: null, fault: null });
    again();
    return () => {
      clearTimeout(timer);
      reading.abort();
    };
  }, [id]);
  return read;
}

interface Line {
  at_s: number;
  label: string;
}

/** The moments of an alarm's story, those of one instant together. */
function moments(told: AlarmExplanation): Line[] {
  const lines: Line[] = [];
  const since = Date.parse(told.since) / 1000;
  if (Date.parse(told.raised) / 1000 - since > 1) lines.push({ at_s: since, label: w('explain.since') });
  for (const one of told.story) {
    const at_s = Date.parse(one.t) / 1000;
    const label = wordOr(`cause.${one.cause}`, one.cause);
    const last = lines.at(-1);
    if (last !== undefined && Math.abs(last.at_s - at_s) < 0.5) last.label += ` · ${label}`;
    else lines.push({ at_s, label });
  }
  if (told.story.length === 0) lines.push({ at_s: Date.parse(told.raised) / 1000, label: w('cause.raised') });
  return lines;
}

function drawLines(plot: uPlot, lines: readonly Line[], levels: readonly { value: number; label: string }[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${0.6875 * rem() * ratio}px ${token('font')}`;
  ctx.lineWidth = ratio;
  ctx.textBaseline = 'bottom';
  for (const { value, label } of levels) {
    const y = Math.round(plot.valToPos(value, 'y', true));
    if (!Number.isFinite(y) || y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.strokeStyle = token('warn');
    ctx.fillStyle = token('warn');
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.textAlign = 'right';
    ctx.fillText(label, bbox.left + bbox.width - 3 * ratio, y - ratio);
  }
  ctx.setLineDash([]);
  let row = 0;
  let lastX = -Infinity;
  for (const { at_s, label } of lines) {
    const x = Math.round(plot.valToPos(at_s, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = token('text-secondary');
    ctx.fillStyle = token('text');
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    // Labels of near moments stand below one another.
    row = x - lastX < 70 * ratio ? (row + 1) % 4 : 0;
    lastX = x;
    const right = x < bbox.left + bbox.width * 0.85;
    ctx.textAlign = right ? 'left' : 'right';
    ctx.fillText(label, x + (right ? 3 : -3) * ratio, bbox.top + (row + 1) * 0.875 * rem() * ratio);
  }
  ctx.restore();
}

interface ChartProps {
  told: AlarmExplanation;
  picked: (t_ms: number | null) => void;
}

/** Probability, or value, over time, with its thresholds and the alarm's story. */
function Chart({ told, picked }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const path = told.paths[0];
  const readings = told.readings;
  const isValue = readings !== null && readings.t_ms.length > 0;
  const t_ms = isValue ? readings.t_ms : (path?.t_ms ?? []);
  const drawable = isValue || (path !== undefined && path.inside.length > 0);
  useEffect(() => {
    if (box.current === null || !drawable) return undefined;
    const pixels = rem();
    const axis = {
      stroke: token('text-secondary'),
      font: `${0.75 * pixels}px ${token('font')}`,
      ticks: { show: false },
      grid: { stroke: token('hairline-soft'), width: 1 },
    };
    const limits = readings?.limits;
    const levels = isValue
      ? (['hh', 'h', 'l', 'll'] as const).flatMap((which) => {
          const value = limits?.[which];
          return value == null ? [] : [{ value, label: which.toUpperCase() }];
        })
      : [
          { value: told.parameters['enter_probability'] ?? 0.8, label: w('explain.chart.enter') },
          { value: told.parameters['exit_probability'] ?? 0.2, label: w('explain.chart.exit') },
        ];
    const lines = moments(told);
    const data: uPlot.AlignedData = isValue
      ? [t_ms.map((ms) => ms / 1000), readings.value]
      : [t_ms.map((ms) => ms / 1000), path!.inside, path!.still_inside];
    const all = isValue ? [...readings.value, ...levels.map((level) => level.value)] : [0, 1];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = isValue ? Math.max(1e-6, (high - low) * 0.1) : 0.03;
    const plot = new uPlot(
      {
        width: box.current.clientWidth,
        height: box.current.clientHeight,
        tzDate: (s) => uPlot.tzDate(new Date(s * 1000), zone.peek()),
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false } },
        scales: {
          x: { time: true },
          y: { range: () => [low - room, high + room + 0.22 * Math.max(high - low, room)] },
        },
        axes: [
          {
            ...axis,
            space: 5 * pixels,
            size: 1.5 * pixels,
            values: (_, at) => at.map((s) => clock(s * 1000, zone.peek())),
          },
          {
            ...axis,
            space: 1.5 * pixels,
            size: 2.75 * pixels,
            values: (_, at) => at.map((v) => (isValue ? number(v, 1) : v > 1 ? '' : `${number(v * 100, 0)}%`)),
          },
        ],
        series: [
          {},
          { stroke: token('live'), width: 1.75, points: { size: 4 } },
          ...(isValue ? [] : [{ stroke: token('text-secondary'), width: 1, dash: [2, 3], points: { show: false } }]),
        ],
        hooks: {
          draw: [(drawn) => drawLines(drawn, lines, levels)],
          setCursor: [(drawn) => picked(drawn.cursor.idx == null ? null : (t_ms[drawn.cursor.idx] ?? null))],
        },
      },
      data,
      box.current,
    );
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) {
        plot.setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
      }
    });
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [told, theme.value, language.value]);
  if (!drawable) return <p class="empty">{w('explain.chart.empty')}</p>;
  return (
    <figure class="explain-chart" data-testid="explain-chart" data-points={t_ms.length}>
      <figcaption>
        <span class="is-inside">{isValue ? w('explain.chart.value') : w('explain.chart.inside')}</span>
        {!isValue && <span class="is-still">{w('explain.chart.still')}</span>}
      </figcaption>
      <div ref={box} />
    </figure>
  );
}

function Outcome({ told }: { told: RerunRecord }) {
  const missing = list(told.missing.map((what) => w(`missing.${what}`)));
  if (told.verdict === 'impossible') return <p class="explain-verdict">{w('explain.impossible', { what: missing })}</p>;
  return (
    <div class={`explain-verdict is-${told.verdict}`}>
      <b>{w(told.verdict === 'same' ? 'explain.same' : 'explain.different')}</b>
      <span class="muted">
        {w('explain.same.more', { fixes: told.fixes, readings: told.readings, events: told.events })}
      </span>
      {told.differences.length > 0 && (
        <ul>
          {told.differences.map((one) => (
            <li key={one.what}>
              {w('explain.diff', { what: wordOr(`diff.${one.what}`, one.what), was: one.was, now: one.now })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The same code over the same stored inputs. */
function Rerun({ id }: { id: string }) {
  const [told, setTold] = useState<RerunRecord | null>(null);
  const [running, setRunning] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const begun = useRef<AbortController | null>(null);
  useEffect(() => {
    setTold(null);
    setFault(null);
    setRunning(false);
    return () => begun.current?.abort();
  }, [id]);
  const run = () => {
    const asking = new AbortController();
    begun.current = asking;
    setRunning(true);
    rerun(id, asking.signal).then(
      (found) => {
        setTold(found);
        setFault(null);
        setRunning(false);
      },
      (error: unknown) => {
        if (asking.signal.aborted) return;
        setFault(reason(error));
        setRunning(false);
      },
    );
  };
  return (
    <div class="explain-rerun" data-testid="rerun" data-verdict={told?.verdict ?? ''}>
      <button type="button" class="button" disabled={running} data-testid="rerun-do" onClick={run}>
        <Icon node={RefreshCw} size={0.875} />
        {w(running ? 'explain.rerunning' : 'explain.rerun')}
      </button>
      {fault !== null && (
        <p class="alarm-fault" role="alert">
          {w('failed', { reason: fault })}
        </p>
      )}
      {told !== null && <Outcome told={told} />}
    </div>
  );
}

function FenceThen({ told }: { told: AlarmExplanation }) {
  const { fence, alarm } = told;
  if (told.fence_unknown) {
    return <p class="is-bad">{w('explain.fence.unknown', { version: alarm.place?.version ?? '?' })}</p>;
  }
  if (fence === null) return null;
  const now = told.fence_now;
  const since =
    now === null
      ? w('explain.fence.gone')
      : now === fence.version
        ? w('explain.fence.same')
        : w('explain.fence.changed', { version: now });
  return (
    <p>
      {w('explain.fence.then', { name: name(fence.names), version: fence.version })} · {since}
    </p>
  );
}

function Facts({ told }: { told: AlarmExplanation }) {
  const parameters = Object.entries(told.parameters);
  return (
    <div class="explain-facts">
      <FenceThen told={told} />
      <p>
        {w('explain.rule', { version: told.rule_version })}
        {parameters.length > 0 && ` · ${w('explain.parameters')} `}
        {parameters.map(([key, value]) => (
          <span key={key} class="explain-parameter">
            {wordOr(`param.${key}`, key)} <b>{number(value, Number.isInteger(value) ? 0 : 2)}</b>
          </span>
        ))}
      </p>
      <p>
        {told.evidence.length > 0 ? w('explain.evidence', { n: told.evidence.length }) : w('explain.evidence.none')}
        {told.paths_left_out > 0 && ` · ${w('explain.others', { n: told.paths_left_out })}`}
      </p>
      {told.missing.length > 0 && (
        <p class="is-bad">{w('explain.missing', { what: list(told.missing.map((what) => w(`missing.${what}`))) })}</p>
      )}
      {told.gaps > 0 && <p class="is-bad">{w('explain.gaps', { n: told.gaps })}</p>}
      <ol class="explain-story" data-testid="explain-story">
        {told.story.map((line) => (
          <li key={line.seq}>
            <time title={exact(Date.parse(line.t), zone.value)}>{clock(Date.parse(line.t), zone.value)}</time>{' '}
            <b>{wordOr(`cause.${line.cause}`, line.cause)}</b>
            {line.by !== '' && ` ${operatorName(line.by)}`}
            {line.why !== '' && ` · ${line.why}`}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Why an alarm was raised: what it came from on the map, as a timeline, and whether the same inputs raise it again. */
export function Explain() {
  const id = alarmId();
  const { told, fault } = useExplanation(id);
  const until = useRef<number | null>(null);
  const drawn = useRef<ReturnType<typeof showEvidence> | null>(null);
  const onMap = map.value;
  useEffect(() => {
    if (onMap === null || told === null) return undefined;
    const shown = showEvidence(onMap, told, token('accent'), () => until.current);
    drawn.current = shown;
    return () => {
      drawn.current = null;
      shown.remove();
    };
  }, [onMap, told, theme.value]);
  const picked = (t_ms: number | null) => {
    until.current = t_ms;
    drawn.current?.redraw();
  };
  return (
    <section class="alarm-list explain" aria-label={w('explain.title')} data-testid="explain">
      <div class="alarm-tools">
        <h2>{w('explain.title')}</h2>
        {told !== null && <span class="explain-of">{whatHappened(told.alarm)}</span>}
        <span class="tools-space" />
        {id !== null && (
          <button
            type="button"
            class="icon-button"
            title={w('explain.fly')}
            aria-label={w('explain.fly')}
            onClick={() => {
              if (told !== null) {
                const { x_m, y_m, z_m } = told.alarm;
                map.peek()?.flyTo({ x_m, y_m, z_m, span_m: 80 });
              } else fly({ kind: 'alarm', id });
            }}
          >
            <Icon node={LocateFixed} size={1} />
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
      {id === null && <p class="empty">{w('explain.none')}</p>}
      {fault !== null && (
        <p class="alarm-fault" role="alert">
          {w('failed', { reason: fault })}
        </p>
      )}
      {id !== null && told === null && fault === null && <p class="empty">{t('app.loading')}</p>}
      {id !== null && told !== null && (
        <div class="explain-body">
          <Chart told={told} picked={picked} />
          <div class="explain-side">
            <Rerun id={id} />
            <Facts told={told} />
          </div>
        </div>
      )}
    </section>
  );
}
