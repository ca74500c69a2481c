import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../src/style/tokens.css'), 'utf8');

function tokens(theme: 'light' | 'dark'): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, selector, body] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const holds = selector!.includes(':root') || selector!.includes(`'${theme}'`);
    if (!holds) continue;
    for (const [, name, value] of body!.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/gi)) found.set(name!, value!);
  }
  return found;
}

/** Relative luminance after WCAG 2.2. */
function luminance(hex: string): number {
  const channel = (at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const TEXT_PAIRS = [
  ...['panel', 'raised', 'sunken', 'p1-row', 'p2-row', 'p3-row', 'p4-row'].map((ground) => ['text', ground] as const),
  ...['panel', 'raised', 'p1-row', 'p2-row', 'p3-row', 'p4-row'].map((ground) => ['text-secondary', ground] as const),
  ...['panel', 'raised', 'accent-soft'].map((ground) => ['accent', ground] as const),
  ['accent-on', 'accent'],
  ['live', 'raised'],
  ['live', 'panel'],
  ['block-on', 'block'],
  ['warn', 'warn-panel'],
  ['warn', 'raised'],
  ['bad', 'bad-panel'],
  ['bad', 'raised'],
  ['p1-on', 'p1'],
  ['p2-on', 'p2'],
  ['p3-on', 'p3'],
  ['p4-on', 'raised'],
] as const;

/** Shapes that carry meaning against the grounds they stand on. */
const MARK_PAIRS = [
  ['map-person', 'map-ground'],
  ['map-person', 'map-person-outline'],
  ['good', 'raised'],
  ['text-secondary', 'panel'],
] as const;

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const colour = tokens(theme);
  it.each(TEXT_PAIRS)('%s reads on %s', (text, ground) => {
    expect(contrast(colour.get(text)!, colour.get(ground)!)).toBeGreaterThanOrEqual(4.5);
  });
  it.each(MARK_PAIRS)('%s stands out from %s', (mark, ground) => {
    expect(contrast(colour.get(mark)!, colour.get(ground)!)).toBeGreaterThanOrEqual(3);
  });
});
