/** Greedy label placement: first come, first placed; nothing overlaps and nothing leaves the screen. Pure. */

export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

const GAP_PX = 3;
const CELL_PX = 64;

export class Placement {
  private readonly cells = new Map<number, Box[]>();

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  private *keys(box: Box): Generator<number> {
    for (let cy = Math.floor(box.y / CELL_PX); cy <= Math.floor((box.y + box.h) / CELL_PX); cy++) {
      for (let cx = Math.floor(box.x / CELL_PX); cx <= Math.floor((box.x + box.w) / CELL_PX); cx++)
        yield cy * 4096 + cx;
    }
  }

  /** Whether a box is free and wholly on the screen. */
  free(box: Box): boolean {
    if (box.x < 0 || box.y < 0 || box.x + box.w > this.width || box.y + box.h > this.height) return false;
    for (const key of this.keys(box)) {
      for (const other of this.cells.get(key) ?? []) {
        const apart =
          box.x + box.w + GAP_PX <= other.x ||
          other.x + other.w + GAP_PX <= box.x ||
          box.y + box.h + GAP_PX <= other.y ||
          other.y + other.h + GAP_PX <= box.y;
        if (!apart) return false;
      }
    }
    return true;
  }

  take(box: Box): void {
    for (const key of this.keys(box)) {
      const list = this.cells.get(key);
      if (list) list.push(box);
      else this.cells.set(key, [box]);
    }
  }

  /** Place a box if it is free. */
  place(box: Box): boolean {
    if (!this.free(box)) return false;
    this.take(box);
    return true;
  }
}
