import { aCompiled, after, anEmailStep, anEvent, aWaitStep, facts } from '../../test/support/domain-builders.js';
import type { Advance, Facts, RunState } from './run.js';
import { advance, afterMessage, enterRun, restart, settleRun, standsAtEnd, standsBeforeLetters } from './timeline.js';

const cart = aCompiled();
const enter = (compiled = cart, now = after({}), known: Facts = facts(), holdout = false): Advance =>
  enterRun(compiled, { event: anEvent(), subject: '81', holdout }, known, now);
const sent = (compiled: typeof cart, run: RunState, at: Date): Advance =>
  afterMessage(compiled, run, { kind: 'sent' }, facts(), at);
const trail = ({ steps }: Advance): readonly string[] =>
  steps.map(({ stepId, outcome, reason }) => [stepId, outcome, reason].filter(Boolean).join(' '));

describe('a run', () => {
  it('waits from the instant of its event', () => {
    const entered = enter(cart, after({ minutes: 1 }));
    expect(entered.run).toMatchObject({
      state: 'waiting',
      position: '0',
      dueAt: after({ minutes: 45 }),
      pass: 1,
      touches: 0,
    });
    expect(trail(entered)).toEqual(['entered', 'pause-1 waiting']);
  });

  it('does not move before it is due, and moves at the very instant', () => {
    const { run } = enter();
    expect(advance(cart, run, facts(), after({ minutes: 45, ms: -1 }))).toEqual({ run, messages: [], steps: [] });
    expect(advance(cart, run, facts(), after({ minutes: 45 })).run.state).toBe('sending');
  });

  it('plans its letter for the end of the wait, however late the worker comes', () => {
    const moved = advance(cart, enter().run, facts(), after({ minutes: 50 }));
    expect(moved.messages).toEqual([
      {
        stepId: 'reminder',
        stepNumber: 1,
        pass: 1,
        round: 1,
        variant: '',
        template: 'abandoned-cart/reminder',
        templatePin: null,
        policy: 'at-most-once',
        dueAt: after({ minutes: 45 }),
        state: 'planned',
        reason: null,
        detail: null,
      },
    ]);
    expect(moved.run).toMatchObject({ state: 'sending', position: '1', dueAt: null });
    expect(trail(moved)).toEqual(['pause-1 waited', 'reminder planned']);
  });

  it('sends the second letter two days after the first went out', () => {
    const first = advance(cart, enter().run, facts(), after({ minutes: 45 }));
    const second = sent(cart, first.run, after({ hours: 3 }));
    expect(second.run).toMatchObject({
      state: 'waiting',
      position: '2',
      dueAt: after({ days: 2, hours: 3 }),
      touches: 1,
      previousAt: after({ hours: 3 }),
    });
    expect(trail(second)).toEqual(['reminder sent', 'pause-2 waiting']);
    expect(advance(cart, second.run, facts(), after({ days: 2, hours: 3 })).messages).toMatchObject([
      { stepId: 'follow-up', stepNumber: 2 },
    ]);
  });

  it('skips the second letter for somebody who opened the first, and stands at its end until its letters are settled', () => {
    const { run } = sent(cart, advance(cart, enter().run, facts(), after({ minutes: 45 })).run, after({ minutes: 45 }));
    const known = facts({ messages: [{ stepId: 'reminder', sent: true, opened: true, clicked: false }] });
    const last = advance(cart, run, known, after({ days: 2, minutes: 45 }));
    expect(last.messages).toMatchObject([{ stepId: 'follow-up', state: 'skipped', reason: 'condition_false' }]);
    expect(standsAtEnd(last.run)).toBe(true);
    const settled = settleRun(last.run, after({ days: 3 }));
    expect(settled.run).toMatchObject({ state: 'ended', endReason: 'completed', endedAt: after({ days: 3 }) });
    expect(trail(settled)).toEqual(['ended completed']);
  });

  it('is completed at once when nothing of it went out', () => {
    const nobody = facts({ contact: { email: null } });
    const first = advance(cart, enter().run, nobody, after({ minutes: 45 }));
    expect(first.messages).toMatchObject([{ state: 'skipped', reason: 'no_address' }]);
    const last = advance(cart, first.run, nobody, after({ days: 2, minutes: 45 }));
    expect(last.run).toMatchObject({ state: 'ended', endReason: 'completed', position: 'end' });
  });

  it.each([
    ['a letter that the guard skipped', { kind: 'skipped', reason: 'no_consent' }, 'reminder skipped no_consent'],
    ['a letter that could not be made', { kind: 'failed', reason: 'template_error' }, 'reminder unsent template_error'],
  ] as const)('goes on after %s, which is no touch', (_what, outcome, note) => {
    const planned = advance(cart, enter().run, facts(), after({ minutes: 45 }));
    const moved = afterMessage(cart, planned.run, outcome, facts(), after({ hours: 1 }));
    expect(moved.run).toMatchObject({ state: 'waiting', touches: 0, dueAt: after({ days: 2, hours: 1 }) });
    expect(trail(moved)[0]).toBe(note);
  });

  it('ends with the letter that the guard skipped for good, and says so of both', () => {
    const planned = advance(cart, enter().run, facts(), after({ minutes: 45 }));
    const outcome = { kind: 'ended', reason: 'late', end: 'ended_by_step:late' } as const;
    const ended = afterMessage(cart, planned.run, outcome, facts(), after({ days: 2 }));
    expect(ended.run).toMatchObject({ state: 'ended', endReason: 'ended_by_step:late', touches: 0 });
    expect(trail(ended)).toEqual(['reminder skipped late', 'ended ended_by_step:late']);
  });

  it('has no letters until it has come to its first, in every pass', () => {
    const waiting = enter().run;
    const first = advance(cart, waiting, facts(), after({ minutes: 45 }));
    const second = sent(cart, first.run, after({ hours: 3 }));
    const ended = sent(cart, advance(cart, second.run, facts(), after({ days: 3 })).run, after({ days: 3 }));
    const again = restart(
      cart,
      second.run,
      anEvent({ id: 'e2', at: after({ hours: 4 }).toISOString() }),
      facts(),
      after({ hours: 4 }),
    );
    const before = [waiting, first.run, second.run, ended.run, again.run].map((run) => standsBeforeLetters(cart, run));
    expect(before).toEqual([true, false, false, false, true]);
  });

  it('is not moved by a letter that it does not stand at', () => {
    const { run } = enter();
    expect(sent(cart, run, after({ hours: 1 }))).toEqual({ run, messages: [], steps: [] });
    const onItsWay = advance(cart, run, facts(), after({ hours: 1 })).run;
    for (const standing of [run, onItsWay]) expect(settleRun(standing, after({ hours: 1 })).run).toBe(standing);
  });

  it('knows of the letter just sent before the loaded facts do, and takes none for sent that was not', () => {
    const b = anEmailStep('b', { when: "sent('a') && opened('x')" });
    const compiled = aCompiled({ steps: [anEmailStep('x'), anEmailStep('a'), b] });
    const { run } = sent(compiled, enter(compiled).run, after({}));
    const opened = { stepId: 'x', sent: true, opened: true, clicked: false };
    const onItsWay = { stepId: 'a', sent: false, opened: false, clicked: false };
    for (const messages of [[opened], [opened, onItsWay]]) {
      const next = afterMessage(compiled, run, { kind: 'sent' }, facts({ messages }), after({}));
      expect(next.messages).toMatchObject([{ stepId: 'b', state: 'planned' }]);
    }
    const skipped = afterMessage(compiled, run, { kind: 'skipped', reason: 'late' }, facts(), after({}));
    expect(skipped.messages).toMatchObject([{ stepId: 'b', reason: 'condition_false' }]);
  });
});

