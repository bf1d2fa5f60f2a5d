import { SteadyTime } from './steady-time.js';

const NINE = Date.parse('2026-11-21T09:00:00Z');

describe('the time by which events are dated', () => {
  const told = (...clock: readonly number[]): number[] => {
    const time = new SteadyTime();
    return clock.map((ms) => time.next(new Date(NINE + ms)).getTime() - NINE);
  };

  it('is the clock’s as long as that goes on', () => {
    expect(told(0, 1, 5_000, 3_600_000)).toEqual([0, 1, 5_000, 3_600_000]);
  });

  it('goes on behind the last group while the clock has been set back by up to five minutes', () => {
    expect(told(0, 0, -300_000 + 1, -1, 2, 3)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(told(0, -2_000, 1_000)).toEqual([0, 1, 1_000]);
  });

  it('follows a clock that was set back by more', () => {
    expect(told(0, -300_001, -300_000)).toEqual([0, -300_001, -300_000]);
  });
});
