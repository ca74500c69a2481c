/** The tables of the answers: what each column shows and sorts by, and the stretch of the past behind a row. */

import type {
  AreaOccupancy,
  EncounterRecord,
  ExceedanceRecord,
  Names,
  PersonDwell,
  SubjectRef,
  Transition,
  VisitRecord,
  WayRecord,
} from '../../api/types.gen';
import { lookUp, name } from '../../i18n';
import { age, clock, count, day, list, metres, number } from '../../i18n/format';
import { zone } from '../../store/live';
import type { Shown } from '../commissioning/columns';
import { w } from './words';

/** What a row stands for: whom to show, and when. */
export interface Stretch {
  id: string;
  subjects: readonly string[];
  from_ms: number;
  to_ms: number;
  lon: number | null;
  lat: number | null;
  sensor?: string;
}

const DAY_MS = 86_400_000;
const ms = (iso: string): number => Date.parse(iso);

/** Local time; with the day where the answer reaches over more than one. */
export function when(iso: string, long: boolean): string {
  const t_ms = ms(iso);
  return long ? `${day(t_ms, zone.value)} ${clock(t_ms, zone.value)}` : clock(t_ms, zone.value);
}

export const reachesFar = (of: { t_from: string; t_to: string }): boolean => ms(of.t_to) - ms(of.t_from) > DAY_MS / 2;

const subjectColumns = <T extends { subject: SubjectRef }>(): Shown<T>[] => [
  { key: 'name', title: w('col.name'), value: (row) => name(row.subject.names) },
  { key: 'code', title: w('col.code'), value: (row) => row.subject.id },
];

function time<T>(key: string, title: string, of: (row: T) => string | null, long: boolean): Shown<T> {
  return {
    key,
    title,
    value: (row) => {
      const iso = of(row);
      return iso === null ? null : ms(iso);
    },
    text: (row) => {
      const iso = of(row);
      return iso === null ? '—' : when(iso, long);
    },
  };
}

function lasting<T>(key: string, title: string, of: (row: T) => number): Shown<T> {
  return { key, title, numeric: true, value: of, text: (row) => age(of(row)) };
}

function figure<T>(key: string, title: string, of: (row: T) => number): Shown<T> {
  return { key, title, numeric: true, value: of, text: (row) => count(of(row)) };
}

export function remarks(row: { began_open: boolean; ended_open: boolean }): string {
  return list([...(row.began_open ? [w('open.began')] : []), ...(row.ended_open ? [w('open.ended')] : [])]);
}

export const visitId = (row: VisitRecord): string => `${row.subject.id} ${row.entered}`;
export const visitStretch = (row: VisitRecord): Stretch => ({
  id: visitId(row),
  subjects: [row.subject.id],
  from_ms: ms(row.entered),
  to_ms: ms(row.left),
  lon: row.lon,
  lat: row.lat,
});

export function visitColumns(long: boolean): Shown<VisitRecord>[] {
  return [
    ...subjectColumns<VisitRecord>(),
    time('entered', w('col.entered'), (row) => row.entered, long),
    time('left', w('col.left'), (row) => row.left, long),
    lasting('dwell', w('col.dwell'), (row) => row.dwell_s),
    {
      key: 'sure',
      title: w('col.sure'),
      numeric: true,
      value: (row) => row.probability,
      text: (row) => `${number(100 * row.probability, 0)} %`,
    },
    { key: 'remarks', title: w('col.remarks'), value: remarks },
  ];
}

export function peopleColumns(): Shown<PersonDwell>[] {
  return [
    ...subjectColumns<PersonDwell>(),
    figure('times', w('col.times'), (row) => row.visits),
    lasting('total', w('col.total'), (row) => row.dwell_s),
  ];
}

export const encounterId = (row: EncounterRecord): string => `${row.subject.id} ${row.began}`;
export const encounterStretch = (row: EncounterRecord, whom: string): Stretch => ({
  id: encounterId(row),
  subjects: [row.subject.id, whom],
  from_ms: ms(row.began),
  to_ms: ms(row.ended),
  lon: row.lon,
  lat: row.lat,
});

