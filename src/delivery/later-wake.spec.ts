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

  it('comes when the first of them is due, once for all of half a second', () => {
    for (const ms of [3_000, 100, 200, 900]) later.wakeIn(ms);
    jest.advanceTimersByTime(10_000);
    expect(woken).toEqual([500]);
    later.wakeIn(2_000);
    jest.advanceTimersByTime(10_000);
    expect(woken).toEqual([500, 12_000]);
  });

  it('leaves to the sweep what is due much later, and ends with the process', () => {
    later.wakeIn(60_000);
    expect(jest.getTimerCount()).toBe(0);
    later.wakeIn(1_000);
    later.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
  });
});
