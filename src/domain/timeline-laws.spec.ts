import fc from 'fast-check';
import {
  aCompiled,
  after,
  anEmailStep,
  anEvent,
  aRun,
  aWaitStep,
  facts,
  NINE,
} from '../../test/support/domain-builders.js';
import type { RunState } from './run.js';
import { advance, afterMessage, enterRun, settleRun, standsAtEnd } from './timeline.js';

describe('however a run goes', () => {
  const outcomes = fc.constantFrom(
    { kind: 'sent' } as const,
    { kind: 'skipped', reason: 'late' } as const,
    { kind: 'failed', reason: 'template_error' } as const,
  );
  const lengths = fc.constantFrom('PT0S', 'PT45M', 'P1D', 'P1M');
  const step = fc.oneof(
    lengths.map((length) => (id: string) => aWaitStep(id, length)),
    fc.constantFrom('true', 'false', 'event.missing == 1').map((when) => (id: string) => anEmailStep(id, { when })),
    lengths.map((length) => (id: string) => aWaitStep(id, length, { from: 'entry' })),
  );

  /** What is written only with a new event (`updateRuns`). */
  const begun = ({ enteredAt, lastActivityAt, pass, round, variant, holdout, event }: RunState): readonly unknown[] => [
    enteredAt,
    lastActivityAt,
    pass,
    round,
    variant,
    holdout,
    event,
  ];

  it('it ends with one reason, time never runs backwards, each letter is asked for once, and what its event began stays', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.array(outcomes, { minLength: 8, maxLength: 8 }),
        fc.boolean(),
        (makers, fates, holdout) => {
          const compiled = aCompiled({
            trigger: { type: 'event', event: 'my.event' },
            exits: [],
            steps: makers.map((make, i) => make(`s${i}`)),
          });
          let now = new Date(NINE);
          let moved = enterRun(compiled, { event: anEvent({ type: 'my.event' }), subject: '', holdout }, facts(), now);
          const letters = moved.messages.map(({ stepId }) => stepId);
          for (let turn = 0; moved.run.state !== 'ended' && turn < 30; turn++) {
            const { run } = moved;
            if (run.dueAt !== null) {
              expect(run.dueAt.getTime()).toBeGreaterThan(now.getTime());
              now = run.dueAt;
              moved = advance(compiled, run, facts(), now);
            } else if (standsAtEnd(run)) moved = settleRun(run, now);
            else moved = afterMessage(compiled, run, fates[turn % 8] ?? { kind: 'sent' }, facts(), now);
            expect(moved.run.previousAt.getTime()).toBeGreaterThanOrEqual(run.previousAt.getTime());
            expect(begun(moved.run)).toEqual(begun(run));
            letters.push(...moved.messages.map(({ stepId }) => stepId));
          }
          expect(moved.run).toMatchObject({ state: 'ended', endReason: 'completed', dueAt: null });
          expect(letters).toEqual(compiled.emailSteps.map(({ stepId }) => stepId));
          if (holdout) expect(moved.run.touches).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a run that stands is not changed by moving it', () => {
    const run = aRun({ state: 'ended', position: '1', endReason: 'completed', endedAt: after({}) });
    const cart = aCompiled();
    const sent = afterMessage(cart, run, { kind: 'sent' }, facts(), after({}));
    expect([advance(cart, run, facts(), after({ days: 9 })).run, sent.run]).toEqual([run, run]);
  });
});
