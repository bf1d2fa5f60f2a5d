import { aCompiled, after, aRun, facts } from '../../test/support/domain-builders.js';
import { decideSend } from './send-decision.js';

const step = { id: 'a', type: 'email', template: 'x/a', reason: 'r' };
const of = (messageClass: string, over: Readonly<Record<string, unknown>> = {}) =>
  aCompiled({ messageClass, steps: [{ ...step, ...over }] });
const now = after({ hours: 1 });
type Known = Parameters<typeof facts>[0];

describe('a letter may go', () => {
  it.each<[string, string, Known, string]>([
    ['marketing with consent', 'marketing', {}, 'send'],
    ['not marketing when consent was never asked', 'marketing', { contact: { marketingConsent: null } }, 'no_consent'],
    ['not care after an unsubscribe', 'care', { contact: { marketingConsent: false } }, 'no_consent'],
    ['service after an unsubscribe', 'service', { contact: { marketingConsent: false } }, 'send'],
    ['not without an address', 'service', { contact: { email: null } }, 'no_address'],
    ['not even service to a suppressed address', 'service', { contact: { suppressed: 'hard_bounce' } }, 'suppressed'],
    ['not unconfirmed where the store asks for it', 'marketing', { store: { doubleOptIn: true } }, 'not_confirmed'],
    [
      'confirmed',
      'marketing',
      { store: { doubleOptIn: true }, contact: { confirmedAt: '2026-01-01T00:00:00Z' } },
      'send',
    ],
    ['service unconfirmed', 'service', { store: { doubleOptIn: true } }, 'send'],
    [
      'with the first reason of several',
      'marketing',
      { contact: { email: null, marketingConsent: false, suppressed: 'x' } },
      'no_address',
    ],
    [
      'suppressed before no consent',
      'marketing',
      { contact: { marketingConsent: false, suppressed: 'x' } },
      'suppressed',
    ],
  ])('%s', (_promise, messageClass, known, expected) => {
    const decision = decideSend(of(messageClass), 'a', aRun(), facts(known), now, now);
    expect(decision).toEqual(expected === 'send' ? { kind: 'send' } : { kind: 'skip', reason: expected });
  });

  it('to nobody who is held out, whatever else', () => {
    const decision = decideSend(
      of('marketing', { when: 'false' }),
      'a',
      aRun({ holdout: true }),
      facts({ contact: { email: null } }),
      now,
      now,
    );
    expect(decision).toEqual({ kind: 'skip', reason: 'holdout' });
  });

  it.each([
    ['event.total < 1 is false', 'event.total < 1', {}],
    ['event.coupon == "X" is undetermined, and says what it missed', 'event.coupon == "X"', { field: 'event.coupon' }],
  ])('not when %s, which is told before what else there is against it', (_promise, when, missed) => {
    const known = facts({ contact: { email: null } });
    expect(decideSend(of('marketing', { when }), 'a', aRun(), known, now, now)).toEqual({
      kind: 'skip',
      reason: 'condition_false',
      ...missed,
    });
  });
});

describe('a late letter', () => {
  const dueAt = after({});
  const decide = (messageClass: string, late: object | undefined, at: Date) =>
    decideSend(of(messageClass, { late }), 'a', aRun(), facts(), dueAt, at);

  it('is one that goes more than a day after it was due', () => {
    expect(decide('marketing', undefined, after({ days: 1 }))).toEqual({ kind: 'send' });
    expect(decide('marketing', undefined, after({ days: 1, ms: 1 }))).toEqual({ kind: 'skip', reason: 'late' });
  });

  it('goes all the same when it is service', () => {
    expect(decide('service', undefined, after({ days: 30 }))).toEqual({ kind: 'send' });
  });

  it('follows its step: sent, skipped, or the end of the run', () => {
    const at = after({ hours: 2 });
    expect(['send', 'skip', 'exit'].map((then) => decide('marketing', { after: 'PT1H', then }, at))).toEqual([
      { kind: 'send' },
      { kind: 'skip', reason: 'late' },
      { kind: 'end', reason: 'ended_by_step:late', message: 'late' },
    ]);
  });
});

it('a step that sends nothing cannot be asked', () => {
  expect(() => decideSend(of('marketing'), 'b', aRun(), facts(), now, now)).toThrow(RangeError);
});
