import { aCompiled, after, anEvent, anOrder, aRun, facts } from '../../test/support/domain-builders.js';
import type { CompiledScenario } from './compiled-scenario.js';
import { decideEntry, matchTrigger, type EntryInput } from './entry.js';
import type { EventFacts } from './run.js';
import { subjectOf } from './subject.js';

const cart = aCompiled();
const later = (minutes: number, over: Partial<EventFacts> = {}): EventFacts =>
  anEvent({ id: `v-${minutes}`, at: after({ minutes }).toISOString(), ...over });
const input = (over: Partial<EntryInput> = {}): EntryInput => ({
  event: anEvent(),
  subject: '81',
  tooOld: false,
  running: null,
  lastEndedAt: null,
  runCount: 0,
  paused: false,
  facts: facts(),
  laterEvents: [],
  holdoutDraw: false,
  ...over,
});
const decide = (over: Partial<EntryInput> = {}, compiled: CompiledScenario = cart, now = after({})) =>
  decideEntry(compiled, input(over), now);
const reasonOf = (over: Partial<EntryInput> = {}, compiled: CompiledScenario = cart) => {
  const decision = decide(over, compiled);
  return decision.kind === 'none' ? decision.reason : decision.kind;
};

describe('a trigger', () => {
  it('names the subject', () => {
    expect(matchTrigger(cart, anEvent(), facts(), after({}))).toEqual({ matches: true, subject: '81', tooOld: false });
  });

  it.each([
    ['a number', { cartId: 81 }, '81'],
    ['none', {}, ''],
    ['null', { cartId: null }, ''],
    ['more than 200 characters', { cartId: 'x'.repeat(300) }, subjectOf('x'.repeat(300))],
  ])('takes %s as the subject', (_what, data, subject) => {
    const event = anEvent({ data: { items: [1], ...data } });
    expect(matchTrigger(cart, event, facts(), after({}))).toEqual({ matches: true, subject, tooOld: false });
  });

  it('without a subject has the empty one', () => {
    const compiled = aCompiled({ trigger: { type: 'event', event: 'cart.updated' } });
    expect(matchTrigger(compiled, anEvent(), facts(), after({}))).toEqual({
      matches: true,
      subject: '',
      tooOld: false,
    });
  });

  it('of parallel runs has each event as its subject', () => {
    const compiled = aCompiled({ reentry: { whileRunning: 'parallel' } });
    expect(matchTrigger(compiled, anEvent(), facts(), after({}))).toMatchObject({
      matches: true,
      subject: 'cart-81-v1',
    });
  });

  it('starts nothing when its condition is false or undetermined, and explain can name the field', () => {
    const match = (data: Record<string, unknown>) => matchTrigger(cart, anEvent({ data }), facts(), after({}));
    expect(match({ items: [] })).toEqual({ matches: false, reason: 'condition_false', field: null });
    expect(match({})).toEqual({ matches: false, reason: 'condition_false', field: 'event.items' });
  });

  it('starts nothing for history: a day old it may be, not older', () => {
    const startsAt = (now: Date) => {
      const match = matchTrigger(cart, anEvent(), facts(), now);
      return reasonOf({ tooOld: match.matches && match.tooOld });
    };
    expect([after({ days: 1 }), after({ days: 1, ms: 1 })].map(startsAt)).toEqual(['enter', 'too_old']);
  });
});

