/** Crowds seen from far away as counts on a screen grid. Pure. */

export interface Cluster {
  x: number;
  y: number;
  count: number;
  /** Of these, predicted, lost or never sure. */
  uncertain: number;
  rows: number[];
}

export function clusterByCell(
  points: readonly { x: number; y: number; row: number; uncertain: boolean }[],
  cellPx: number,
): Cluster[] {
  const cells = new Map<string, Cluster>();
  for (const p of points) {
    const key = `${Math.floor(p.x / cellPx)}:${Math.floor(p.y / cellPx)}`;
    const cell = cells.get(key) ?? { x: 0, y: 0, count: 0, uncertain: 0, rows: [] };
    cell.x += p.x;
    cell.y += p.y;
    cell.count += 1;
    cell.uncertain += p.uncertain ? 1 : 0;
    cell.rows.push(p.row);
    cells.set(key, cell);
  }
  return [...cells.values()].map((c) => ({ ...c, x: c.x / c.count, y: c.y / c.count }));
}
