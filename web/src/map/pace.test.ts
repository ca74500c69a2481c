import { describe, expect, it } from 'vitest';
import { waitFor } from './pace';

describe('live frames', () => {
  it('come at once after a pause and never closer together than they may', () => {
    expect(waitFor(-Infinity, 1000, 500)).toBe(0);
    expect(waitFor(1000, 1100, 500)).toBe(400);
    expect(waitFor(1000, 1700, 500)).toBe(0);
  });
});
