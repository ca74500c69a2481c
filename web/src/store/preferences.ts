/** What an operator sets once and expects to find again: theme, layers, panels. */

import { signal } from '@preact/signals';
import type { LayerName, LayerSwitches, Theme } from '../map/port';
import { LAYERS } from '../map/port';

/** Shown when nobody has chosen otherwise. */
export const DEFAULT_LAYERS: LayerSwitches = {
  people: true,
  names: true,
  vehicles: true,
  labels: true,
  units: true,
  zones: true,
  fences: true,
  detectors: true,
  cameras: true,
  frusta: false,
  anchors: false,
  liquids: true,
};

export const layers = signal<LayerSwitches>(DEFAULT_LAYERS);
export const theme = signal<Theme>('light');
export const layerPanelOpen = signal(true);

export function toggleLayer(layer: LayerName): void {
  layers.value = { ...layers.value, [layer]: !layers.value[layer] };
}

/** The switches that differ from the default, as `-names,+anchors`; empty when none does. */
export function writeLayers(switches: LayerSwitches): string {
  return LAYERS.filter((layer) => switches[layer] !== DEFAULT_LAYERS[layer])
    .map((layer) => (switches[layer] ? '+' : '-') + layer)
    .join(',');
}

/** Reads `writeLayers`; words it does not know are passed over. */
export function readLayers(text: string | null): LayerSwitches {
  const switches: Record<LayerName, boolean> = { ...DEFAULT_LAYERS };
  for (const word of (text ?? '').split(',')) {
    const layer = LAYERS.find((known) => known === word.slice(1));
    if (layer !== undefined) switches[layer] = word.startsWith('+');
  }
  return switches;
}

/** Local storage, which a locked-down browser may refuse. */
export const kept = {
  read(key: string): string | null {
    try {
      return localStorage.getItem(`plant-twin.${key}`);
    } catch (error) {
      if (error instanceof DOMException) return null;
      throw error;
    }
  },
  write(key: string, value: string): void {
    try {
      localStorage.setItem(`plant-twin.${key}`, value);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  },
};
