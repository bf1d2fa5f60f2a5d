import { aCompiled, after, anEmailStep, anEvent, aWaitStep, facts } from '../../test/support/domain-builders.js';
import type { Advance } from './run.js';
import { advance, afterMessage, enterRun } from './timeline.js';

const cart = aCompiled();
const enter = (compiled = cart): Advance =>
  enterRun(compiled, { event: anEvent(), subject: '81', holdout: false }, facts(), after({}));
const trail = ({ steps }: Advance): readonly string[] =>
  steps.map(({ stepId, outcome, reason }) => [stepId, outcome, reason].filter(Boolean).join(' '));

describe('an exit step', () => {
  const compiled = aCompiled({
    steps: [
      { id: 'x', type: 'exit', reason: 'small', when: 'event.total < 100' },
      aWaitStep('w', 'PT1H'),
      anEmailStep('a'),
    ],
  });

  it('ends the run with its reason', () => {
    const event = anEvent({ data: { total: 5 } });
    const { run } = enterRun(compiled, { event, subject: '', holdout: false }, facts(), after({}));
    expect(run).toMatchObject({ state: 'ended', endReason: 'ended_by_step:small', dueAt: null, position: '0' });
  });

  it('is passed by when its condition is false', () => {
    expect(trail(enter(compiled))).toEqual(['entered', 'x skipped condition_false', 'w waiting']);
  });
});

describe('a step whose condition is undetermined', () => {
  const when = 'event.coupon == "X"';
  const compiled = aCompiled({
    steps: [
      { id: 'x', type: 'exit', reason: 'r', when },
      aWaitStep('w', 'PT1H', { when }),
      anEmailStep('a', { when }),
      anEmailStep('b', { when: 'event.total < 1' }),
    ],
  });

  it('is passed by and says what the condition missed, in the history and with its letter', () => {
    const entered = enter(compiled);
    expect(entered.steps.map(({ stepId, field }) => [stepId, field])).toEqual([
      [null, undefined],
      ['x', 'event.coupon'],
      ['w', 'event.coupon'],
      ['a', 'event.coupon'],
      ['b', undefined],
      [null, undefined],
    ]);
    expect(entered.messages.map(({ stepId, reason, detail }) => [stepId, reason, detail])).toEqual([
      ['a', 'condition_false', 'undetermined: event.coupon'],
      ['b', 'condition_false', null],
    ]);
  });

  it('says so too when the guard found it', () => {
    const { run } = advance(cart, enter().run, facts(), after({ minutes: 45 }));
    const outcome = { kind: 'skipped', reason: 'condition_false', field: 'event.coupon' } as const;
    const [skipped] = afterMessage(cart, run, outcome, facts(), after({ hours: 1 })).steps;
    expect(skipped).toMatchObject({ outcome: 'skipped', reason: 'condition_false', field: 'event.coupon' });
  });
});
