/** The map's colours, read from the page's design tokens so that there is one place for every colour. */
import type { RiskColour } from './port';
import type { GlyphColours } from '../scene/glyphs';
import type { SceneColours } from '../scene/models';

export interface Palette {
  sea: string;
  ground: string;
  pad: string;
  road: string;
  roadEdge: string;
  bund: string;
  panel: string;
  text: string;
  textSecondary: string;
  hairline: string;
  selection: string;
  live: string;
  stale: string;
  risk: Record<RiskColour, string>;
  zoneFill: number;
  priority: Record<1 | 2 | 3 | 4, string>;
  priorityOutline: string;
  glyph: GlyphColours;
  scene: SceneColours;
  shadowAlpha: number;
  sun: number;
  skyLight: number;
}

/** Read the palette that holds at an element (theme included). */
export function readPalette(element: HTMLElement): Palette {
  const computed = getComputedStyle(element);
  const token = (name: string): string => computed.getPropertyValue(`--${name}`).trim();
  const number = (name: string): number => Number.parseFloat(token(name));
  const text = token('text');
  return {
    sea: token('map-outside'),
    ground: token('map-ground'),
    pad: token('map-pad'),
    road: token('map-road'),
    roadEdge: token('map-road-edge'),
    bund: token('map-bund'),
    panel: token('panel'),
    text,
    textSecondary: token('text-secondary'),
    hairline: token('hairline'),
    selection: token('accent'),
    live: token('live'),
    stale: token('stale'),
    risk: {
      red: token('risk-red'),
      orange: token('risk-orange'),
      yellow: token('risk-yellow'),
      blue: token('risk-blue'),
    },
    zoneFill: number('map-zone-fill'),
    priority: { 1: token('p1'), 2: token('p2'), 3: token('p3'), 4: token('p4') },
    priorityOutline: token('map-mark-outline'),
    glyph: {
      fill: token('map-person'),
      outline: token('map-person-outline'),
      hollow: token('map-person-hollow'),
    },
    scene: {
      edge: token('map-edge'),
      edgeAlpha: number('map-edge-alpha'),
      steel: token('map-steel'),
      selection: token('map-steel-selected'),
    },
    shadowAlpha: number('map-shadow-alpha'),
    sun: number('map-sun'),
    skyLight: number('map-sky'),
  };
}
