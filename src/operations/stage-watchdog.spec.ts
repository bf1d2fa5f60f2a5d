import { Logger } from '@nestjs/common';
import { HealthChecks } from '../platform/health/health-checks.js';
import type { StageRunner } from '../platform/queue/stage-runner.js';
import type { StageName } from '../platform/queue/stages.js';
import { StageWatchdog } from './stage-watchdog.js';
import type { SystemFigures, SystemFiguresReader } from './system-figures.js';

/** A watchdog over stages that have been silent, and rows that have been due, for so many seconds. */
function aWatchdog(
  silence: Readonly<Record<string, number>>,
  late: { runs?: number; letters?: number; inbox?: number },
) {
  const restarted: StageName[] = [];
  const due = (maxSeconds = 0) => ({ count: 1, maxSeconds, p99Seconds: maxSeconds });
  const figures = { runs: due(late.runs), letters: due(late.letters), inboxSeconds: late.inbox ?? 0 } as SystemFigures;
  const runner = {
    silence: () => new Map(Object.entries(silence).map(([stage, seconds]) => [stage, seconds * 1000] as const)),
    restart: (stage: StageName): void => {
      restarted.push(stage);
    },
  } as unknown as StageRunner;
  const reader = { read: () => Promise.resolve(figures) } as SystemFiguresReader;
  return { restarted, watchdog: new StageWatchdog(runner, reader, new HealthChecks()) };
}

describe('the watchdog of stages', () => {
  beforeAll(() => void Logger.overrideLogger(false));

  it('begins a stage anew that is silent for five minutes while its rows are due, and is not ready until then', async () => {
    const { watchdog, restarted } = aWatchdog({ delivery: 301, enrollments: 2 }, { letters: 400, runs: 400 });
    expect(await watchdog.check()).toEqual({ state: 'fail', detail: 'no progress with due work: delivery' });
    expect(await watchdog.look()).toEqual(['delivery']);
    expect(restarted).toEqual(['delivery']);
  });

  it('sees waiting events as work of the enrollments', async () => {
    expect(await aWatchdog({ enrollments: 301 }, { inbox: 301 }).watchdog.look()).toEqual(['enrollments']);
  });

  it('lets alone a stage that works through a backlog, and a silent one without work', async () => {
    const { watchdog } = aWatchdog({ enrollments: 10, delivery: 900 }, { runs: 9_000, letters: 0 });
    expect(await watchdog.check()).toEqual({ state: 'ok' });
    expect(await watchdog.look()).toEqual([]);
  });
});
