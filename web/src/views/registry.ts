/** Every view beside the live plant. A new one is an entry here, a key in `store/views.ts`, and a folder beside this file. */

import { ChartColumn, CircleHelp, Fence, FileSearch, History, RadioTower, Siren, SquareActivity } from 'lucide';
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { IconNode } from 'lucide';
import type { Names } from '../map/port';
import { replaying, toggleReplay } from '../store/replay';
import type { ViewKey } from '../store/views';

export interface ViewEntry {
  key: ViewKey;
  icon: IconNode;
  /** Short, for the rail. */
  label: Names;
  /** Longer, for the help and the search. */
  title: Names;
  /** The key that opens and closes it. */
  letter: string;
  /** `foot`: under the map; `side`: left over the map; `page`: over the whole map. */
  place: 'foot' | 'side' | 'page';
  load: () => Promise<ComponentType>;
  /** Opened from where it belongs, not from the rail. */
  unrailed?: boolean;
}

export const VIEWS: readonly ViewEntry[] = [
  {
    key: 'alarms',
    icon: SquareActivity,
    label: { zh: '报警台', en: 'Desk' },
    title: { zh: '报警台：全部报警、搁置、日志', en: 'Alarm desk: all alarms, shelved ones, journal' },
    letter: 'k',
    place: 'page',
    load: () => import('./alarms/Desk').then((module) => module.Desk),
  },
  {
    key: 'dashboard',
    icon: ChartColumn,
    label: { zh: '统计', en: 'Figures' },
    title: { zh: '报警统计与指标', en: 'Alarm statistics and indicators' },
    letter: 'o',
    place: 'page',
    load: () => import('./alarms/Dashboard').then((module) => module.Dashboard),
  },
  {
    key: 'explain',
    icon: CircleHelp,
    label: { zh: '依据', en: 'Why' },
    title: { zh: '报警依据：它为何发生', en: 'Why an alarm was raised' },
    letter: 'x',
    place: 'foot',
    unrailed: true,
    load: () => import('./alarms/Explain').then((module) => module.Explain),
  },
  {
    key: 'muster',
    icon: Siren,
    label: { zh: '集合', en: 'Muster' },
    title: { zh: '应急集合点名', en: 'Evacuation muster' },
    letter: 'm',
    place: 'side',
    load: () => import('./muster/Panel').then((module) => module.MusterPanel),
  },
  {
    key: 'fences',
    icon: Fence,
    label: { zh: '围栏', en: 'Fences' },
    title: { zh: '电子围栏：绘制、规则与版本', en: 'Fences: drawing, rules and versions' },
    letter: 'e',
    place: 'side',
    load: () => import('./fences/Panel').then((module) => module.FencesPanel),
  },
  {
    key: 'questions',
    icon: FileSearch,
    label: { zh: '往事', en: 'Past' },
    title: {
      zh: '往事查询：谁在这里、谁在附近、占用、热力图',
      en: 'Questions of the past: who was here or near, occupancy, heat map',
    },
    letter: 'q',
    place: 'side',
    load: () => import('./questions/Panel').then((module) => module.QuestionsPanel),
  },
  {
    key: 'commissioning',
    icon: RadioTower,
    label: { zh: '定位调试', en: 'Setup' },
    title: { zh: '定位调试', en: 'Commissioning of the positioning' },
    letter: 'c',
    place: 'foot',
    load: () => import('./commissioning/Panel').then((module) => module.CommissioningPanel),
  },
];

/** A key and what it does, for the help. */
export interface KeyWords {
  keys: readonly string[];
  does: Names;
}

/** What changes the time of the whole page rather than opening over it. */
export interface ModeEntry extends Omit<ViewEntry, 'key' | 'place' | 'load'> {
  key: 'replay';
  active: ReadonlySignal<boolean>;
  toggle: () => void;
  /** Keys that hold while it is on. */
  keys: readonly KeyWords[];
}

export const MODES: readonly ModeEntry[] = [
  {
    key: 'replay',
    icon: History,
    label: { zh: '回放', en: 'Replay' },
    title: { zh: '回放：回到过去的时刻', en: 'Replay: the plant as it was' },
    letter: 'r',
    active: replaying,
    toggle: toggleReplay,
    keys: [
      { keys: ['Space'], does: { zh: '回放：播放或暂停', en: 'Replay: play or pause' } },
      {
        keys: ['J', 'K', 'L'],
        does: {
          zh: '回放：倒放（再按加速）、暂停、正放（再按加速）',
          en: 'Replay: backwards (again: faster), pause, forwards (again: faster)',
        },
      },
      {
        keys: ['←', '→'],
        does: {
          zh: '回放：退或进 1 秒（Shift 10 秒，Alt 一次定位）',
          en: 'Replay: one second back or on (Shift: 10 s, Alt: one position)',
        },
      },
      { keys: ['[', ']'], does: { zh: '回放：上一个或下一个报警', en: 'Replay: previous or next alarm' } },
      { keys: ['{', '}'], does: { zh: '回放：上一次或下一次进出围栏', en: 'Replay: previous or next crossing' } },
    ],
  },
];

export const viewEntry = (key: ViewKey | null): ViewEntry | undefined => VIEWS.find((one) => one.key === key);
