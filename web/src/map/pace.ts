/**
 * How often and how finely the map is drawn. With a GPU: ten live frames a second, always sharp. Without one (virtual
 * desktops), drawing is the machine's main load: two live frames a second, and coarser pixels while the camera moves.
 */
import type { Map as MapLibreMap } from 'maplibre-gl';

const LIVE_MS = { gpu: 100, software: 500 } as const;
const MOVING_PIXEL_RATIO = 0.4;
const SETTLE_MS = 180;

/** Whether WebGL is computed by the processor. */
export function rendersInSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : '';
  return typeof name === 'string' && /swiftshader|llvmpipe|software|basic render/i.test(name);
}

/** Milliseconds to wait before the next live frame. Pure. */
export function waitFor(lastMs: number, nowMs: number, everyMs: number): number {
  return Math.max(0, lastMs + everyMs - nowMs);
}

export class Pace {
  private last = -Infinity;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private settle: ReturnType<typeof setTimeout> | null = null;
  private changing = false;

  constructor(
    private readonly map: MapLibreMap,
    private readonly software: boolean,
    /** Told when drawing turns coarse and fine again. */
    private readonly onCoarse: (coarse: boolean) => void,
  ) {
    if (!software) return;
    // Not in the handler itself: the map is not yet moving there, and changing its pixels would stop the gesture.
    map.on('movestart', () => {
      if (!this.changing) requestAnimationFrame(() => this.coarse(true));
    });
    map.on('moveend', () => {
      if (this.changing) return;
      if (this.settle) clearTimeout(this.settle);
      this.settle = setTimeout(() => this.coarse(false), SETTLE_MS);
    });
  }

  /** Draw soon: positions or readings changed. */
  live(): void {
    if (this.timer || this.map.isMoving()) return;
    const wait = waitFor(this.last, performance.now(), this.software ? LIVE_MS.software : LIVE_MS.gpu);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.now();
    }, wait);
  }

  /** Draw with the next frame: somebody did something. */
  now(): void {
    this.last = performance.now();
    this.map.triggerRepaint();
  }

  /** The map tells of a move of its own when its pixels change at rest: that one is not the operator's. */
  private coarse(moving: boolean): void {
    if (moving !== this.map.isMoving()) return;
    const wanted = moving ? MOVING_PIXEL_RATIO : devicePixelRatio;
    if (this.map.getPixelRatio() === wanted) return;
    this.changing = true;
    this.onCoarse(moving);
    // Changing pixels resizes the canvas, and a resize ends whatever gesture is under way: not this one.
    const { stop } = this.map;
    this.map.stop = () => this.map;
    this.map.setPixelRatio(wanted);
    this.map.stop = stop;
    this.changing = false;
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.settle) clearTimeout(this.settle);
  }
}