describe('somebody enters', () => {
  it('and the run stands at its first wait', () => {
    expect(decide({ holdoutDraw: true })).toMatchObject({
      kind: 'enter',
      run: {
        run: {
          state: 'waiting',
          subject: '81',
          holdout: true,
          dueAt: after({ minutes: 45 }),
          event: { id: 'cart-81-v1' },
        },
      },
    });
  });

  it('and is not held out of a service letter, whatever was drawn before the scenario became one', () => {
    const service = aCompiled({ messageClass: 'service' });
    expect(decide({ holdoutDraw: true }, service)).toMatchObject({ kind: 'enter', run: { run: { holdout: false } } });
  });

  it('and is held out only where the draw says so', () => {
    expect(decide()).toMatchObject({ kind: 'enter', run: { run: { holdout: false } } });
  });

  it('not while the scenario is paused', () => {
    expect(reasonOf({ paused: true })).toBe('paused');
  });

  it.each([
    ['marketing', { suppressed: 'complaint' }, 'suppressed'],
    ['care', { erased: true }, 'suppressed'],
    ['service', { erased: true }, 'suppressed'],
    ['service', { suppressed: 'complaint' }, 'enter'],
    ['marketing', { marketingConsent: false }, 'enter'],
  ])('%s with %j: %s', (messageClass, contact, expected) => {
    const compiled = aCompiled({ messageClass });
    expect(reasonOf({ facts: facts({ contact }) }, compiled)).toBe(expected);
  });

  it.each([
    ['P1D', after({ days: -1, ms: 1 }), 'cool_down'],
    ['P1D', after({ days: -1 }), 'enter'],
    ['P1D', null, 'enter'],
    ['never', after({ days: -900 }), 'cool_down'],
    ['never', null, 'enter'],
    ['always', after({}), 'enter'],
  ])('after a cool-down of %s', (afterExit, lastEndedAt, expected) => {
    const compiled = aCompiled({ reentry: { afterExit } });
    expect(reasonOf({ lastEndedAt, runCount: 1 }, compiled)).toBe(expected);
  });

  it('not to be asked again for a confirmation that was given, which keeps nobody from anything else', () => {
    const asking = aCompiled({ trigger: { type: 'event', event: 'subscription.requested' }, messageClass: 'service' });
    const confirmed = facts({ contact: { confirmedAt: after({ days: -1 }).toISOString() } });
    expect([reasonOf({}, asking), reasonOf({ facts: confirmed }, asking), reasonOf({ facts: confirmed })]).toEqual([
      'enter',
      'confirmed',
      'enter',
    ]);
  });

  it('as often as the limit allows', () => {
    const compiled = aCompiled({ reentry: { limit: 2 } });
    expect([1, 2].map((runCount) => reasonOf({ runCount }, compiled))).toEqual(['enter', 'limit']);
  });

  it.each<[string, EventFacts, string]>([
    ['an order after the cart', anOrder({ at: after({ minutes: 1 }).toISOString() }), 'exited:purchased'],
    ['an order at the same instant', anOrder(), 'exited:purchased'],
    ['an order before the cart', anOrder({ at: after({ minutes: -1 }).toISOString() }), 'enter'],
    ['the cart emptied since', later(5, { data: { cartId: '81', items: [] } }), 'exited:cart_emptied'],
    ['another cart emptied since', later(5, { data: { cartId: '82', items: [] } }), 'enter'],
    ['itself', anEvent({ data: { cartId: '81', items: [] } }), 'enter'],
  ])('unless an exit has come already: %s', (_what, event, expected) => {
    expect(reasonOf({ laterEvents: [event] })).toBe(expected);
    expect(reasonOf({ laterEvents: [later(0, { type: 'product.viewed', data: {} }), event] })).toBe(expected);
  });

  it.each([
    ['has bought this very cart since', '81', 1, 'exited:purchased'],
    ['had bought it before', '81', -1, 'enter'],
    ['has bought another one', '82', 1, 'enter'],
  ])('unless somebody else %s', (_what, cartId, minutes, expected) => {
    const compiled = aCompiled({ exits: [{ event: 'order.placed', reason: 'purchased', subject: 'event.cartId' }] });
    const order = anOrder({ at: after({ minutes }).toISOString(), data: { orderId: '1', cartId } });
    const view = later(2, { type: 'product.viewed', data: {} });
    expect(reasonOf({ othersEvents: [view, order] }, compiled)).toBe(expected);
  });

  it('and such an exit looks back from now, as one that comes to a run does', () => {
    const order = anOrder({ at: after({ minutes: 1 }).toISOString() });
    const exits = [{ event: 'order.placed', when: "happened('order.placed', 'PT1H')", reason: 'purchased' }];
    const known = facts({ history: [{ id: order.id, type: order.type, at: new Date(order.at) }] });
    const at = (minutes: number) =>
      decide({ facts: known, laterEvents: [order] }, aCompiled({ exits }), after({ minutes })).kind;
    expect([61, 62].map(at)).toEqual(['none', 'enter']);
  });
});

describe('while a run goes on', () => {
  const running = aRun({ dueAt: after({ minutes: 45 }) });

  it('a newer event restarts it', () => {
    expect(decide({ running, event: later(30) }, cart, after({ minutes: 30 }))).toMatchObject({
      kind: 'restart',
      run: { run: { pass: 2, dueAt: after({ minutes: 75 }), event: { id: 'v-30' } } },
    });
  });

  it('an event of the same instant counts as newer', () => {
    expect(reasonOf({ running, event: later(0) })).toBe('restart');
  });

  it('an older event changes nothing', () => {
    expect(reasonOf({ running, event: later(-1) })).toBe('already_running');
  });

  it('the event that it runs on changes nothing', () => {
    expect(reasonOf({ running })).toBe('already_running');
  });

  it('a letter that is only planned does not keep it from restarting', () => {
    const planned = aRun({ state: 'sending', position: '1' });
    expect(reasonOf({ running: planned, event: later(46) })).toBe('restart');
  });

  it('once a letter has gone the clock is not reset, but the next letter shows the cart as it is now', () => {
    const touched = aRun({ position: '2', touches: 1, dueAt: after({ days: 2 }) });
    const decision = decide({ running: touched, event: later(60) }, cart, after({ hours: 1 }));
    expect(decision).toMatchObject({
      kind: 'refresh',
      run: {
        run: { pass: 1, dueAt: after({ days: 2 }), event: { id: 'v-60' }, lastActivityAt: after({ hours: 1 }) },
        messages: [],
      },
    });
  });

  it('a letter that was left out does not keep it from restarting either', () => {
    expect(reasonOf({ running: aRun({ position: '2', dueAt: after({ days: 2 }) }), event: later(60) })).toBe('restart');
  });

  it('a held-out run is not reset either once its letter would have gone', () => {
    const before = aRun({ holdout: true, position: '0', dueAt: after({ minutes: 45 }) });
    const behind = aRun({ holdout: true, position: '2', dueAt: after({ days: 2 }) });
    expect([before, behind].map((run) => reasonOf({ running: run, event: later(50) }))).toEqual(['restart', 'refresh']);
  });

  it.each(['ignore', 'parallel'])('with %s it goes on and shows things as they are now', (whileRunning) => {
    const compiled = aCompiled({ reentry: { whileRunning } });
    expect(reasonOf({ running, event: later(30) }, compiled)).toBe('refresh');
  });

  it('what is too old to start one still tells it how things stand, newer than what it knows', () => {
    const known = aRun({ position: '2', touches: 1, dueAt: after({ days: 2 }) });
    expect(reasonOf({ tooOld: true, running: known, event: later(60) })).toBe('refresh');
    expect(reasonOf({ tooOld: true, running: known, event: later(-1) })).toBe('already_running');
    expect(reasonOf({ tooOld: true, running, event: later(30) })).toBe('restart');
  });

  it('neither a pause nor a cool-down concerns it', () => {
    expect(reasonOf({ running, event: later(30), paused: true, lastEndedAt: after({}) })).toBe('restart');
  });
});
