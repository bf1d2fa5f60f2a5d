import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { BullWaker } from './bull-waker.js';
import { StageLoop } from './stage-loop.js';
import { StageQueues } from './stage-queues.js';

/** A waker whose jobs are counted. */
function aWaker() {
  const jobs: string[] = [];
  const add = () => Promise.resolve(jobs.push('stats'));
  const waker = new BullWaker(new StageQueues(new Map([['stats', { add } as unknown as Queue]])));
  return { waker, jobs };
}
/** A loop whose drains end when the test says so. */
function aLoop() {
  const ends: (() => void)[] = [];
  const drain = () => new Promise<void>((resolve) => ends.push(resolve));
  return { loop: new StageLoop({ name: 'stats', sweepMs: 60_000, drain }, () => undefined), ends };
}

describe('a wake-up', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is a job where another process runs the stage, one for all that are written in 50 ms', () => {
    const { waker, jobs } = aWaker();
    waker.wake('stats');
    waker.wake('stats');
    jest.advanceTimersByTime(50);
    expect(jobs).toEqual(['stats']);
  });

  it('reaches the loop of its own process without a job', () => {
    const { waker, jobs } = aWaker();
    const { loop, ends } = aLoop();
    waker.attach('stats', loop);
    waker.wake('stats');
    jest.advanceTimersByTime(50);
    expect(ends).toHaveLength(1);
    expect(jobs).toEqual([]);
  });

  it('calls the others to help while that loop is busy, once a second, and makes it look again', async () => {
    const { waker, jobs } = aWaker();
    const { loop, ends } = aLoop();
    waker.attach('stats', loop);
    void loop.wake();
    for (let i = 0; i < 10; i++) {
      waker.wake('stats');
      jest.advanceTimersByTime(50);
    }
    expect(jobs).toEqual(['stats']);
    jest.advanceTimersByTime(1_000);
    waker.wake('stats');
    jest.advanceTimersByTime(50);
    expect(jobs).toEqual(['stats', 'stats']);
    ends[0]!();
    await jest.advanceTimersByTimeAsync(0);
    expect(ends).toHaveLength(2);
  });

  it('that a queue refuses is told once in a while, not each time that something is written', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const add = () => Promise.reject(new Error("OOM command not allowed when used memory > 'maxmemory'."));
    const waker = new BullWaker(new StageQueues(new Map([['stats', { add } as unknown as Queue]])));
    for (let i = 0; i < 3; i++) {
      waker.wake('stats');
      await jest.advanceTimersByTimeAsync(50);
    }
    expect(warn).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(30_000);
    waker.wake('stats');
    await jest.advanceTimersByTimeAsync(50);
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });
});
