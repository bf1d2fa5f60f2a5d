import { jest } from '@jest/globals';
import { LaterWake } from './later-wake.js';

describe('a wake-up for letters that were put off', () => {
  let woken: number[];
  let later: LaterWake;
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    woken = [];
    const clock = { now: () => new Date(0), monotonicMs: () => jest.now() };
    later = new LaterWake(clock, { wake: () => void woken.push(jest.now()) });
  });
  afterEach(() => jest.useRealTimers());

  it('comes whenever some of them are due, once for all of half a second', () => {
    for (const ms of [2_900, 100, 200, 900]) later.wakeIn(ms);
    jest.advanceTimersByTime(10_000);
    expect(woken).toEqual([500, 1_000, 3_000]);
    later.wakeIn(2_000);
    jest.advanceTimersByTime(10_000);
    expect(woken).toEqual([500, 1_000, 3_000, 12_500]);
  });

  it('leaves to the sweep what is due much later, and ends with the process', () => {
    later.wakeIn(60_000);
    expect(jest.getTimerCount()).toBe(0);
    later.wakeIn(1_000);
    later.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
  });
});
