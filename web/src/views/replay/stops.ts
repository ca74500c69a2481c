/**
 * Where a track stops. A stop is a stretch in which everybody's fixes stay within `radius_m` of their own centre for at
 * least `least_s`; a gap longer than `gap_s` ends it, because nobody knows where they were meanwhile. Pure.
 */

export interface StopParameters {
  radius_m: number;
  least_s: number;
  gap_s: number;
}

/** Shown beside the stops: what is marked depends on them. */
export const STOPS: StopParameters = { radius_m: 3, least_s: 60, gap_s: 30 };

export interface Stop {
  from_ms: number;
  to_ms: number;
  x_m: number;
  y_m: number;
  fixes: number;
}

/** @param t_ms ascending; x and y in metres, of the same length. */
export function stops(
  t_ms: ArrayLike<number>,
  x_m: ArrayLike<number>,
  y_m: ArrayLike<number>,
  { radius_m, least_s, gap_s }: StopParameters = STOPS,
): Stop[] {
  const found: Stop[] = [];
  let start = 0;
  let [sumX, sumY] = [0, 0];
  const close = (end: number) => {
    const n = end - start;
    if (n >= 2 && t_ms[end - 1]! - t_ms[start]! >= least_s * 1000) {
      found.push({ from_ms: t_ms[start]!, to_ms: t_ms[end - 1]!, x_m: sumX / n, y_m: sumY / n, fixes: n });
    }
  };
  for (let i = 0; i < t_ms.length; i++) {
    const n = i - start;
    const apart = n > 0 && t_ms[i]! - t_ms[i - 1]! > gap_s * 1000;
    const away = n > 0 && Math.hypot(x_m[i]! - sumX / n, y_m[i]! - sumY / n) > radius_m;
    if (apart || away) {
      const long = t_ms[i - 1]! - t_ms[start]! >= least_s * 1000;
      if (apart || long) {
        close(i);
        [start, sumX, sumY] = [i, 0, 0];
      } else {
        // The oldest fixes make room until the rest is one place with the new one.
        while (start < i && Math.hypot(x_m[i]! - sumX / (i - start), y_m[i]! - sumY / (i - start)) > radius_m) {
          sumX -= x_m[start]!;
          sumY -= y_m[start]!;
          start += 1;
        }
        if (start === i) [sumX, sumY] = [0, 0];
      }
    }
    sumX += x_m[i]!;
    sumY += y_m[i]!;
  }
  close(t_ms.length);
  return found;
}
