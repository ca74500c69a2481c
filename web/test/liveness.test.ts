import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServerClock } from '../src/live/clock';
import { FROZEN_MS, judge, LATE_MS, looksFrozen, SILENT_MS, type LivenessFacts } from '../src/live/liveness';

const facts = (changes: Partial<LivenessFacts>): LivenessFacts => ({
  now_ms: 100_000,
  open: true,
  heard_ms: 99_900,
  age_ms: 100,
  age_given_ms: 99_900,
  ...changes,
});

describe('judge', () => {
  it('is live only while words and measurements are fresh', () => {
    expect(judge(facts({})).kind).toBe('live');
    expect(judge(facts({ age_ms: LATE_MS + 1 })).kind).toBe('late');
    expect(judge(facts({ age_ms: FROZEN_MS + 1 })).kind).toBe('frozen');
    expect(judge(facts({ heard_ms: 100_000 - SILENT_MS - 1 })).kind).toBe('lost');
    expect(judge(facts({ open: false })).kind).toBe('lost');
    expect(judge(facts({ heard_ms: null, open: false })).kind).toBe('connecting');
    expect(judge(facts({ age_ms: null })).kind).toBe('empty');
  });

  it('never shows an old picture as live, whatever else is true', () => {
    fc.assert(
      fc.property(
        fc.record({
          now_ms: fc.integer({ min: 0, max: 1e6 }),
          open: fc.boolean(),
          heard_ms: fc.option(fc.integer({ min: 0, max: 1e6 })),
          age_ms: fc.option(fc.integer({ min: 0, max: 1e6 })),
          age_given_ms: fc.option(fc.integer({ min: 0, max: 1e6 })),
        }),
        (given) => {
          const { kind } = judge(given);
          if (kind !== 'live') return;
          expect(given.open).toBe(true);
          expect(given.age_ms! + given.now_ms - given.age_given_ms!).toBeLessThanOrEqual(LATE_MS);
          expect(given.now_ms - given.heard_ms!).toBeLessThanOrEqual(SILENT_MS);
        },
      ),
    );
  });

  it('goes on counting the age while nothing arrives', () => {
    const lost = judge(facts({ open: false, now_ms: 112_000, age_given_ms: 99_900 }));
    expect(lost).toEqual({ kind: 'lost', age_s: 12.2 });
    expect(looksFrozen(lost.kind)).toBe(true);
    expect(looksFrozen('late')).toBe(false);
  });
});

describe('ServerClock', () => {
  it('takes the fastest message for the truth', () => {
    const clock = new ServerClock();
    const truth = 5_000;
    for (const delay of [80, 12, 300, 45]) clock.sample(1_000_000 + truth - delay, 1_000_000);
    expect(clock.offset_ms).toBe(truth - 12);
    expect(clock.at(2_000_000)).toBe(2_000_000 + truth - 12);
  });

  it('follows a clock that was set, and ignores nonsense', () => {
    const clock = new ServerClock(3);
    for (let i = 0; i < 3; i++) clock.sample(9_000, 0);
    clock.sample(NaN, 0);
    for (let i = 0; i < 3; i++) clock.sample(1_000, 0);
    expect(clock.offset_ms).toBe(1_000);
    clock.reset();
    expect(clock.offset_ms).toBe(0);
  });
});