describe('an event from the past', () => {
  const late = after({ hours: 3 });

  it('acts from its own time: the wait is over at once and the letter was due then', () => {
    const entered = enter(cart, late);
    expect(entered.messages).toMatchObject([{ stepId: 'reminder', state: 'planned', dueAt: after({ minutes: 45 }) }]);
    expect(trail(entered)).toEqual(['entered', 'pause-1 waited', 'reminder planned']);
  });

  it('makes a letter late, counted from when it was due', () => {
    const known = facts();
    const onTime = enter(cart, after({ days: 1, minutes: 45 }), known);
    const tooLate = enter(cart, after({ days: 1, minutes: 45, ms: 1 }), known);
    expect(onTime.messages[0]).toMatchObject({ state: 'planned' });
    expect(tooLate.messages[0]).toMatchObject({ state: 'skipped', reason: 'late' });
    expect(tooLate.run.dueAt).toEqual(after({ days: 3, minutes: 45, ms: 1 }));
  });

  it('ends the run when the step says so', () => {
    const compiled = aCompiled({
      steps: [aWaitStep('w', 'PT45M'), anEmailStep('a', { late: { after: 'PT1H', then: 'exit' } })],
    });
    const entered = enter(compiled, late);
    expect(entered.run).toMatchObject({ state: 'ended', endReason: 'ended_by_step:late', endedAt: late });
    expect(entered.messages).toMatchObject([{ state: 'skipped', reason: 'late' }]);
    expect(trail(entered)).toEqual(['entered', 'w waited', 'a skipped late', 'ended ended_by_step:late']);
  });
});

