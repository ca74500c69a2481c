/** Rows of a table in the order and selection asked for, and as CSV. Pure. */

export type Value = number | string | null;

export interface Column<T> {
  key: string;
  title: string;
  /** What it is sorted by and what stands in the file; null where nothing is known. */
  value: (row: T) => Value;
  /** How it is sorted where the value itself gives no order. */
  rank?: (row: T) => number;
}

export interface Order {
  key: string;
  descending: boolean;
}

function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

/** Sorted rows; what is not known stands last whichever way, and equal rows keep their order. */
export function ordered<T>(rows: readonly T[], columns: readonly Column<T>[], order: Order): T[] {
  const column = columns.find((one) => one.key === order.key);
  if (column === undefined) return [...rows];
  const key = (row: T): Value => (column.rank ? column.rank(row) : column.value(row));
  return rows.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return order.descending ? compare(y, x) : compare(x, y);
  });
}

/** Whether every word of a search is somewhere in the texts. */
export function matches(words: string, texts: readonly (string | null)[]): boolean {
  const all = texts.join('\u0000').toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** The next order when a heading is chosen: the other way round, or a new column. */
export function turned(order: Order, key: string): Order {
  return { key, descending: order.key === key ? !order.descending : false };
}

function field(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet would take text that begins so for a formula.
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as CSV after RFC 4180, with the mark by which spreadsheets know UTF-8. */
export function csv<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const lines = [columns.map((column) => field(column.title))];
  for (const row of rows) lines.push(columns.map((column) => field(column.value(row))));
  return `\ufeff${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}
