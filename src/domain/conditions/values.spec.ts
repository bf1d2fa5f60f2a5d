import {
  ABANDONED_CART,
  aCompiled,
  anEvent,
  anOrder,
  facts,
  NINE,
  problemsOf,
} from '../../../test/support/domain-builders.js';
import type { EventFacts } from '../run.js';

describe('values', () => {
  const compiled = aCompiled({ exits: [{ event: 'order.placed', reason: 'x', subject: 'event.cartId' }] });
  const input = (event: EventFacts) => ({ event, run: null, facts: facts(), now: new Date(NINE) });

  it.each([
    ['5980.50', 5980.5],
    [5980, 5980],
    ['much', null],
    [undefined, null],
  ])('of an order of %j are %j', (total, expected) => {
    expect(compiled.goals[0]?.value?.number(input(anOrder({ data: { total } })))).toBe(expected);
  });

  it('that name a subject are texts', () => {
    expect(compiled.exits[0]?.subject?.text(input(anOrder({ data: { cartId: 81 } })))).toBe('81');
    expect(compiled.exits[0]?.subject?.text(input(anOrder({ data: {} })))).toBeNull();
  });

  it('of an exit’s subject see no run, and that is what is said', () => {
    const exits = [{ event: 'order.placed', subject: 'run.event.cartId', reason: 'purchased' }];
    expect(problemsOf({ ...ABANDONED_CART, exits })).toEqual([
      {
        pointer: '/exits/0/subject',
        code: 'not_available',
        detail: "neither a trigger nor an exit's subject sees a run",
      },
    ]);
  });

  it('of goals see the event only', () => {
    const goals = [{ key: 'g', event: 'order.placed', within: 'P5D', value: 'contact.attributes.worth' }];
    expect(problemsOf({ ...ABANDONED_CART, goals })).toMatchObject([
      { pointer: '/goals/0/value', code: 'not_available' },
    ]);
  });

  it.each<[unknown, number | null, string | null]>([
    ['59.80', 59.8, '59.80'],
    [59.8, 59.8, null],
    [12, 12, '12'],
    ['1e3', null, '1e3'],
    ['', null, ''],
    [true, null, null],
    [null, null, null],
    [2 ** 53, 2 ** 53, null],
  ])('of a store’s own %j are the number %j and the subject %j', (sum, asNumber, asSubject) => {
    const own = aCompiled({
      exits: [{ event: 'my.bought', reason: 'x', subject: 'event.sum' }],
      goals: [{ key: 'g', event: 'my.bought', within: 'P5D', value: 'event.sum' }],
    });
    const bought = input(anEvent({ type: 'my.bought', data: { sum } }));
    expect([own.goals[0]?.value?.number(bought), own.exits[0]?.subject?.text(bought)]).toEqual([asNumber, asSubject]);
  });
});