export function encounterColumns(long: boolean): Shown<EncounterRecord>[] {
  return [
    ...subjectColumns<EncounterRecord>(),
    time('began', w('col.began'), (row) => row.began, long),
    time('ended', w('col.ended'), (row) => row.ended, long),
    lasting('dwell', w('col.lasted'), (row) => row.dwell_s),
    {
      key: 'nearest',
      title: w('col.nearest'),
      numeric: true,
      value: (row) => row.nearest_m,
      text: (row) => `${metres(row.nearest_m)} ± ${number(2 * row.sigma_m, 1)}`,
    },
    time('nearest_at', w('col.nearest_at'), (row) => row.nearest_at, long),
    { key: 'remarks', title: w('col.remarks'), value: remarks },
  ];
}

export const wayId = (row: WayRecord): string => `${row.subject.id} ${row.left}`;
export const wayStretch = (row: WayRecord): Stretch => ({
  id: wayId(row),
  subjects: [row.subject.id],
  from_ms: ms(row.left),
  to_ms: ms(row.entered),
  lon: null,
  lat: null,
});

export function wayColumns(long: boolean): Shown<WayRecord>[] {
  return [
    ...subjectColumns<WayRecord>(),
    time('left', w('col.left_a'), (row) => row.left, long),
    time('entered', w('col.entered_b'), (row) => row.entered, long),
    lasting('took', w('col.took'), (row) => row.duration_s),
  ];
}

export function areaColumns(long: boolean): Shown<AreaOccupancy>[] {
  return [
    { key: 'area', title: w('col.area'), value: (row) => name(row.names) },
    { key: 'curve', title: w('col.curve'), value: (row) => row.most, text: () => '' },
    figure('most', w('col.most'), (row) => row.most),
    time('most_at', w('col.most_at'), (row) => row.most_at, long),
    figure('people', w('col.people'), (row) => row.people),
    figure('visits', w('col.visits'), (row) => row.visits),
    lasting('mean', w('col.mean'), (row) => row.mean_s),
    lasting('longest', w('col.longest'), (row) => row.longest_s),
    lasting('total', w('col.total'), (row) => row.dwell_s),
  ];
}

export const moveId = (row: Transition): string => `${row.from_key} ${row.to_key}`;

export function moveColumns(names: ReadonlyMap<string, Names>): Shown<Transition>[] {
  const called = (key: string): string => name(names.get(key) ?? { zh: key, en: key });
  return [
    { key: 'from', title: w('col.from'), value: (row) => called(row.from_key) },
    { key: 'to', title: w('col.to'), value: (row) => called(row.to_key) },
    figure('times', w('col.times'), (row) => row.times),
    lasting('mean', w('col.took_mean'), (row) => row.mean_s),
  ];
}

export const exceedanceId = (row: ExceedanceRecord): string => `${row.sensor} ${row.limit} ${row.began}`;
export const exceedanceStretch = (row: ExceedanceRecord): Stretch => ({
  id: exceedanceId(row),
  subjects: row.near.slice(0, 8).map((one) => one.subject.id),
  from_ms: ms(row.began),
  to_ms: ms(row.ended),
  lon: row.lon,
  lat: row.lat,
  sensor: row.sensor,
});

export function exceedanceColumns(long: boolean): Shown<ExceedanceRecord>[] {
  return [
    { key: 'sensor', title: w('col.sensor'), value: (row) => name(row.names) },
    { key: 'code', title: w('col.code'), value: (row) => row.sensor },
    { key: 'limit', title: w('col.limit'), value: (row) => lookUp(`limit.${row.limit}`) ?? row.limit },
    {
      key: 'worst',
      title: w('col.worst'),
      numeric: true,
      value: (row) => row.worst,
      text: (row) => `${number(row.worst, 1)} ${row.unit}`,
    },
    time('began', w('col.began'), (row) => row.began, long),
    lasting('lasted', w('col.lasted'), (row) => (ms(row.ended) - ms(row.began)) / 1000),
    {
      key: 'near',
      title: w('col.near'),
      value: (row) => row.near.length,
      text: (row) =>
        row.near.length === 0
          ? w('near.none')
          : list(row.near.map((one) => w('near.one', { name: name(one.subject.names), lasting: age(one.dwell_s) }))),
    },
  ];
}
