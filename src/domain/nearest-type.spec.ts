import { aScenario } from '../../test/support/domain-builders.js';
import { compileScenario } from './compile-scenario.js';
import { STANDARD_EVENT_TYPES } from './event-types.js';
import { nearestType } from './nearest-type.js';

describe('a misspelt event type', () => {
  it.each([
    ['order.placd', 'order.placed'],
    ['order.palced', 'order.placed'],
    ['order.plased', 'order.placed'],
    ['orders.placed', 'order.placed'],
    ['order.canceled', 'order.cancelled'],
    ['checkout.start', 'checkout.started'],
    ['product.view', 'product.viewed'],
    ['subscription.request', 'subscription.requested'],
    ['order.created', 'order.placed'],
    ['checkout.created', 'checkout.started'],
  ])('%s is told from %s', (type, known) => {
    expect(nearestType(type)).toBe(known);
  });

  it.each([
    ...STANDARD_EVENT_TYPES,
    'subscription.requested',
    'order.packed',
    'order.sent',
    'cart.created',
    'shop.visited',
  ])('%s is none', (type) => {
    expect(nearestType(type)).toBeNull();
  });

  it('is told of what other systems call a standard type', () => {
    for (const type of ['order.completed', 'customer.created', 'user.signed_up', 'trial.expired'])
      expect([type, STANDARD_EVENT_TYPES]).toEqual([type, expect.arrayContaining([nearestType(type)])]);
  });

  it('is warned of wherever a scenario names it, and refused nowhere', () => {
    const compiled = compileScenario(
      aScenario({
        trigger: { type: 'event', event: 'cart.update', when: "!happened('order.payd')" },
        exits: [{ event: 'order.placd', reason: 'purchased' }],
        goals: [{ key: 'order', event: 'order.canceled', within: '7 days' }],
        steps: [
          { id: 'pause', type: 'wait', for: '1 hour' },
          {
            id: 'stop',
            type: 'exit',
            reason: 'enough',
            when: "count('survey.anwsered') > 1 && happened('shop.visited')",
          },
        ],
      }),
    );
    expect(compiled).toMatchObject({
      ok: true,
      warnings: [
        {
          pointer: '/trigger/event',
          code: 'unknown_event_type',
          detail: expect.stringContaining('is cart.updated meant?'),
        },
        { pointer: '/trigger/when', detail: expect.stringContaining('is order.paid meant?') },
        { pointer: '/steps/1/when', detail: expect.stringContaining('is survey.answered meant?') },
        { pointer: '/exits/0/event', detail: expect.stringContaining('is order.placed meant?') },
        { pointer: '/goals/0/event', detail: expect.stringContaining('is order.cancelled meant?') },
      ],
    });
  });
});
