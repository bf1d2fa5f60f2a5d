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
