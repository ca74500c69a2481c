import { Download, FileCheck, History, X } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { HeatAnswer, PersonDwell } from '../../api/types.gen';
import { language } from '../../i18n';
import { age, count, list, number, sitePlace } from '../../i18n/format';
import { head } from '../../store/live';
import { map } from '../../store/map';
import { select } from '../../store/selection';
import { Icon } from '../../ui/Icon';
import type { Shown } from '../commissioning/columns';
import '../commissioning/commissioning.css';
import { Table } from '../commissioning/Table';
import { Areas, Moves } from './Areas';
import { chosen, forget, frame, type Answered } from './asked';
import { refusal, reportFile, save, tableFile } from './calls';
import {
  encounterColumns,
  encounterId,
  exceedanceColumns,
  exceedanceId,
  peopleColumns,
  reachesFar,
  visitColumns,
  visitId,
  wayColumns,
  wayId,
  when,
} from './columns';
import { css, STEPS } from './heat';
import { w } from './words';
import './answer.css';

/** The answers that can be had as a signed report. */
export const REPORTED: ReadonlySet<string> = new Set(['visits']);
/** The hottest squares are listed; the rest are on the map. */
const MOST_SQUARES = 100;
const SQUARE_SPAN_M = 100;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The answer in one line. */
function facts(answer: Answered): string {
  const far = reachesFar(answer.made);
  switch (answer.path) {
    case 'visits': {
      const { people, visits, most, most_at } = answer.made;
      const first = w('fact.inside', { people: people.length, stays: visits.length });
      return most_at === null ? first : `${first} · ${w('fact.most', { most, at: when(most_at, far) })}`;
    }
    case 'near':
      return w('fact.inside', { people: answer.made.people.length, stays: answer.made.encounters.length });
    case 'ways': {
      const { ways } = answer.made;
      const people = new Set(ways.map((way) => way.subject.id)).size;
      const took = ways.length === 0 ? '—' : age(median(ways.map((way) => way.duration_s)));
      return w('fact.ways', { people, ways: ways.length, median: took });
    }
    case 'occupancy': {
      const moves = answer.made.transitions.reduce((sum, move) => sum + move.times, 0);
      return w('fact.areas', { areas: answer.made.areas.length, moves: count(moves) });
    }
    case 'heat': {
      const hours = answer.made.seconds.reduce((sum, s) => sum + s, 0) / 3600;
      return w('fact.heat', { hours: number(hours, 1), cell: answer.made.cell_m });
    }
    default: {
      const { exceedances, radius_m } = answer.made;
      const people = new Set(exceedances.flatMap((row) => row.near.map((one) => one.subject.id))).size;
      return w('fact.exceedances', { n: exceedances.length, people, radius: radius_m });
    }
  }
}

function HeatLegend() {
  return (
    <div class="ask-legend">
      <span>{w('heat.legend')}</span>
      {STEPS.map((step) => (
        <span key={step.from_s}>
          <i style={{ background: css(step.colour) }} />
          {step.from_s === 0 ? w('heat.below') : w(`heat.from.${step.from_s as 60 | 300 | 1800 | 7200}`)}
        </span>
      ))}
    </div>
  );
}

interface Square {
  id: string;
  x_m: number;
  y_m: number;
  seconds: number;
}

function squares(made: HeatAnswer): Square[] {
  return made.seconds
    .map((seconds, i) => ({
      id: `${made.row[i]!} ${made.column[i]!}`,
      x_m: made.west_m + (made.column[i]! + 0.5) * made.cell_m,
      y_m: made.south_m + (made.row[i]! + 0.5) * made.cell_m,
      seconds,
    }))
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, MOST_SQUARES);
}

function squareColumns(): Shown<Square>[] {
  return [
    { key: 'place', title: w('col.place'), value: (row) => sitePlace(row.x_m, row.y_m) },
    {
      key: 'spent',
      title: w('col.spent'),
      numeric: true,
      value: (row) => row.seconds,
      text: (row) => age(row.seconds),
    },
  ];
}

interface Tab {
  key: string;
  label: string;
  shown: () => ComponentChildren;
}

/** A table of the answer; the rows' ids are those of the map's marks. */
function Rows<T>(props: {
  kind: string;
  label: string;
  rows: readonly T[];
  columns: readonly Shown<T>[];
  first: { key: string; descending: boolean };
  id: (row: T) => string;
  choose: (row: T) => void;
  none: string;
  chosen?: string | null;
}) {
  return <Table {...props} now_ms={0} chosen={props.chosen === undefined ? chosen.value : props.chosen} />;
}

