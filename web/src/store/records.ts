/** The plant's records, indexed for the shell. Read over HTTP, again whenever the server says they changed. */

import { computed, signal } from '@preact/signals';
import type { PlantRecords } from '../api/client';
import type {
  AssetRecord,
  CameraRecord,
  FenceRecord,
  ModelsManifest,
  PersonRecord,
  SensorRecord,
  VehicleRecord,
  ZoneRecord,
} from '../api/types.gen';
import type { PlantData } from '../map/port';
import type { MultiPolygon, Polygon } from 'geojson';

export interface Records extends PlantRecords {
  asset: ReadonlyMap<string, AssetRecord>;
  zone: ReadonlyMap<string, ZoneRecord>;
  fence: ReadonlyMap<string, FenceRecord>;
  sensor: ReadonlyMap<string, SensorRecord>;
  camera: ReadonlyMap<string, CameraRecord>;
  person: ReadonlyMap<string, PersonRecord>;
  vehicle: ReadonlyMap<string, VehicleRecord>;
  sensorsOf: ReadonlyMap<string, readonly SensorRecord[]>;
  childrenOf: ReadonlyMap<string, readonly AssetRecord[]>;
}

function byCode<T extends { code: string }>(items: readonly T[]): Map<string, T> {
  return new Map(items.map((item) => [item.code, item]));
}

function groupBy<T>(items: readonly T[], key: (item: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = key(item);
    if (group === null) continue;
    const found = groups.get(group);
    if (found === undefined) groups.set(group, [item]);
    else found.push(item);
  }
  return groups;
}

export function indexed(read: PlantRecords): Records {
  return {
    ...read,
    asset: byCode(read.assets),
    zone: byCode(read.zones),
    fence: byCode(read.fences),
    sensor: byCode(read.sensors),
    camera: byCode(read.cameras),
    person: byCode(read.people),
    vehicle: byCode(read.vehicles),
    sensorsOf: groupBy(read.sensors, (sensor) => sensor.asset),
    childrenOf: groupBy(read.assets, (asset) => asset.parent),
  };
}

/** The part of the records the map draws. */
export function plantData(read: Records, models: ModelsManifest | null): PlantData {
  const { plant } = read;
  return {
    head: {
      code: plant.code,
      names: plant.names,
      origin_lon: plant.frame.origin_lon,
      origin_lat: plant.frame.origin_lat,
      origin_height_m: plant.frame.origin_height_m,
      timezone: plant.timezone,
      boundary: plant.boundary as Polygon | MultiPolygon,
      home_bearing_deg: plant.home_bearing_deg,
      fictional: plant.fictional,
    },
    assets: read.assets.map((asset) => ({
      ...asset,
      geometry: asset.geometry,
      attributes: asset.attributes as unknown as Readonly<Record<string, unknown>>,
    })),
    zones: read.zones,
    fences: read.fences,
    cameras: read.cameras,
    sensors: read.sensors,
    models,
  };
}

export const records = signal<Records | null>(null);
export const recordsFault = signal<string | null>(null);
export const models = signal<ModelsManifest | null>(null);
export const modelsMissing = signal(false);

export const data = computed<PlantData | null>(() =>
  records.value === null ? null : plantData(records.value, models.value),
);
