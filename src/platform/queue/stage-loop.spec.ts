import { jest } from '@jest/globals';
import { StageLoop } from './stage-loop.js';

/** A stage whose drains end when the test says so. */
function aStage() {
  const ends: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const progresses: (() => void)[] = [];
  return {
    name: 'stats' as const,
    sweepMs: 60_000,
    drain: (stop: AbortSignal, progress: () => void) => {
      signals.push(stop);
      progresses.push(progress);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
    ends,
    signals,
    progresses,
  };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the loop of a stage', () => {
  afterEach(() => void jest.useRealTimers());

  it('drains once for all wake-ups during a drain, after it', async () => {
    const stage = aStage();
    const loop = new StageLoop(stage, () => undefined);
    const first = loop.wake();
    void loop.wake();
    void loop.wake();
    expect(stage.ends).toHaveLength(1);
    stage.ends[0]!();
    await turn();
    expect(stage.ends).toHaveLength(2);
    stage.ends[1]!();
    await first;
    expect(stage.ends).toHaveLength(2);
    await loop.stop();
  });

  it('sweeps once, however often it was woken', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    let drains = 0;
    const drain = () => Promise.resolve(void drains++);
    const loop = new StageLoop({ name: 'stats', sweepMs: 60_000, drain }, () => undefined);
    for (let wakes = 0; wakes < 3; wakes++) await loop.wake();
    jest.advanceTimersByTime(60_000);
    await turn();
    expect(drains).toBe(4);
    await loop.stop();
  });

  it('goes on after a drain that failed', async () => {
    const failures: unknown[] = [];
    let drains = 0;
    const loop = new StageLoop(
      {
        name: 'stats',
        sweepMs: 60_000,
        drain: () => (++drains === 1 ? Promise.reject(new Error('away')) : Promise.resolve()),
      },
      (error) => failures.push(error),
    );
    await loop.wake();
    await loop.wake();
    expect(drains).toBe(2);
    expect(failures).toHaveLength(1);
    await loop.stop();
  });

  it('gives a drain up that hangs and goes on with another one, whatever becomes of the first', async () => {
    const stage = aStage();
    let nowMs = 0;
    const loop = new StageLoop(
      stage,
      () => undefined,
      () => nowMs,
    );
    void loop.wake();
    nowMs = 300_000;
    expect(loop.silentForMs()).toBe(300_000);
    loop.restart();
    expect(stage.signals.map((signal) => signal.aborted)).toEqual([true, false]);
    expect(loop.silentForMs()).toBe(0);
    nowMs = 400_000;
    stage.progresses[0]!(); // the one that was given up says nothing of the other
    expect(loop.silentForMs()).toBe(100_000);
    stage.ends[0]!();
    await turn();
    void loop.wake(); // the other one is still under way
    expect(stage.ends).toHaveLength(2);
    stage.ends[1]!();
    await turn();
    expect(stage.ends).toHaveLength(3);
    stage.ends[2]!();
    await loop.stop();
  });

  it('knows a long drain that does batch after batch from one that hangs', async () => {
    let nowMs = 0;
    const silences: number[] = [];
    const loop: StageLoop = new StageLoop(
      {
        name: 'stats',
        sweepMs: 60_000,
        drain: (_stop, progress) => {
          for (const at of [100_000, 200_000]) {
            nowMs = at;
            silences.push(loop.silentForMs());
            progress();
          }
          nowMs = 250_000;
          return Promise.resolve();
        },
      },
      () => undefined,
      () => nowMs,
    );
    await loop.wake();
    expect([...silences, loop.silentForMs()]).toEqual([100_000, 100_000, 0]);
    await loop.stop();
  });

  it('tells a drain that it shall end, waits for it and starts no other', async () => {
    const stage = aStage();
    const loop = new StageLoop(stage, () => undefined);
    void loop.wake();
    void loop.wake();
    let stopped = false;
    const stopping = loop.stop().then(() => (stopped = true));
    await turn();
    expect(stage.signals[0]!.aborted).toBe(true);
    expect(stopped).toBe(false);
    stage.ends[0]!();
    await stopping;
    await loop.wake();
    expect(stage.ends).toHaveLength(1);
  });
});
