import { ArrowDown, ArrowUp } from 'lucide';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../../ui/Icon';
import { visibleRows } from '../../ui/window';
import type { Shown } from './columns';
import { ordered, turned, type Order } from './table';

/** Row height, rem; the style sheet has the same. */
const ROW_REM = 1.875;

interface Props<T> {
  label: string;
  kind: string;
  rows: readonly T[];
  columns: readonly Shown<T>[];
  first: Order;
  now_ms: number;
  id: (row: T) => string;
  chosen: string | null;
  choose: (row: T) => void;
  /** Shown instead of rows. */
  none: string;
  /** A cell that is more than text; null for text. */
  cell?: (row: T, key: string) => ComponentChildren | null;
  warn?: (row: T, key: string) => boolean;
}

/** A long table: sorted by its headings, walked with the arrow keys, a row chosen with Enter or a click. */
export function Table<T>(props: Props<T>) {
  const { rows, columns, id, chosen, choose, now_ms, cell, warn } = props;
  const [order, setOrder] = useState<Order>(props.first);
  const [scroll, setScroll] = useState(0);
  const [height, setHeight] = useState(400);
  const box = useRef<HTMLDivElement>(null);
  const row_px = ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize || '16');
  const sorted = ordered(rows, columns, order);
  const slice = visibleRows(sorted.length, row_px, scroll, height);

  useEffect(() => {
    if (box.current === null) return undefined;
    const watch = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 400));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);

  useEffect(() => {
    const at = sorted.findIndex((row) => id(row) === chosen);
    const element = box.current;
    if (at < 0 || element === null) return;
    const top = at * row_px;
    if (top < element.scrollTop || top + row_px > element.scrollTop + element.clientHeight) {
      element.scrollTop = Math.max(0, top - element.clientHeight / 2);
    }
    // Only when the choice changes: rows that move about must not drag the table along.
  }, [chosen]);

  const move = (event: KeyboardEvent) => {
    const focused = document.activeElement?.closest<HTMLElement>('[data-row]');
    if (focused == null) return;
    const row = sorted.find((one) => id(one) === focused.dataset['row']);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      event.stopPropagation();
      const next = event.key === 'ArrowDown' ? focused.nextElementSibling : focused.previousElementSibling;
      if (next instanceof HTMLElement && next.dataset['row'] !== undefined) next.focus();
    } else if ((event.key === 'Enter' || event.key === ' ') && row !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      choose(row);
    }
  };

  return (
    <div
      class={`survey-table is-${props.kind}`}
      role="table"
      aria-label={props.label}
      aria-rowcount={sorted.length + 1}
      data-testid={`survey-${props.kind}`}
      onKeyDown={move}
    >
      <div class="survey-head survey-row" role="row">
        {columns.map((column) => {
          const current = order.key === column.key;
          const sort = current ? (order.descending ? 'descending' : 'ascending') : 'none';
          return (
            <span key={column.key} role="columnheader" aria-sort={sort} class={column.numeric ? 'is-number' : ''}>
              <button type="button" onClick={() => setOrder(turned(order, column.key))} title={column.title}>
                <span>{column.title}</span>
                {current && <Icon node={order.descending ? ArrowDown : ArrowUp} size={0.75} />}
              </button>
            </span>
          );
        })}
      </div>
      <div
        class="survey-scroll"
        ref={box}
        role="rowgroup"
        onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
      >
        {sorted.length === 0 && <p class="empty">{props.none}</p>}
        <div style={{ height: `${slice.before_px}px` }} />
        {sorted.slice(slice.first, slice.end).map((row, i) => (
          <div
            key={id(row)}
            role="row"
            class={`survey-row${chosen === id(row) ? ' is-chosen' : ''}`}
            aria-rowindex={slice.first + i + 2}
            aria-selected={chosen === id(row)}
            tabIndex={0}
            data-row={id(row)}
            onClick={() => choose(row)}
          >
            {columns.map((column) => {
              const text = column.text?.(row, now_ms) ?? String(column.value(row) ?? '—');
              const classes = [column.numeric ? 'is-number' : '', warn?.(row, column.key) ? 'is-bad' : ''];
              return (
                <span key={column.key} role="cell" class={classes.join(' ').trim()} title={text}>
                  {cell?.(row, column.key) ?? text}
                </span>
              );
            })}
          </div>
        ))}
        <div style={{ height: `${slice.after_px}px` }} />
      </div>
    </div>
  );
}
