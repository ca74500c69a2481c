/** The map and what it reports of itself. */

import { signal } from '@preact/signals';
import type { MapEvents, PlantMap, ViewReport } from '../map/port';

export const map = signal<PlantMap | null>(null);
export type MapCondition = 'loading' | 'ok' | 'layerlost' | 'unavailable';
export const mapCondition = signal<MapCondition>('loading');
export const view = signal<ViewReport | null>(null);
export const hover = signal<MapEvents['hover']>(null);
