import { Logger } from '@nestjs/common';
import { type BatchResult, CLAIM_SIZE, type DeliverBatch } from '../delivery/deliver-batch.js';
import type { ProcessEvents } from '../enrollments/process-events.js';
import type { RunDue } from '../enrollments/run-due.js';
import type { Lane } from '../platform/clock/lane.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import type { Figures } from '../stats/figures.js';
import type { HitCounter } from '../tracking/hit-counter.js';
import { type Agenda, nextDueAt, type SandboxAgenda } from './sandbox-agenda.js';
import { SandboxClock } from './sandbox-clock.js';

const at = (time: string): Date => new Date(`2026-11-21T${time}:00Z`);
const timeOf = (lane: Lane): string => (lane.clock === 'virtual' ? lane.now.toISOString().slice(11, 16) : 'real');

/**
 * An engine whose runs are due at given times; each sends one letter. `stuck` ones are due and never taken; `received` events are
 * applied one a batch, `blocked` ones never.
 */
function anEngine(due: Date[], { stuck = false, received = 0, blocked = 0, hits = false, rivals = false } = {}) {
  const atOnce = { now: 0, most: 0 };
  const seen: string[] = [];
  let planned = 0;
  const next = (): Date | null =>
    due.reduce<Date | null>((first, time) => (first && first < time ? first : time), null);
  const events = {
    batch(lane: Lane): Promise<number> {
      seen.push(`events ${timeOf(lane)}`);
      return Promise.resolve(received > 0 ? received-- && 1 : 0);
    },
  };
  const runs = {
    batch(lane: Lane): Promise<number> {
      const now = lane.clock === 'virtual' ? lane.now : at('00:00');
      const taken = stuck ? [] : due.filter((time) => time <= now);
      due = due.filter((time) => !taken.includes(time));
      planned += taken.length;
      return Promise.resolve(taken.length);
    },
  };
  const letters = {
    async run(lane: Lane): Promise<BatchResult> {
      const accepted = Math.min(planned, CLAIM_SIZE);
      planned -= accepted;
      if (accepted > 0) seen.push(`${accepted} sent ${timeOf(lane)}`);
      atOnce.most = Math.max(atOnce.most, ++atOnce.now);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce.now--;
      return { claimed: accepted, accepted };
    },
  };
  const moves: string[] = [];
  const database = {
    query: (_: string, values: unknown[]) =>
      Promise.resolve(void moves.push((values[1] as Date).toISOString().slice(11, 16))),
  };
  const counter = { countAll: () => Promise.resolve(void seen.push('hits')) };
  const agenda = {
    read: (_: string, now: Date): Promise<Agenda> =>
      Promise.resolve({
        hasEvents: received + blocked > 0,
        runAt: next(),
        letterAt: planned > 0 ? now : null,
        hasHits: hits,
      }),
    hasRivals: () => Promise.resolve(rivals && planned > 0),
  };
  const figures = { apply: (lane: Lane) => Promise.resolve(void seen.push(`figures ${timeOf(lane)}`)) };
  const clock = new SandboxClock(
    database as unknown as EngineDatabase,
    agenda as unknown as SandboxAgenda,
    events as unknown as ProcessEvents,
    runs as unknown as RunDue,
    letters as unknown as DeliverBatch,
    counter as unknown as HitCounter,
    figures as unknown as Figures,
  );
  return { clock, seen, moves, atOnce };
}

describe("a sandbox's clock", () => {
  beforeAll(() => void Logger.overrideLogger(false)); // one of them is about an error

  it('sends two batches at a time where one instant has more letters than a batch, and all of them', async () => {
    const { clock, atOnce } = anEngine(Array.from({ length: 5 * CLAIM_SIZE + 1 }, () => at('09:45')));
    expect(await clock.play('e', at('09:00'), at('10:00'))).toBe(5 * CLAIM_SIZE + 1);
    expect(atOnce.most).toBe(2);
  });

  it('sends one batch at a time where it holds all letters of an instant', async () => {
    const { clock, atOnce } = anEngine([at('09:45'), at('09:45')]);
    expect(await clock.play('e', at('09:00'), at('10:00'))).toBe(2);
    expect(atOnce.most).toBe(1);
  });

  it('stops at every instant at which something is due, the target included, and counts at the end', async () => {
    const { clock, seen, moves } = anEngine([at('09:45'), at('09:45'), at('10:00'), at('10:01')]);
    expect(await clock.play('e', at('09:00'), at('10:00'))).toBe(3);
    expect(moves).toEqual(['09:45', '10:00']);
    expect(seen).toEqual(['2 sent 09:45', '1 sent 10:00', 'figures 10:00']);
  });

  it('does what is due now when it does not move at all', async () => {
    const { clock, moves } = anEngine([at('09:00')]);
    expect(await clock.play('e', at('09:00'), at('09:00'))).toBe(1);
    expect(moves).toEqual([]);
  });

  it('applies what was received before anything that is due', async () => {
    const { clock, seen } = anEngine([at('09:00')], { received: 2 });
    await clock.play('e', at('09:00'), at('09:00'));
    expect(seen).toEqual(['events 09:00', 'events 09:00', 'events 09:00', '1 sent 09:00', 'figures 09:00']);
  });

  it('does not ask again about events that cannot be applied', async () => {
    const { clock, seen } = anEngine([], { blocked: 1 });
    await clock.play('e', at('09:00'), at('09:00'));
    expect(seen).toEqual(['events 09:00', 'figures 09:00']);
  });

  it('counts hits before figures, where any are left to count', async () => {
    const { clock, seen } = anEngine([], { hits: true });
    await clock.play('e', at('09:00'), at('10:00'));
    expect(seen).toEqual(['hits', 'figures 10:00']);
  });

  it('counts before letters of one person compete, which ask what each brought', async () => {
    const { clock, seen } = anEngine([at('09:45'), at('09:45')], { hits: true, rivals: true });
    await clock.play('e', at('09:00'), at('10:00'));
    expect(seen).toEqual(['hits', 'figures 09:45', '2 sent 09:45', 'hits', 'figures 10:00']);
  });

  it('ends at its target also when nothing is due on the way', async () => {
    const { clock, moves } = anEngine([]);
    expect(await clock.play('e', at('09:00'), at('12:00'))).toBe(0);
    expect(moves).toEqual(['12:00']);
  });

  it('does not stand still for ever over something that nobody takes', async () => {
    const { clock, moves } = anEngine([at('09:30')], { stuck: true });
    expect(await clock.play('e', at('09:00'), at('10:00'))).toBe(0);
    expect(moves).toEqual(['09:30', '10:00']);
  });
});

describe('what is due next in a sandbox', () => {
  it.each([
    ['the run where it comes first', at('09:00'), at('10:00'), at('09:00')],
    ['the letter where it comes first', at('10:00'), at('09:00'), at('09:00')],
    ['what there is', null, at('09:00'), at('09:00')],
    ['nothing where nothing waits', null, null, null],
  ])('is %s', (_, runAt, letterAt, next) => {
    expect(nextDueAt({ runAt, letterAt })).toEqual(next);
  });
});
