/** Where people went next, as bands between two columns of areas. Pure; lengths are parts of the drawing's own. */

export interface Flow {
  from: string;
  to: string;
  times: number;
}

export interface Node {
  key: string;
  times: number;
  y: number;
  height: number;
}

export interface Band {
  from: string;
  to: string;
  times: number;
  /** Top edge at the left and at the right; both ends are `height` high. */
  left: number;
  right: number;
  height: number;
}

export interface Sankey {
  left: readonly Node[];
  right: readonly Node[];
  bands: readonly Band[];
  /** How often people went that is not drawn. */
  beyond: number;
}

/** The bands most often gone, largest areas first on both sides. */
export function sankey(flows: readonly Flow[], height: number, gap: number, most: number): Sankey {
  const kept = flows
    .filter((flow) => flow.times > 0)
    .toSorted((a, b) => b.times - a.times || a.from.localeCompare(b.from) || a.to.localeCompare(b.to));
  const shown = kept.slice(0, most);
  const beyond = kept.slice(most).reduce((sum, flow) => sum + flow.times, 0);
  const side = (of: (flow: Flow) => string): [string, number][] => {
    const sums = new Map<string, number>();
    for (const flow of shown) sums.set(of(flow), (sums.get(of(flow)) ?? 0) + flow.times);
    return [...sums].toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  };
  const [lefts, rights] = [side((flow) => flow.from), side((flow) => flow.to)];
  const total = shown.reduce((sum, flow) => sum + flow.times, 0);
  const gaps = gap * (Math.max(lefts.length, rights.length) - 1);
  const scale = total === 0 ? 0 : Math.max(0, height - gaps) / total;
  const placed = (sums: [string, number][]): Node[] => {
    let y = 0;
    return sums.map(([key, times]) => {
      const node = { key, times, y, height: times * scale };
      y += node.height + gap;
      return node;
    });
  };
  const [left, right] = [placed(lefts), placed(rights)];
  // Bands leave and arrive in the order of the other side, so that they cross as little as they can.
  const rank = (nodes: readonly Node[]) => new Map(nodes.map((node, i) => [node.key, i]));
  const [leftRank, rightRank] = [rank(left), rank(right)];
  const leaves = new Map(left.map((node) => [node.key, node.y]));
  const arrives = new Map(right.map((node) => [node.key, node.y]));
  const starts = new Map<Flow, number>();
  for (const flow of shown.toSorted((a, b) => rightRank.get(a.to)! - rightRank.get(b.to)!)) {
    starts.set(flow, leaves.get(flow.from)!);
    leaves.set(flow.from, leaves.get(flow.from)! + flow.times * scale);
  }
  const bands = shown
    .toSorted((a, b) => leftRank.get(a.from)! - leftRank.get(b.from)!)
    .map((flow): Band => {
      const at = arrives.get(flow.to)!;
      arrives.set(flow.to, at + flow.times * scale);
      return { ...flow, left: starts.get(flow)!, right: at, height: flow.times * scale };
    });
  return { left, right, bands, beyond };
}

/** A band as a path from x to x. */
export function bandPath(band: Band, x0: number, x1: number): string {
  const middle = (x0 + x1) / 2;
  const [a, b, c, d] = [band.left, band.right, band.right + band.height, band.left + band.height];
  return `M${x0} ${a}C${middle} ${a} ${middle} ${b} ${x1} ${b}V${c}C${middle} ${c} ${middle} ${d} ${x0} ${d}Z`;
}