function tabsOf(answer: Answered, choose: (id: string) => void): Tab[] {
  const far = reachesFar(answer.made);
  const people = (rows: readonly PersonDwell[], none: string): Tab => ({
    key: 'people',
    label: w('tab.people', { n: rows.length }),
    shown: () => (
      <Rows
        key="people"
        kind="dwell"
        label={w('tab.people', { n: rows.length })}
        rows={rows}
        columns={peopleColumns()}
        first={{ key: 'total', descending: true }}
        id={(row) => row.subject.id}
        choose={(row) => select({ kind: 'mover', id: row.subject.id })}
        none={none}
      />
    ),
  });
  switch (answer.path) {
    case 'visits': {
      const rows = answer.made.visits;
      const label = w('tab.stays', { n: rows.length });
      const none = w(answer.of.kind === 'near' ? 'none.near' : 'none.stays');
      return [
        {
          key: 'stays',
          label,
          shown: () => (
            <Rows
              key="visits"
              kind="visits"
              label={label}
              rows={rows}
              columns={visitColumns(far)}
              first={{ key: 'entered', descending: false }}
              id={visitId}
              choose={(row) => choose(visitId(row))}
              none={none}
            />
          ),
        },
        people(answer.made.people, none),
      ];
    }
    case 'near': {
      const rows = answer.made.encounters;
      const label = w('tab.stays', { n: rows.length });
      return [
        {
          key: 'stays',
          label,
          shown: () => (
            <Rows
              key="near"
              kind="near"
              label={label}
              rows={rows}
              columns={encounterColumns(far)}
              first={{ key: 'nearest', descending: false }}
              id={encounterId}
              choose={(row) => choose(encounterId(row))}
              none={w('none.near')}
            />
          ),
        },
        people(answer.made.people, w('none.near')),
      ];
    }
    case 'ways': {
      const rows = answer.made.ways;
      const label = w('tab.ways', { n: rows.length });
      return [
        {
          key: 'ways',
          label,
          shown: () => (
            <Rows
              key="ways"
              kind="ways"
              label={label}
              rows={rows}
              columns={wayColumns(far)}
              first={{ key: 'left', descending: false }}
              id={wayId}
              choose={(row) => choose(wayId(row))}
              none={w('none.ways')}
            />
          ),
        },
      ];
    }
    case 'occupancy': {
      const { made } = answer;
      return [
        { key: 'areas', label: w('tab.areas', { n: made.areas.length }), shown: () => <Areas made={made} /> },
        { key: 'moves', label: w('tab.moves', { n: made.transitions.length }), shown: () => <Moves made={made} /> },
      ];
    }
    case 'heat': {
      const rows = squares(answer.made);
      return [
        {
          key: 'squares',
          label: w('tab.squares'),
          shown: () => (
            <>
              <HeatLegend />
              <Rows
                key="squares"
                kind="squares"
                label={w('tab.squares')}
                rows={rows}
                columns={squareColumns()}
                first={{ key: 'spent', descending: true }}
                id={(row) => row.id}
                choose={(row) => {
                  chosen.value = row.id;
                  map.peek()?.flyTo({ x_m: row.x_m, y_m: row.y_m, span_m: SQUARE_SPAN_M });
                }}
                none={w('none.heat')}
              />
            </>
          ),
        },
      ];
    }
    default: {
      const rows = answer.made.exceedances;
      const label = w('tab.exceedances', { n: rows.length });
      return [
        {
          key: 'exceedances',
          label,
          shown: () => (
            <Rows
              key="exceedances"
              kind="exceedances"
              label={label}
              rows={rows}
              columns={exceedanceColumns(far)}
              first={{ key: 'began', descending: false }}
              id={exceedanceId}
              choose={(row) => choose(exceedanceId(row))}
              none={w('none.exceedances')}
            />
          ),
        },
      ];
    }
  }
}

