import { ABANDONED_CART, aCompiled, anEvent, facts, NINE, problemsOf } from '../../../test/support/domain-builders.js';

const DATA = {
  score: 5,
  half: 2.5,
  debt: -3,
  price: '10.50',
  id: 81,
  name: 'Anna',
  vip: true,
  until: '2026-12-01T00:00:00Z',
  scores: [1, 2.5, 5],
  items: [{ price: 10, quantity: 2 }, { price: '20.00' }],
};
const scenarioOf = (when: string) => ({ trigger: { type: 'event', event: 'my.event', when }, exits: [], goals: [] });
const ask = (when: string) =>
  aCompiled(scenarioOf(when)).trigger.when!.evaluate({
    event: anEvent({ type: 'my.event', data: DATA }),
    run: null,
    facts: facts(),
    now: new Date(NINE),
  }).value;

describe('numbers of a store’s own events', () => {
  it.each([
    'event.score in [1, 5] && !(event.score in [1, 4])',
    'event.half in [1, 2.5] && event.debt in [-3] && event.score in [2 + 3]',
    'event.price in [10.5, 20] && event.price == 10.5',
    '5 in event.scores && !(3 in event.scores) && event.half in event.scores',
    'event.items.exists(i, i.price in [20]) && event.items.exists(i, i.quantity in [1, 2])',
  ])('are found among numbers as they are compared with one: %s', (when) => {
    expect(ask(when)).toBe(true);
  });

  it.each([
    'size(event.items) * event.half == 5 && event.half * size(event.items) == 5.0',
    '(size(event.items) + 1) * event.score == 15 && 2.5 * size(event.items) == 5.0',
    'size(event.items) == event.debt + 5 && event.score - 3 == size(event.items)',
    'size(event.items) < event.half && event.score > size(event.items)',
    'count("order.placed") + size(event.items) == 2',
    'event.score + (event.vip ? 10 : 20) == 15 && (event.vip ? event.score : 20) == 5',
    '(1 + 2) * event.score == 15 && -event.debt == 3 && event.score / 2 == 2.5 && 3 - 5 < event.debt + 2',
  ])('go together with whole ones, counted or written: %s', (when) => {
    expect(ask(when)).toBe(true);
  });
});

describe('a date of a store’s own event', () => {
  it.each([
    'event.until - duration("200h") > now && event.until + duration("1h") > event.until - duration("1h")',
    'event.until - now > duration("200h") && now - event.until < duration("0s")',
    'event.until.getFullYear() == 2026 && event.until.getMonth() == 11 && now.getDate() == 21',
  ])('is one beside a duration too, and has a year: %s', (when) => {
    expect(ask(when)).toBe(true);
  });

  it('is none where it is none', () => {
    expect([ask('event.name + duration("1h") > now'), ask('event.name.getFullYear() == 2026')]).toEqual([null, null]);
  });
});

it.each([
  ['a text and a number', 'size(event.items) + "x" == "2x"'],
  ['a day and a number', 'now + 1 > now'],
])('%s do not go together, which is told at publish', (_what, when) => {
  expect(problemsOf({ ...ABANDONED_CART, ...scenarioOf(when) })).toMatchObject([
    { pointer: '/trigger/when', code: 'type_error' },
  ]);
});
