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
  const conditions = fc.constantFrom('true', 'false', 'event.missing == 1');
  type Maker = (id: string) => Readonly<Record<string, unknown>>;
  const flat: fc.Arbitrary<Maker> = fc.oneof(
    lengths.map((length) => (id: string) => aWaitStep(id, length)),
    conditions.map((when) => (id: string) => anEmailStep(id, { when })),
    lengths.map((length) => (id: string) => aWaitStep(id, length, { from: 'entry' })),
    fc
      .constantFrom({ time: '10:00' }, { time: '02:30', days: ['sun'], zone: 'Europe/Berlin' })
      .map((until) => (id: string) => ({ id, type: 'wait', until })),
  );
  const madeIn = (id: string, makers: readonly Maker[]) => makers.map((make, i) => make(`${id}-${i}`));
  const { step } = fc.letrec<{ step: Maker; list: Maker[] }>((tie) => ({
    list: fc.array(tie('step'), { maxLength: 3 }),
    step: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      flat,
      fc.tuple(conditions, tie('list'), tie('list')).map(([when, first, other]): Maker => (id) => ({
        id,
        type: 'branch',
        cases: [{ when, steps: madeIn(`${id}-a`, first) }],
        else: madeIn(`${id}-b`, other),
      })),
      fc.tuple(tie('list'), tie('list')).map(([first, other]): Maker => (id) => ({
        id,
        type: 'split',
        variants: [
          { key: 'a', steps: madeIn(`${id}-a`, first) },
          { key: 'b', steps: madeIn(`${id}-b`, other) },
        ],
      })),
    ),
  }));

  /** What is written only with a new event (`updateRuns`). */
  const begun = ({ enteredAt, lastActivityAt, pass, holdout, event }: RunState): readonly unknown[] => [
    enteredAt,
    lastActivityAt,
    pass,
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
          for (let turn = 0; moved.run.state !== 'ended' && turn < 200; turn++) {
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
          expect(new Set(letters).size).toBe(letters.length);
          const numberOf = new Map(compiled.emailSteps.map(({ stepId, stepNumber }) => [stepId, stepNumber]));
          const numbers = letters.map((id) => numberOf.get(id)!);
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
          const always = compiled.emailSteps.filter(({ stepId }) => !stepId.includes('-'));
          expect(letters).toEqual(expect.arrayContaining(always.map(({ stepId }) => stepId)));
          if (holdout) expect(moved.run.touches).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('a run that stands is not changed by moving it', () => {
    const run = aRun({ state: 'ended', position: '1', endReason: 'completed', endedAt: after({}) });
    const cart = aCompiled();
    const sent = afterMessage(cart, run, { kind: 'sent' }, facts(), after({}));
    expect([advance(cart, run, facts(), after({ days: 9 })).run, sent.run]).toEqual([run, run]);
  });
});