/** The file buttons: one file at a time, with what went wrong or where it went. */
function FileButtons({ answer }: { answer: Answered }) {
  const [note, setNote] = useState('');
  const [making, setMaking] = useState<'csv' | 'pdf' | null>(null);
  const [told, setTold] = useState<{ text: string; bad: boolean } | null>(null);
  const going = useRef<AbortController | null>(null);
  useEffect(() => () => going.current?.abort(), []);
  useEffect(() => setTold(null), [answer]);
  const get = async (which: 'csv' | 'pdf') => {
    const plant = head.peek()?.code;
    if (plant === undefined) return;
    const mine = new AbortController();
    going.current = mine;
    setMaking(which);
    setTold(null);
    const stamp = answer.made.t_from.slice(0, 16).replaceAll(/[-:]/g, '');
    const file = `${plant}-${answer.of.kind}-${stamp}Z.${which}`;
    try {
      const blob =
        which === 'csv'
          ? await tableFile(plant, answer.request, mine.signal)
          : await reportFile(plant, answer.request, language.peek(), note.trim(), mine.signal);
      save(blob, file);
      setTold({ text: w('saved.csv', { name: file }), bad: false });
    } catch (error) {
      if (!mine.signal.aborted) setTold({ text: w('file.failed', { reason: refusal(error) }), bad: true });
    }
    if (!mine.signal.aborted) setMaking(null);
  };
  return (
    <>
      {told !== null && (
        <span
          class={told.bad ? 'ask-told is-bad' : 'ask-told'}
          role={told.bad ? 'alert' : 'status'}
          title={told.text}
          data-testid="ask-told"
        >
          {told.text}
        </span>
      )}
      <button
        type="button"
        class="button"
        title={w('csv.hint')}
        disabled={making !== null}
        onClick={() => void get('csv')}
        data-testid="ask-csv"
      >
        <Icon node={Download} size={0.875} />
        {making === 'csv' ? w('pdf.making') : w('csv')}
      </button>
      {REPORTED.has(answer.path) && (
        <>
          <input
            type="text"
            class="ask-note"
            maxLength={2000}
            placeholder={w('pdf.note')}
            aria-label={w('pdf.note')}
            value={note}
            onInput={(event) => setNote(event.currentTarget.value)}
            data-testid="ask-note"
          />
          <button
            type="button"
            class="button"
            title={w('pdf.hint')}
            disabled={making !== null}
            onClick={() => void get('pdf')}
            data-testid="ask-pdf"
          >
            <Icon node={FileCheck} size={0.875} />
            {making === 'pdf' ? w('pdf.making') : w('pdf')}
          </button>
        </>
      )}
    </>
  );
}

/** What came back, below the map. */
export function Answer(props: {
  answer: Answered;
  /** The question was changed since. */
  stale: boolean;
  choose: (id: string) => void;
  /** Null while no row is chosen that has a past. */
  replay: (() => void) | null;
  pathFault: string | null;
}) {
  const { answer, replay } = props;
  const tabs = tabsOf(answer, props.choose);
  const [wanted, setWanted] = useState(tabs[0]!.key);
  const tab = tabs.find((one) => one.key === wanted) ?? tabs[0]!;
  const { made } = answer;
  const far = reachesFar(made);
  return (
    <section class="ask-answer" aria-label={w(`kind.${answer.of.kind}`)} data-testid="answer" data-path={answer.path}>
      <div class="ask-bar is-facts">
        <strong>{w(`kind.${answer.of.kind}`)}</strong>
        <span data-testid="ask-facts" title={facts(answer)}>
          {facts(answer)}
        </span>
        <span class="muted">
          {w('fact.span', { from: when(made.t_from, far), to: when(made.t_to, far) })} ·{' '}
          {w('fact.fixes', { n: count(made.fixes) })}
        </span>
        <button
          type="button"
          class="icon-button"
          title={w('answer.close')}
          aria-label={w('answer.close')}
          onClick={forget}
          data-testid="answer-close"
        >
          <Icon node={X} />
        </button>
      </div>
      {props.stale && (
        <p class="ask-stale" role="status" data-testid="ask-stale">
          {w('changed')}
        </p>
      )}
      {made.gaps.length > 0 && (
        <p class="ask-gaps hatched" role="status">
          {w('gaps', {
            n: made.gaps.length,
            list: list(made.gaps.slice(0, 3).map((gap) => `${when(gap.t_from, far)}–${when(gap.t_to, far)}`)),
          })}
        </p>
      )}
      {props.pathFault !== null && (
        <p class="ask-fault" role="alert">
          {props.pathFault}
        </p>
      )}
      <div class="ask-bar">
        <div class="tabs" role="tablist">
          {tabs.map((one) => (
            <button
              key={one.key}
              type="button"
              role="tab"
              aria-selected={tab.key === one.key}
              onClick={() => setWanted(one.key)}
              data-testid={`answer-tab-${one.key}`}
            >
              {one.label}
            </button>
          ))}
        </div>
        <span class="tools-space" />
        {answer.path !== 'occupancy' && answer.path !== 'heat' && (
          <button
            type="button"
            class="button"
            disabled={replay === null}
            onClick={() => replay?.()}
            data-testid="ask-replay"
          >
            <Icon node={History} size={0.875} />
            {w('replay')}
          </button>
        )}
        <FileButtons answer={answer} />
      </div>
      {frame.value !== null && <div class="ask-rows">{tab.shown()}</div>}
    </section>
  );
}
