import { X } from 'lucide';
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { reason } from '../../api/fault';
import type { AlarmStatistics } from '../../api/types.gen';
import { language, name } from '../../i18n';
import { age, count, day, hourMinute, number } from '../../i18n/format';
import { PRIORITIES } from '../../store/alarms';
import { wall_ms, zone } from '../../store/live';
import { theme } from '../../store/preferences';
import { selection } from '../../store/selection';
import { openView, openViewState } from '../../store/views';
import { alarmKind } from '../../ui/alarmText';
import { Icon } from '../../ui/Icon';
import { PriorityMark } from '../../ui/marks';
import { type Past, statistics } from './calls';
import { Kpi } from './Kpi';
import { dayBegin } from './day';
import { w } from './words';
import './desk.css';
import './dashboard.css';

const PERIODS = ['today', 'week', 'month'] as const;
type Period = (typeof PERIODS)[number];
const DAY_MS = 86_400_000;
const AGAIN_MS = 60_000;
const TOPS = ['points', 'assets', 'fences', 'people'] as const;

function pastOf(period: Period, now_ms: number): Past {
  if (period === 'today') return { from_ms: dayBegin(now_ms, zone.peek()), to_ms: now_ms };
  return { from_ms: now_ms - (period === 'week' ? 7 : 30) * DAY_MS, to_ms: now_ms };
}

/** The figures of a period, read again every minute. */
function useStatistics(period: Period, operators: number) {
  const [read, setRead] = useState<{ told: AlarmStatistics | null; fault: string | null }>({ told: null, fault: null });
  useEffect(() => {
    const reading = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = async () => {
      try {
        const told = await statistics(pastOf(period, wall_ms.peek()), operators, reading.signal);
        setRead({ told, fault: null });
      } catch (error) {
        if (reading.signal.aborted) return;
        setRead((before) => ({ ...before, fault: reason(error) }));
      }
      if (!reading.signal.aborted) timer = setTimeout(() => void again(), AGAIN_MS);
    };
    void again();
    return () => {
      clearTimeout(timer);
      reading.abort();
    };
  }, [period, operators]);
  return read;
}

