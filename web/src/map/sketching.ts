/** Drawing on the map: where the pointer is in the plant, where a place is on the screen, and prisms in the making. */
import type { Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';
import type { PlantScene } from '../scene/layer';
import { lonLatToSite, project, type SiteOrigin } from '../scene/site';
import type { Sketch, SketchPointer, SketchPrism } from './port';

export class Sketching implements Sketch {
  private listener: SketchPointer | null = null;

  constructor(
    private readonly map: MapLibreMap,
    private readonly scene: PlantScene,
    private readonly origin: () => SiteOrigin,
    private readonly redraw: () => void,
  ) {
    map.on('click', (event) => this.listener?.press(this.told(event)));
    map.on('mousemove', (event) => this.listener?.move(this.told(event)));
    map.on('mouseout', () => this.listener?.move(null));
    map.on('render', () => this.listener?.drawn());
  }

  /** While somebody draws, clicks are his and nothing is picked. */
  get taken(): boolean {
    return this.listener !== null;
  }

  take(listener: SketchPointer): () => void {
    this.listener = listener;
    this.map.doubleClickZoom.disable();
    this.map.boxZoom.disable();
    return () => {
      if (this.listener !== listener) return;
      this.listener = null;
      this.map.doubleClickZoom.enable();
      this.map.boxZoom.enable();
      this.map.getCanvas().style.cursor = '';
    };
  }

  cursor(name: string): void {
    this.map.getCanvas().style.cursor = name;
  }

  toScreen(lon: number, lat: number, z_m: number): { x_px: number; y_px: number } | null {
    if (this.scene.matrix.length === 0) return null;
    const [x, y] = lonLatToSite(this.origin(), lon, lat);
    const canvas = this.map.getCanvas();
    const at = project(this.scene.matrix, x, y, z_m, canvas.clientWidth, canvas.clientHeight);
    return at.w > 0 ? { x_px: at.x, y_px: at.y } : null;
  }

  toLonLat(x_px: number, y_px: number): [number, number] {
    const { lng, lat } = this.map.unproject([x_px, y_px]);
    return [lng, lat];
  }

  show(prisms: readonly SketchPrism[]): void {
    const origin = this.origin();
    this.scene.prisms.show(
      prisms.map((prism) => ({
        ...prism,
        rings: prism.rings.map((ring) => ring.map(([lon, lat]) => lonLatToSite(origin, lon, lat))),
      })),
    );
    this.redraw();
  }

  private told(event: MapMouseEvent) {
    const { x, y } = event.point;
    const { lng, lat } = event.lngLat;
    const { altKey, shiftKey } = event.originalEvent;
    return { x_px: x, y_px: y, lon: lng, lat, alt: altKey, shift: shiftKey };
  }
}
