/** Where the map looks from: short moves that respect what the shell covers and a wish for less motion. */
import type { Map as MapLibreMap } from 'maplibre-gl';
import { fitCamera } from './fit';
import type { Insets, PlantHead, ViewState } from './port';
import { zoomOfMetre } from './style';

const TILTED_DEG = 46;
const MOVE_MS = 500;
const reducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class MapCamera {
  insets: Insets = { top: 0, right: 0, bottom: 0, left: 0 };

  constructor(private readonly map: MapLibreMap) {}

  view(): ViewState {
    const centre = this.map.getCenter();
    return {
      lon: centre.lng,
      lat: centre.lat,
      zoom: this.map.getZoom(),
      bearing_deg: this.map.getBearing(),
      pitch_deg: this.map.getPitch(),
    };
  }

  setView(view: ViewState): void {
    this.map.jumpTo({
      center: [view.lon, view.lat],
      zoom: view.zoom,
      bearing: view.bearing_deg,
      pitch: view.pitch_deg,
    });
  }

  private move(options: Parameters<MapLibreMap['easeTo']>[0]): void {
    this.map.easeTo({ padding: this.insets, duration: reducedMotion() ? 0 : MOVE_MS, ...options });
  }

  /** Centre on a place so that about `spanM` metres around it are in view. */
  show(centre: [number, number], spanM: number): void {
    const box = this.map.getContainer();
    const shorter = Math.min(box.clientWidth, box.clientHeight) || 800;
    const wanted = zoomOfMetre(centre[1]) + Math.log2(shorter / 2 / spanM);
    this.move({ center: centre, zoom: Math.min(19, Math.max(15, wanted)) });
  }

  zoomBy(steps: number): void {
    this.move({ zoom: this.map.getZoom() + steps });
  }

  north(): void {
    this.move({ bearing: 0 });
  }

  toggle3d(): void {
    this.move({ pitch: this.map.getPitch() > 10 ? 0 : TILTED_DEG });
  }

  fit(head: PlantHead): void {
    this.frame(head, this.map.getBearing(), this.map.getPitch(), true);
  }

  home(head: PlantHead, animate: boolean): void {
    const box = this.map.getContainer();
    // A plant is wider than deep: on an upright screen it is shown turned.
    const turned = box.clientHeight > 1.3 * box.clientWidth ? 90 : 0;
    this.frame(head, head.home_bearing_deg + turned, TILTED_DEG, animate);
  }

  private frame(head: PlantHead, bearing: number, pitch: number, animate: boolean): void {
    const { map } = this;
    const before = {
      center: map.getCenter(),
      zoom: map.getZoom(),
      bearing: map.getBearing(),
      pitch: map.getPitch(),
    };
    map.jumpTo({ bearing, pitch, padding: this.insets, center: [head.origin_lon, head.origin_lat] });
    const found = fitCamera(map, head.boundary, this.insets);
    map.jumpTo(before);
    this.move({ ...found, bearing, pitch, ...(animate ? {} : { duration: 0 }) });
  }
}
