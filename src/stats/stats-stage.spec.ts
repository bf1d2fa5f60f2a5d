import type { ProcessClock } from '../platform/clock/clock.js';
import type { Figures } from './figures.js';
import { StatsStage } from './stats-stage.js';

const MINUTE = 60_000;

describe('the stage that keeps figures', () => {
  let now: number;
  let counts: number;
  let stage: StatsStage;

  /** Each of its counts takes so long. */
  function aStage(countMs: number): void {
    now = 0;
    counts = 0;
    const figures = {
      applyOnce: () => {
        counts++;
        now += countMs;
        return Promise.resolve(0);
      },
    };
    stage = new StatsStage(figures as unknown as Figures, { monotonicMs: () => now } as ProcessClock);
  }
  const drainAfter = async (ms: number): Promise<number> => {
    now += ms;
    await stage.drain();
    return counts;
  };

  it('rests twenty times as long as a count took', async () => {
    aStage(1_000);
    expect(await drainAfter(0)).toBe(1);
    expect(await drainAfter(19_999)).toBe(1);
    expect(await drainAfter(1)).toBe(2);
  });

  it('rests five minutes at most, also after a count that took or waited very long', async () => {
    aStage(10 * MINUTE);
    expect(await drainAfter(0)).toBe(1);
    expect(await drainAfter(5 * MINUTE)).toBe(2);
  });
});