describe('waits', () => {
  it('count from the entry when they say so', () => {
    const compiled = aCompiled({
      steps: [anEmailStep('a'), aWaitStep('w', '7 days', { from: 'entry' }), anEmailStep('b')],
    });
    const { run } = sent(compiled, enter(compiled).run, after({ days: 3 }));
    expect(run.dueAt).toEqual(after({ days: 7 }));
  });

  it('from the entry that are over when they begin end at once, never in the past', () => {
    const compiled = aCompiled({
      steps: [anEmailStep('a'), aWaitStep('w', '1 day', { from: 'entry' }), anEmailStep('b')],
    });
    const moved = sent(compiled, enter(compiled).run, after({ days: 3 }));
    expect(moved.messages).toMatchObject([{ stepId: 'b', dueAt: after({ days: 3 }), state: 'planned' }]);
  });

  it('one after another add up', () => {
    const compiled = aCompiled({ steps: [aWaitStep('a', '1 hour'), aWaitStep('b', '1 hour'), anEmailStep('c')] });
    const { run } = advance(compiled, enter(compiled).run, facts(), after({ hours: 1, minutes: 10 }));
    expect(run).toMatchObject({ position: '1', dueAt: after({ hours: 2 }) });
    expect(enter(compiled, after({ hours: 9 })).messages).toMatchObject([{ stepId: 'c', dueAt: after({ hours: 2 }) }]);
  });

  it("are days of the contact's calendar", () => {
    const compiled = aCompiled({ steps: [aWaitStep('w', '2 days'), anEmailStep('a')] });
    const event = anEvent({ at: '2026-03-28T09:00:00Z' });
    const known = facts({ contact: { timezone: 'Europe/Berlin' } });
    const { run } = enterRun(compiled, { event, subject: '', holdout: false }, known, new Date(event.at));
    expect(run.dueAt).toEqual(new Date('2026-03-30T08:00:00Z'));
  });

  it('are skipped by a false condition, and the next counts from then', () => {
    const compiled = aCompiled({
      steps: [aWaitStep('a', '1 day', { when: 'event.total < 1' }), aWaitStep('b', '1 hour'), anEmailStep('c')],
    });
    const entered = enter(compiled, after({ minutes: 10 }));
    expect(trail(entered)).toEqual(['entered', 'a skipped condition_false', 'b waiting']);
    expect(entered.run.dueAt).toEqual(after({ hours: 1, minutes: 10 }));
  });
});

describe('a held-out run', () => {
  it('writes its letters as skipped and keeps the timeline', () => {
    const entered = enter(cart, after({}), facts(), true);
    const first = advance(cart, entered.run, facts(), after({ minutes: 45 }));
    expect(first.messages).toMatchObject([{ stepId: 'reminder', state: 'skipped', reason: 'holdout' }]);
    expect(first.run).toMatchObject({ state: 'waiting', dueAt: after({ days: 2, minutes: 45 }), touches: 0 });
    const last = advance(cart, first.run, facts(), after({ days: 2, minutes: 45 }));
    expect(last.run.endReason).toBe('completed');
  });
});

describe('a restart', () => {
  it('puts the run back to its first step with the new event, and the clock with it', () => {
    const event = anEvent({ id: 'v2', at: after({ minutes: 30 }).toISOString() });
    const again = restart(cart, enter().run, event, facts(), after({ minutes: 30 }));
    expect(again.run).toMatchObject({
      pass: 2,
      position: '0',
      dueAt: after({ minutes: 75 }),
      event,
      enteredAt: after({ minutes: 30 }),
    });
    expect(trail(again)).toEqual(['restarted', 'pause-1 waiting']);
  });

  it('leaves the run the same thing and the same draw, and what happened before it can restart it no more', () => {
    const at = after({ minutes: 30 });
    const held = enter(cart, after({}), facts(), true).run;
    const again = restart(cart, held, anEvent({ id: 'v2', at: at.toISOString() }), facts(), at);
    expect(again.run).toMatchObject({ subject: '81', holdout: true, lastActivityAt: at });
  });
});

describe('a run in circles', () => {
  it('ends as failed:loop after 100 steps at one instant', () => {
    const steps = Array.from({ length: 120 }, (_, i) => anEmailStep(`e${i}`, { when: 'event.total < 1' }));
    const entered = enter(aCompiled({ steps }));
    expect(entered.run.endReason).toBe('failed:loop');
    expect(entered.messages).toHaveLength(100);
  });

  it('is none that catches up with a hundred waits', () => {
    const steps = Array.from({ length: 120 }, (_, i) => aWaitStep(`w${i}`, 'PT1M'));
    expect(enter(aCompiled({ steps }), after({ days: 1 })).run.endReason).toBe('completed');
  });
});
