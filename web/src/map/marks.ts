/** Small equipment drawn as marks with a state: gas detectors, cameras, anchors. Pure. */
import type { Footprint } from '../scene/footprints';
import type { Mark } from './overlay';
import type { AnchorState, MapCameraStates, MapReading, MapReadings, PlantData } from './port';

/** A detector that fell silent beyond a limit still stands beyond it: fire silences detectors too. */
export function detectorState(reading: MapReading | undefined): Mark['state'] {
  if (!reading) return 'stale';
  if (reading.limit === 'hh' || reading.limit === 'll') return 'alarm';
  if (reading.limit !== 'normal') return 'warn';
  return reading.stale ? 'stale' : 'normal';
}

export function detectorMarks(
  data: PlantData,
  footprints: ReadonlyMap<string, Footprint>,
  readings: MapReadings,
  cameras: MapCameraStates,
  anchors: ReadonlyMap<string, AnchorState> = new Map(),
): Mark[] {
  const sensorOf = new Map<string, string>();
  for (const sensor of data.sensors) if (sensor.asset !== null) sensorOf.set(sensor.asset, sensor.code);
  const marks: Mark[] = [];
  for (const asset of data.assets) {
    const at = footprints.get(asset.code);
    if (!at) continue;
    const place = { code: asset.code, x_m: at.x_m, y_m: at.y_m, z_m: at.top_m };
    if (asset.kind === 'gas_detector') {
      const sensor = sensorOf.get(asset.code);
      const reading = sensor === undefined ? undefined : readings.get(sensor);
      marks.push({ ...place, kind: 'detector', state: detectorState(reading), old: reading?.stale ?? true });
    } else if (asset.kind === 'camera') {
      const state = cameras.get(asset.code);
      marks.push({
        ...place,
        kind: 'camera',
        state: state ? (state.online ? 'normal' : 'offline') : 'stale',
      });
    } else if (asset.kind === 'anchor') {
      marks.push({ ...place, kind: 'anchor', state: 'normal', anchor: anchors.get(asset.code) ?? null });
    }
  }
  return marks;
}
