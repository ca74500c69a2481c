import { describe, expect, it } from 'vitest';
import { frustum } from './frusta';

const camera = {
  code: 'CAM-1',
  names: { zh: '一', en: 'one' },
  x_m: 10,
  y_m: 20,
  z_m: 8,
  heading_deg: 0,
  tilt_deg: 0,
  hfov_deg: 90,
  width_px: 1000,
  height_px: 500,
  reach_m: 50,
};

describe('camera frusta', () => {
  it('look north at heading 0 and east at heading 90', () => {
    for (const [heading, x, y] of [
      [0, 10, 1],
      [90, 1, 20],
    ] as const) {
      const [, ...corners] = frustum({ ...camera, heading_deg: heading });
      const mean = (i: 0 | 1) => corners.reduce((sum, c) => sum + c[i], 0) / 4;
      if (heading === 0) expect([mean(0), mean(1) > 20]).toEqual([expect.closeTo(x, 6), true]);
      else expect([mean(0) > 10, mean(1)]).toEqual([true, expect.closeTo(y, 6)]);
    }
  });

  it('reach as far as the camera does and never below the ground', () => {
    for (const tilt of [-80, -30, 0, 20]) {
      const [centre, ...corners] = frustum({ ...camera, tilt_deg: tilt });
      for (const c of corners) {
        expect(Math.hypot(c[0] - centre[0], c[1] - centre[1], c[2] - centre[2])).toBeLessThanOrEqual(50 + 1e-9);
        expect(c[2]).toBeGreaterThan(0);
      }
    }
  });

  it('open by the horizontal field of view', () => {
    const [centre, left, right] = frustum(camera);
    const angle =
      Math.atan2(right[0] - centre[0], right[1] - centre[1]) - Math.atan2(left[0] - centre[0], left[1] - centre[1]);
    expect((angle * 180) / Math.PI).toBeCloseTo(90, 6);
  });
});
