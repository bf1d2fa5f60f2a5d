import { ProcessClock } from '../platform/clock/clock.js';
import type { StageRunner } from '../platform/queue/stage-runner.js';
import { EnrollmentsStage } from './enrollments.stage.js';
import type { ProcessEvents } from './process-events.js';
import { DUE_BATCH, type RunDue } from './run-due.js';
import type { StoredScenarioRuns } from './scenario-runs.js';

/** A stage over so many runs that are due; `seen` tells looks at events and batches of runs in the order in which they begin. */
function aStage(due: number) {
  const seen: ('events' | 'runs')[] = [];
  const figures = { atOnce: 0, most: 0, left: due };
  const events = {
    batch(): Promise<number> {
      seen.push('events');
      return Promise.resolve(0);
    },
  };
  const runs = {
    async batch(): Promise<number> {
      seen.push('runs');
      const taken = Math.min(DUE_BATCH, figures.left);
      figures.left -= taken;
      figures.most = Math.max(figures.most, ++figures.atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      figures.atOnce--;
      return taken;
    },
  };
  const stage = new EnrollmentsStage(
    {} as StageRunner,
    new ProcessClock(),
    events as unknown as ProcessEvents,
    runs as unknown as RunDue,
    { mend: () => Promise.resolve() } as unknown as StoredScenarioRuns,
  );
  const stop = new AbortController();
  return { seen, figures, stop, drain: () => stage.drain(stop.signal, () => undefined) };
}

/** How many batches of runs began between two looks at events. */
const between = (seen: readonly string[]): number[] =>
  seen
    .join(' ')
    .split('events')
    .map((part) => part.split('runs').length - 1);

describe('the enrollments stage', () => {
  it('moves a backlog two batches at a time, to its end', async () => {
    const { drain, figures } = aStage(20 * DUE_BATCH + 7);
    await drain();
    expect(figures).toEqual({ atOnce: 0, most: 2, left: 0 });
  });

  it('looks at new events after four batches at most, so that an order stops the letters of a backlog', async () => {
    const { drain, seen } = aStage(20 * DUE_BATCH);
    await drain();
    expect(Math.max(...between(seen))).toBe(4);
  });

  it('moves one batch at a time where there is no backlog', async () => {
    const { drain, figures } = aStage(DUE_BATCH - 1);
    await drain();
    expect(figures).toEqual({ atOnce: 0, most: 1, left: 0 });
  });

  it('goes back to one at a time when the backlog is over', async () => {
    const { drain, figures } = aStage(6 * DUE_BATCH);
    await drain();
    Object.assign(figures, { left: 3, most: 0 });
    await drain();
    expect(figures).toEqual({ atOnce: 0, most: 1, left: 0 });
  });

  it('begins nothing more once it is told to stop', async () => {
    const { drain, figures, stop } = aStage(20 * DUE_BATCH);
    const drained = drain();
    stop.abort();
    await drained;
    expect(figures.left).toBeGreaterThan(0);
  });
});
