import { aCompiled, after, anEvent, anOrder, aRun, facts } from '../../test/support/domain-builders.js';
import { matchTrigger } from './entry.js';
import { exitFor } from './exit.js';
import { knownAt } from './known-at.js';
import type { HistoryEvent } from './run.js';

const at = (minutes: number) => after({ minutes }).toISOString();
const orders = [
  anOrder({ id: 'o-1', at: at(0) }),
  anOrder({ id: 'o-2', at: at(10) }),
  anOrder({ id: 'o-3', at: at(10) }),
  anOrder({ id: 'o-4', at: at(20) }),
];
const history: readonly HistoryEvent[] = orders.map(({ id, type, at: instant }) => ({
  id,
  type,
  at: new Date(instant),
}));
const idsAt = (event: (typeof orders)[number]) => knownAt(facts({ history }), event).history.map(({ id }) => id);

describe('what an arriving event may count', () => {
  it('is what came up to it, itself included, in the order of events', () => {
    expect(orders.map((event) => idsAt(event).length)).toEqual([1, 2, 3, 4]);
    expect(idsAt(orders[1]!)).toEqual(['o-1', 'o-2']);
  });

  it('is everything of its instant for a type that is not counted', () => {
    expect(idsAt(anEvent({ at: at(10) }))).toEqual(['o-1', 'o-2', 'o-3']);
    expect(idsAt(anEvent({ at: at(9) }))).toEqual(['o-1']);
  });

  it('is everything of its instant for an event of somebody else', () => {
    expect(idsAt(anOrder({ id: 'of-another', at: at(10) }))).toEqual(['o-1', 'o-2', 'o-3']);
  });

  it('is the same whatever other scenarios count', () => {
    const cart = anEvent({ id: 'c-1', at: at(10) });
    const { id, type } = cart;
    const known = knownAt(facts({ history: [{ id, type, at: new Date(cart.at) }, ...history] }), cart).history;
    expect(known.filter((event) => event.type !== type)).toEqual(knownAt(facts({ history }), cart).history);
  });

  it('makes the first order of a trigger the first, whatever is known by now', () => {
    const first = aCompiled({ trigger: { type: 'event', event: 'order.placed', when: "count('order.placed') == 1" } });
    const matches = orders.map((order) => matchTrigger(first, order, facts({ history }), after({ hours: 1 })).matches);
    expect(matches).toEqual([true, false, false, false]);
  });

  it('makes the second order of an exit the second', () => {
    const second = aCompiled({
      exits: [{ event: 'order.placed', when: "count('order.placed') == 2", reason: 'came_back' }],
    });
    const reasons = orders.map((order) => exitFor(second, aRun(), order, facts({ history }), after({ hours: 1 })));
    expect(reasons).toEqual([null, 'exited:came_back', null, null]);
  });
});
