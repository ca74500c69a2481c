/** The state in the address: what one operator sees, another can open. */

import type { ViewState } from '../map/port';
import type { LayerSwitches, Theme } from '../map/port';
import type { Selection } from './selection';
import { readOpenView, type ViewKey } from './views';
import { readSelection, writeSelection } from './selection';
import { readLayers, writeLayers } from './preferences';

export interface Address {
  plant: string | null;
  language: string | null;
  theme: Theme | null;
  view: ViewState | null;
  selection: Selection | null;
  layers: LayerSwitches | null;
  open: ViewKey | null;
  openState: string;
  /** The replay on stage, in its own words; empty when there is none. */
  replay: string;
}

/** `lon,lat,zoom,bearing,pitch`; null when it is not five finite numbers in their ranges. */
export function readView(text: string | null): ViewState | null {
  const parts = (text ?? '').split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (parts.length !== 5 || !parts.every(Number.isFinite)) return null;
  const [lon, lat, zoom, bearing_deg, pitch_deg] = parts as [number, number, number, number, number];
  if (Math.abs(lon) > 180 || Math.abs(lat) > 85.06 || zoom < 0 || zoom > 24 || pitch_deg < 0 || pitch_deg > 85) {
    return null;
  }
  return { lon, lat, zoom, bearing_deg, pitch_deg };
}

export function writeView(view: ViewState): string {
  // A metre is about 1e-5 degrees: six decimals put the view back to the pixel.
  return [
    view.lon.toFixed(6),
    view.lat.toFixed(6),
    view.zoom.toFixed(2),
    view.bearing_deg.toFixed(1),
    view.pitch_deg.toFixed(1),
  ].join(',');
}

export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const theme = query.get('theme');
  return {
    plant: query.get('plant'),
    language: query.get('lang'),
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    view: readView(query.get('view')),
    selection: readSelection(query.get('sel')),
    layers: query.has('layers') ? readLayers(query.get('layers')) : null,
    open: readOpenView(query.get('open')),
    openState: query.get('vs') ?? '',
    replay: query.get('replay') ?? '',
  };
}

export interface Addressed {
  plant: string | null;
  language: string;
  theme: Theme;
  view: ViewState | null;
  selection: Selection | null;
  layers: LayerSwitches;
  open: ViewKey | null;
  openState: string;
  replay: string;
}

/** The query string for a state; commas and colons stay readable. */
export function writeAddress(state: Addressed): string {
  const query = new URLSearchParams();
  if (state.plant !== null) query.set('plant', state.plant);
  query.set('lang', state.language);
  if (state.theme !== 'light') query.set('theme', state.theme);
  if (state.selection !== null) query.set('sel', writeSelection(state.selection));
  if (state.open !== null) query.set('open', state.open);
  if (state.open !== null && state.openState !== '') query.set('vs', state.openState);
  if (state.replay !== '') query.set('replay', state.replay);
  const layers = writeLayers(state.layers);
  if (layers !== '') query.set('layers', layers);
  if (state.view !== null) query.set('view', writeView(state.view));
  return `?${query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')}`;
}
