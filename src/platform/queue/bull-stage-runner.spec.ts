import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Env } from '../config/env.js';
import { BullStageRunner } from './bull-stage-runner.js';
import type { BullWaker } from './bull-waker.js';
import type { StageQueues } from './stage-queues.js';

const never = () => new Promise<void>(() => undefined);

describe('the end of a process whose queue does not answer', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('comes nevertheless: nothing is waited for longer than five seconds, and the connections are closed', async () => {
    const closeBackend = jest.fn(() => Promise.reject(new Error('Connection is closed')));
    const queues = { all: () => [{ name: 'delivery', close: never, on: () => undefined }] } as unknown as StageQueues;
    const waker = { close: never } as unknown as BullWaker;
    const runner = new BullStageRunner({ ROLES: ['worker'] } as unknown as Env, queues, waker, {}, closeBackend);
    const ended = runner.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(5_000); // wake-ups
    expect(closeBackend).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(5_000); // the queue
    await ended;
    expect(closeBackend).toHaveBeenCalledTimes(1);
  });
});

describe('the start of a process whose queue does not answer', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is one line of the log a queue: its error is heard before the stages run', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const queue = Object.assign(new EventEmitter(), { name: 'delivery' });
    const queues = { all: () => [queue] } as unknown as StageQueues;
    new BullStageRunner({ ROLES: ['api'] } as unknown as Env, queues, {} as BullWaker, {}, () => Promise.resolve());
    for (let i = 0; i < 3; i++) queue.emit('error', new Error('connect ECONNREFUSED'));
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe('a queue that answers, but has lost a wake-up', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    'Missing key for job 67. moveToFinished',
    'Missing lock for job 67. moveToFinished',
    'could not renew lock for job 3',
  ])('is not said to be out of reach: %s', (reason) => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const queue = Object.assign(new EventEmitter(), { name: 'stats' });
    const queues = { all: () => [queue] } as unknown as StageQueues;
    new BullStageRunner({ ROLES: ['api'] } as unknown as Env, queues, {} as BullWaker, {}, () => Promise.resolve());
    queue.emit('error', new Error(reason));
    expect(warn).toHaveBeenCalledWith(
      'the queue lost a wake-up, as when this process stood still or Redis was emptied; stages go on by their sweeps',
      { event: 'queue.error', stage: 'stats', reason },
    );
  });
});

describe('a stage that finds the database away', () => {
  afterEach(() => jest.restoreAllMocks());

  it('says so once in a while, not at each of its looks; what else goes wrong is told each time', async () => {
    const told: string[] = [];
    const hear = (text: string): void => void told.push(text);
    jest.spyOn(Logger.prototype, 'warn').mockImplementation(hear);
    jest.spyOn(Logger.prototype, 'error').mockImplementation(hear);
    const queues = { all: () => [] } as unknown as StageQueues;
    const env = { ROLES: ['worker'] } as unknown as Env;
    const runner = new BullStageRunner(env, queues, {} as BullWaker, {}, () => Promise.resolve());
    let error: Error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    runner.registerStage({ name: 'stats', sweepMs: 60_000, drain: () => Promise.reject(error) });
    const look = async (): Promise<void> => {
      runner.restart('stats');
      await new Promise((resolve) => setImmediate(resolve));
    };
    for (let looks = 0; looks < 3; looks++) await look();
    error = new Error('of our own');
    for (let looks = 0; looks < 2; looks++) await look();
    await runner.stop();
    expect(told).toEqual(['a stage found the database away', 'a stage could not drain', 'a stage could not drain']);
  });
});
