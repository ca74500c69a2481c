/** The list of alarms, in the foot of the page and on the desk: only what is on the screen is drawn, and it stays put. */

import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { AlarmRecord } from '../api/types.gen';
import { t } from '../i18n';
import { isUnacknowledged } from '../store/alarms';
import { acknowledge, locate } from './actions';
import { openAlarmDialog, openExplanation } from './alarmDialog';
import { AlarmRow } from './AlarmRow';
import { type Slice, steadyScroll, visibleRows } from './window';

/** Row height, rem; the style sheet has the same. */
const ROW_REM = 2.25;

const rowPx = (): number => ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16');

export interface Window {
  box: RefObject<HTMLDivElement | null>;
  onScroll: (event: { currentTarget: HTMLDivElement }) => void;
  slice: Slice;
  /** Rows that are on the screen now. */
  onScreen: readonly AlarmRecord[];
}

/** The part of the rows to draw; a row being read stays where it is while others come and go above it. */
export function useWindow(rows: readonly AlarmRecord[]): Window {
  const [scroll, setScroll] = useState(0);
  const [height, setHeight] = useState(400);
  const box = useRef<HTMLDivElement>(null);
  const shown = useRef<readonly AlarmRecord[]>([]);
  const row_px = rowPx();

  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = rows;
    if (box.current === null || before === rows) return;
    const steady = steadyScroll(before, rows, row_px, box.current.scrollTop);
    if (steady !== box.current.scrollTop) box.current.scrollTop = steady;
  }, [rows]);

  useEffect(() => {
    if (box.current === null) return undefined;
    const watch = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 400));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  return {
    box,
    onScroll: (event) => setScroll(event.currentTarget.scrollTop),
    slice: visibleRows(rows.length, row_px, scroll, height),
    onScreen: rows.slice(Math.floor(scroll / row_px), Math.ceil((scroll + height) / row_px)),
  };
}

export function AlarmColumns() {
  return (
    <div class="alarm-columns" aria-hidden="true">
      <span />
      <span>{t('alarm.time')}</span>
      <span>{t('alarm.what')}</span>
      <span>{t('alarm.where')}</span>
      <span>{t('alarm.value')}</span>
      <span>{t('alarm.age')}</span>
      <span>{t('alarm.state')}</span>
      <span>{t('alarm.area')}</span>
    </div>
  );
}

/** Keys that do something with the row in focus. */
const KEYS: Readonly<Record<string, (alarm: AlarmRecord) => void>> = {
  a: (alarm) => {
    if (isUnacknowledged(alarm)) void acknowledge(alarm);
  },
  s: (alarm) => openAlarmDialog('shelve', alarm.id),
  w: (alarm) => openAlarmDialog('handle', alarm.id),
  x: (alarm) => openExplanation(alarm),
  enter: locate,
};

interface Props {
  rows: readonly AlarmRecord[];
  window: Window;
  empty: string;
  aside?: ((alarm: AlarmRecord) => ComponentChildren) | undefined;
  actions?: ((alarm: AlarmRecord) => ComponentChildren) | undefined;
  /** After the last row. */
  children?: ComponentChildren;
}

/** Rows with their keys: arrows move, A acknowledges, S shelves, W handles, X explains, Enter goes there. */
export function AlarmTable({ rows, window: shown, empty, aside, actions, children }: Props) {
  const { slice } = shown;
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const focused = document.activeElement?.closest<HTMLElement>('[data-alarm]');
    if (focused == null) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const sibling = event.key === 'ArrowDown' ? focused.nextElementSibling : focused.previousElementSibling;
      sibling?.querySelector<HTMLElement>('.alarm-open')?.focus();
      return;
    }
    const alarm = rows.find((one) => one.id === focused.dataset['alarm']);
    const key = event.key.toLowerCase();
    const act = KEYS[key];
    if (alarm === undefined || act === undefined) return;
    // Enter presses the button it is on by itself; only the row's own leads to the place.
    if (key === 'enter' && !(event.target instanceof HTMLElement && event.target.matches('.alarm-open'))) return;
    event.preventDefault();
    event.stopPropagation();
    act(alarm);
  };
  return (
    <div
      class="alarm-scroll"
      ref={shown.box}
      onScroll={shown.onScroll}
      onKeyDown={onKey}
      data-testid="alarm-scroll"
      data-rows={rows.length}
    >
      {rows.length === 0 && empty !== '' && <p class="empty">{empty}</p>}
      <div style={{ height: `${slice.before_px}px` }} />
      {rows.slice(slice.first, slice.end).map((alarm) => (
        <AlarmRow key={alarm.id} alarm={alarm} full aside={aside?.(alarm)}>
          {actions?.(alarm)}
        </AlarmRow>
      ))}
      <div style={{ height: `${slice.after_px}px` }} />
      {children}
    </div>
  );
}