const token = (of: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${of}`).trim();

/** Calls per hour by priority, stacked; the gaps of the record are not drawn as zero: see the note above the chart. */
function Trend({ told }: { told: AlarmStatistics }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null) return undefined;
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16');
    const hours = told.hour_ms.map((ms) => ms / 1000);
    // Stacked from the most urgent upwards, so that it always stands on the ground.
    const sums = PRIORITIES.map((_, p) => told.hourly.map((row) => row.slice(0, p + 1).reduce((a, b) => a + b, 0)));
    const bars = uPlot.paths.bars!({ size: [0.9, 40], align: 1 });
    const axis = {
      stroke: token('text-secondary'),
      font: `${0.75 * rem}px ${token('font')}`,
      ticks: { show: false },
      grid: { stroke: token('hairline-soft'), width: 1 },
    };
    const long = hours.length > 48;
    const plot = new uPlot(
      {
        width: box.current.clientWidth,
        height: 11 * rem,
        tzDate: (s) => uPlot.tzDate(new Date(s * 1000), zone.peek()),
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: true, range: () => [hours[0]!, hours.at(-1)! + 3600] },
          y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.1))] },
        },
        axes: [
          {
            ...axis,
            space: 5 * rem,
            size: 1.5 * rem,
            values: (_, splits) =>
              splits.map((s) => (long ? day(s * 1000, zone.peek()) : hourMinute(s * 1000, zone.peek()))),
          },
          {
            ...axis,
            space: 2 * rem,
            size: 2.5 * rem,
            values: (_, splits) => splits.map((v) => (Number.isInteger(v) ? String(v) : '')),
          },
        ],
        // The tallest first, so that the shorter ones stand before it.
        series: [
          {},
          ...PRIORITIES.toReversed().map((p) => ({
            paths: bars,
            fill: token(`p${p}`),
            stroke: token('mark-outline'),
            width: 0.5,
            points: { show: false },
          })),
        ],
      },
      [hours, ...sums.toReversed()],
      box.current,
    );
    const watch = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) {
        plot.setSize({ width: entry.contentRect.width, height: 11 * rem });
      }
    });
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [told, theme.value, language.value]);
  return (
    <figure class="dash-trend">
      <figcaption>
        {w('dash.trend')}
        <span class="dash-legend">
          {PRIORITIES.map((p) => (
            <span key={p}>
              <PriorityMark priority={p} />
              {count(told.priorities[p - 1] ?? 0)}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={box} data-testid="dash-trend" />
    </figure>
  );
}

function Kinds({ told }: { told: AlarmStatistics }) {
  if (told.kinds.length === 0) return <p class="empty">{w('dash.none')}</p>;
  return (
    <table class="figures" data-testid="dash-kinds">
      <thead>
        <tr>
          <th scope="col">{w('dash.kind')}</th>
          <th scope="col">{w('dash.raised')}</th>
          <th scope="col">{w('dash.acknowledged')}</th>
          <th scope="col">{w('dash.handled')}</th>
          <th scope="col">{w('dash.open')}</th>
          <th scope="col" title={w('dash.quiet.hint')}>
            {w('dash.quiet')}
          </th>
          <th scope="col" title={w('dash.calls.hint')}>
            {w('dash.calls')}
          </th>
        </tr>
      </thead>
      <tbody>
        {told.kinds.map((kind) => (
          <tr key={kind.kind}>
            <th scope="row">{alarmKind(kind.kind)}</th>
            <td>
              <b>{count(kind.raised)}</b>
            </td>
            <td>{count(kind.acknowledged)}</td>
            <td>{count(kind.handled)}</td>
            <td>{count(kind.open)}</td>
            <td>{count(kind.quiet)}</td>
            <td>{count(kind.calls)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Top({ told }: { told: AlarmStatistics }) {
  const [of, setOf] = useState<(typeof TOPS)[number]>('points');
  const rows = told.top[of] ?? [];
  const most = Math.max(1, ...rows.map((row) => row.calls));
  return (
    <section class="dash-card">
      <header>
        <h3>{w('dash.top')}</h3>
        <div class="tabs" role="tablist">
          {TOPS.map((which) => (
            <button key={which} type="button" role="tab" aria-selected={of === which} onClick={() => setOf(which)}>
              {w(`dash.top.${which}`)}
            </button>
          ))}
        </div>
      </header>
      {rows.length === 0 && <p class="empty">{w('dash.none')}</p>}
      <ol class="dash-top">
        {rows.map((row) => (
          <li key={`${row.kind ?? ''}${row.code}`}>
            <span class="dash-top-name" title={row.code}>
              {row.kind !== null && <b>{alarmKind(row.kind)} </b>}
              {name(row.names)}
            </span>
            <span class="dash-bar">
              <i style={{ width: `${(100 * row.calls) / most}%` }} />
            </span>
            <b>{count(row.calls)}</b>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Counts({ told }: { told: AlarmStatistics }) {
  const raised = told.kinds.reduce((n, kind) => n + kind.raised, 0);
  const handled = told.kinds.reduce((n, kind) => n + kind.handled, 0);
  const acknowledged = told.kinds.reduce((n, kind) => n + kind.acknowledged, 0);
  return (
    <div class="dash-grid">
      <div class="dash-numbers">
        <div>
          <b>{count(raised)}</b>
          <span>{w('dash.raised')}</span>
        </div>
        <div>
          <b>{count(acknowledged)}</b>
          <span>{w('dash.acknowledged')}</span>
        </div>
        <div>
          <b>{count(handled)}</b>
          <span>{w('dash.handled')}</span>
        </div>
        <div title={w('dash.calls.hint')}>
          <b>{count(told.calls)}</b>
          <span>{w('dash.calls')}</span>
        </div>
        <div title={w('dash.answer.hint')}>
          <b>
            {told.answer_median_s === null || told.answer_p95_s === null
              ? '—'
              : `${age(told.answer_median_s)} / ${age(told.answer_p95_s)}`}
          </b>
          <span>{w('dash.answer')}</span>
        </div>
      </div>
      <Trend told={told} />
      <section class="dash-card">
        <header>
          <h3>{w('dash.kinds')}</h3>
        </header>
        <Kinds told={told} />
      </section>
      <Top told={told} />
      {told.floods.length > 0 && (
        <section class="dash-card is-wide">
          <header>
            <h3>{w('dash.floods', { n: told.flood_count })}</h3>
          </header>
          <ul class="dash-floods">
            {told.floods.slice(0, 8).map((flood) => {
              const from = Date.parse(flood.t_from);
              return (
                <li key={flood.t_from}>
                  {w('dash.flood', {
                    from: `${day(from, zone.value)} ${hourMinute(from, zone.value)}`,
                    span: age((Date.parse(flood.t_to) - from) / 1000),
                    n: flood.alarms,
                    peak: flood.peak,
                  })}
                </li>
              );
            })}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Counts, trend and the worst of a period, and the figures beside published targets. */
export function Dashboard() {
  const [period, setPeriod] = useState<Period>('today');
  const [operators, setOperators] = useState(1);
  const tab = openViewState.value === 'kpi' ? 'kpi' : 'counts';
  const { told, fault } = useStatistics(period, operators);
  const moment = (iso: string): string => {
    const ms = Date.parse(iso);
    return `${day(ms, zone.value)} ${hourMinute(ms, zone.value)}`;
  };
  const short = told !== null && Date.parse(told.t_from) - Date.parse(told.asked_from) > 60_000;
  return (
    <section
      class={`view-page desk${selection.value === null ? '' : ' is-beside'}`}
      aria-label={w('dash.title')}
      data-testid="dashboard"
    >
      <header class="desk-head">
        <h2>{w('dash.title')}</h2>
        <div class="tabs" role="tablist">
          {(['counts', 'kpi'] as const).map((which) => (
            <button
              key={which}
              type="button"
              role="tab"
              aria-selected={tab === which}
              data-testid={`dash-tab-${which}`}
              onClick={() => (openViewState.value = which === 'counts' ? '' : which)}
            >
              {w(`dash.tab.${which}`)}
            </button>
          ))}
        </div>
        <div class="tabs" role="radiogroup">
          {PERIODS.map((which) => (
            <button
              key={which}
              type="button"
              role="radio"
              aria-checked={period === which}
              aria-selected={period === which}
              onClick={() => setPeriod(which)}
            >
              {w(`dash.period.${which}`)}
            </button>
          ))}
        </div>
        <span class="tools-space" />
        <button
          type="button"
          class="icon-button"
          title={w('close')}
          aria-label={w('close')}
          onClick={() => (openView.value = null)}
        >
          <Icon node={X} />
        </button>
      </header>
      {fault !== null && (
        <p class="alarm-fault" role="alert">
          {w('failed', { reason: fault })}
        </p>
      )}
      {told === null && fault === null && <p class="empty">{w('loading')}</p>}
      {told !== null && (
        <div class="desk-scroll">
          <p class="dash-span">
            {w('dash.span', {
              from: moment(told.t_from),
              to: moment(told.t_to),
              span: age((Date.parse(told.t_to) - Date.parse(told.t_from)) / 1000),
            })}
            {short && <span> · {w('dash.since', { from: moment(told.t_from) })}</span>}
            {told.gaps > 0 && <strong> · {w('dash.gaps', { n: number(told.gaps, 0) })}</strong>}
          </p>
          {tab === 'counts' ? (
            <Counts told={told} />
          ) : (
            <Kpi told={told} operators={operators} setOperators={setOperators} />
          )}
        </div>
      )}
    </section>
  );
}
