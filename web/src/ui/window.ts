/** The rows of a long list that are on the screen. Pure; rows all have one height. */

export interface Slice {
  first: number;
  /** One past the last. */
  end: number;
  /** Height of what is left out above and below, CSS pixels. */
  before_px: number;
  after_px: number;
}

/** Rows to draw for a scroll position, with a few beyond each edge. */
export function visibleRows(count: number, row_px: number, scroll_px: number, height_px: number, beyond = 4): Slice {
  const first = Math.min(count, Math.max(0, Math.floor(scroll_px / row_px) - beyond));
  const end = Math.min(count, Math.ceil((scroll_px + height_px) / row_px) + beyond);
  return {
    first,
    end: Math.max(first, end),
    before_px: first * row_px,
    after_px: (count - Math.max(first, end)) * row_px,
  };
}

/**
 * Where to scroll so that the row being read stays where it is when rows come or go above it. At the top the list
 * follows the newest instead.
 */
export function steadyScroll(
  before: readonly { id: string }[],
  after: readonly { id: string }[],
  row_px: number,
  scroll_px: number,
): number {
  if (scroll_px < row_px / 2) return scroll_px;
  const place = new Map(after.map((row, i) => [row.id, i]));
  for (let i = Math.floor(scroll_px / row_px); i < before.length; i++) {
    const now = place.get(before[i]!.id);
    if (now !== undefined) return scroll_px + (now - i) * row_px;
  }
  return scroll_px;
}
