import { jest } from '@jest/globals';
import { Worker } from 'bullmq';
import { StageWorker } from './stage-worker.js';

interface Asking {
  moveToActive(token: string): Promise<unknown>;
}

describe('who waits for wake-ups of a queue that refuses', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('hears of it after a second: BullMQ asks again at once, and would let nothing else run', async () => {
    const refused = new Error("NOPERM this user has no permissions to run the 'info' command");
    jest.spyOn(Worker.prototype as unknown as Asking, 'moveToActive').mockRejectedValue(refused);
    const heard: unknown[] = [];
    const worker = Object.create(StageWorker.prototype) as Asking; // without a connection
    worker.moveToActive('token').catch((error: unknown) => heard.push(error));
    await jest.advanceTimersByTimeAsync(999);
    expect(heard).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(heard).toEqual([refused]);
  });
});
