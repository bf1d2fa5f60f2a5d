import { aCompiled, after, anEmailStep, anEvent, anOrder, aRun, facts } from '../../test/support/domain-builders.js';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { START_REQUESTED, startData } from '../domain/manual-start.js';
import type { EventFacts } from '../domain/run.js';
import { type GuardInput, judgeLetter } from './verdict.js';

const cart = aCompiled();
const NOON = after({ hours: 3 });

/** The reminder of an abandoned cart, on its way at noon, with nothing against it. */
function aLetter(over: Partial<GuardInput> & { readonly compiled?: CompiledScenario; readonly stepId?: string } = {}) {
  const { compiled = cart, stepId = 'reminder', ...rest } = over;
  const letter = {
    compiled,
    message: { stepId, meantAt: NOON, contactId: 'anna', pass: 1 },
    renderedFor: { event: anEvent() },
    rendered: { ok: true },
  };
  return {
    letter,
    run: aRun({ state: 'sending', position: '1' }),
    ownerId: 'anna',
    facts: facts(),
    publication: 'published',
    inbox: [],
    othersEvents: [],
    pastExit: null,
    recipientLists: [],
    now: NOON,
    ...rest,
  } as unknown as GuardInput;
}
const at = (minutes: number, event: EventFacts): EventFacts => ({ ...event, at: after({ minutes }).toISOString() });
const purchased = { kind: 'cancel', reason: 'exited:purchased', endRun: 'exited:purchased' };
const send = { kind: 'send', to: 'anna@example.com' };

describe('the last guard', () => {
  it('lets a letter go that nothing speaks against', () => {
    expect(judgeLetter(aLetter())).toEqual(send);
  });

  it('takes back a letter whose run was ended, but not one whose run came to its own end', () => {
    const ended = (endReason: 'unsubscribed' | 'scenario_archived' | 'completed') =>
      judgeLetter(aLetter({ run: aRun({ state: 'ended', endReason }) }));
    expect(ended('unsubscribed')).toEqual({ kind: 'cancel', reason: 'unsubscribed', endRun: null });
    expect(ended('scenario_archived')).toEqual({ kind: 'cancel', reason: 'archived', endRun: null });
    expect(ended('completed')).toEqual(send);
  });

  it.each(['pause-1', 'gone'])('ends a letter of %s, which its version does not send', (stepId) => {
    expect(judgeLetter(aLetter({ stepId }))).toEqual({
      kind: 'cancel',
      reason: 'moved',
      endRun: 'failed:step_missing',
    });
  });

  it('says the first thing that stands against a letter, and a pause keeps the rest for later', () => {
    const order = anOrder({ at: NOON.toISOString() });
    const nobody = facts({ contact: { email: null } });
    const newer = at(30, anEvent({ id: 'v2' }));
    const against: Partial<GuardInput>[] = [
      { run: aRun({ endReason: 'unsubscribed' }) },
      { run: aRun({ pass: 2 }) },
      { publication: 'paused' },
      { ownerId: 'bert' },
      { inbox: [newer, order] },
      { inbox: [newer] },
      { run: aRun({ event: newer }) },
      { facts: nobody },
      { recipientLists: [['shop.example']] },
      {},
    ];
    const verdicts = against.map((one, i) => {
      const rest = against.slice(i + 1).reduceRight((all, other) => ({ ...all, ...other }), {});
      const verdict = judgeLetter(aLetter({ ...rest, ...one }));
      return 'reason' in verdict ? `${verdict.kind} ${verdict.reason}` : verdict.kind;
    });
    expect(verdicts).toEqual([
      'cancel unsubscribed',
      'cancel restarted',
      'hold',
      'render-again',
      'cancel exited:purchased',
      'event-first',
      'render-again',
      'skip no_address',
      'skip not_allowed_yet',
      'send',
    ]);
  });
});

describe('an event that no stage has processed yet', () => {
  it.each([
    ['at the instant of the cart', 0, purchased],
    ['after it', 60, purchased],
    ['before it', -1, send],
  ])('is an order %s', (_when, minutes, expected) => {
    expect(judgeLetter(aLetter({ inbox: [at(minutes, anOrder())] }))).toEqual(expected);
  });

  it.each([
    ['for this cart', '81', 60, purchased],
    ['for another cart', '82', 60, send],
    ['for this cart, but before it was left', '81', -1, send],
  ])('is somebody else’s order %s', (_what, cartId, minutes, expected) => {
    const compiled = aCompiled({ exits: [{ event: 'order.placed', reason: 'purchased', subject: 'event.cartId' }] });
    const order = at(minutes, anOrder({ data: { orderId: '1', cartId } }));
    expect(judgeLetter(aLetter({ compiled, othersEvents: [order] }))).toEqual(expected);
  });

  it('of somebody else ends nothing by an exit without a subject', () => {
    expect(judgeLetter(aLetter({ othersEvents: [at(60, anOrder())] }))).toEqual(send);
  });

  it.each<[string, EventFacts, string]>([
    ['is the newer cart', at(1, anEvent({ id: 'v2' })), 'event-first'],
    ['is the cart of the same instant', anEvent({ id: 'v2' }), 'event-first'],
    ['is older than what the run knows', at(-1, anEvent({ id: 'v0' })), 'send'],
    ['is another cart', anEvent({ id: 'v2', data: { ...anEvent().data, cartId: '82' } }), 'send'],
    ['starts nothing', anEvent({ id: 'v2', type: 'product.viewed' }), 'send'],
  ])('comes before its letter where it %s', (_what, event, expected) => {
    expect(judgeLetter(aLetter({ inbox: [event] })).kind).toBe(expected);
  });

  it.each([
    ['itself', 'vip', 'event-first'],
    ['another one', 'other', 'send'],
  ])(
    'comes before the letter of a scenario that is started by hand where it is the start of %s',
    (_what, key, expected) => {
      const compiled = aCompiled({ key: 'vip', trigger: { type: 'manual' }, exits: [] });
      const event = at(1, anEvent({ id: 'v2', type: START_REQUESTED, data: startData(key, '81', {}) }));
      expect(judgeLetter(aLetter({ compiled, inbox: [event] })).kind).toBe(expected);
    },
  );
});

describe('a letter is made again', () => {
  it.each([
    ['a newer cart', aRun({ event: anEvent({ id: 'v2' }) })],
    ['the same cart told again with another instant', aRun({ event: at(1, anEvent()) })],
  ])('for %s', (_what, run) => {
    expect(judgeLetter(aLetter({ run }))).toEqual({ kind: 'render-again' });
  });
});

it('a letter that is too late follows its step, counted from when it was meant to go', () => {
  const late = (then: string) => ({
    compiled: aCompiled({ steps: [anEmailStep('reminder', { late: { after: 'PT1H', then } })] }),
    now: after({ hours: 4, ms: 1 }),
  });
  expect(judgeLetter(aLetter(late('skip')))).toEqual({ kind: 'skip', reason: 'late' });
  expect(judgeLetter(aLetter(late('exit')))).toEqual({ kind: 'end', reason: 'late', endRun: 'ended_by_step:late' });
  expect(judgeLetter(aLetter({ ...late('exit'), now: after({ hours: 4 }) }))).toEqual(send);
});
