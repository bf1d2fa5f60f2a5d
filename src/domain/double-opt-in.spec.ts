import { aCompiled, anEvent, facts, NINE } from '../../test/support/domain-builders.js';
import { isMeantBy } from './double-opt-in.js';

describe('a confirmation is asked for', () => {
  const asking = aCompiled({ trigger: { type: 'event', event: 'subscription.requested' }, messageClass: 'service' });
  const pending = { store: { doubleOptIn: true }, contact: {} };
  const isAsked = ({ store, contact }: typeof pending, type = 'cart.updated', compiled = asking) =>
    isMeantBy(anEvent({ type }), compiled, facts({ store, contact }));

  it('by whatever event of a person who consented and has not confirmed', () => {
    expect(isAsked(pending)).toBe(true);
  });

  it('by its own event, whoever it is of', () => {
    expect(isAsked({ ...pending, contact: { marketingConsent: null } }, 'subscription.requested')).toBe(true);
  });

  it.each([
    ['wants no confirmations', { store: { doubleOptIn: false }, contact: {} }],
    ['was never given a consent', { ...pending, contact: { marketingConsent: null } }],
    ['had it taken back', { ...pending, contact: { marketingConsent: false } }],
    ['has it confirmed', { ...pending, contact: { confirmedAt: NINE } }],
    ['knows no address', { ...pending, contact: { email: null } }],
    ['may not write to the address', { ...pending, contact: { suppressed: 'hard_bounce' } }],
  ])('by no other event where the store %s', (_what, known) => {
    expect(isAsked(known)).toBe(false);
  });

  it('by no scenario of another trigger', () => {
    const other = aCompiled({ trigger: { type: 'event', event: 'order.placed' }, exits: [] });
    expect([isAsked(pending, 'cart.updated', other), isAsked(pending, 'order.placed', other)]).toEqual([false, true]);
  });
});
