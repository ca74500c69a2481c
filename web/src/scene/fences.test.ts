import { describe, expect, it } from 'vitest';
import { curtain } from './fences';

describe('fence curtains', () => {
  it('stand on every segment of every ring, from base to top', () => {
    const square = [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
      [0, 0],
    ] as [number, number][];
    const { positions, rise, index } = curtain([square, square], 1, 5);
    expect(index.length).toBe(2 * 4 * 6);
    expect(positions.length).toBe(3 * rise.length);
    expect(Math.max(...index)).toBeLessThan(rise.length);
    for (let i = 0; i < rise.length; i++) expect(positions[3 * i + 2]).toBe(rise[i] === 0 ? 1 : 5);
  });
});
