import { aCompiled, after, anEvent, anOrder, aRun, facts, NINE } from '../../test/support/domain-builders.js';
import { endRun, exitBySubject, exitFor, exitSubject } from './exit.js';
import { subjectOf } from './subject.js';

const AT = new Date(NINE);
const cart = aCompiled();
const emptied = (cartId: unknown) => anEvent({ id: 'v2', data: { cartId, items: [] } });

describe('an event ends a run', () => {
  it('when it is the one that the scenario waits for', () => {
    expect(exitFor(cart, aRun(), anOrder(), facts(), AT)).toBe('exited:purchased');
  });

  it('when its condition holds for this run', () => {
    expect(exitFor(cart, aRun(), emptied('81'), facts(), AT)).toBe('exited:cart_emptied');
    expect(exitFor(cart, aRun(), emptied(81), facts(), AT)).toBe('exited:cart_emptied');
    expect(exitFor(cart, aRun(), emptied('82'), facts(), AT)).toBeNull();
    expect(exitFor(cart, aRun(), anEvent(), facts(), AT)).toBeNull();
  });

  it('when its condition is undetermined: rather one reminder too few', () => {
    expect(exitFor(cart, aRun(), anEvent({ data: { items: [] } }), facts(), AT)).toBe('exited:cart_emptied');
  });

  it('not when it is of another type', () => {
    expect(exitFor(cart, aRun(), anEvent({ type: 'product.viewed', data: {} }), facts(), AT)).toBeNull();
  });
});

describe('an exit with a subject', () => {
  const [plain, bySubject] = [
    { event: 'order.paid', reason: 'paid' },
    { event: 'order.placed', reason: 'purchased', subject: 'event.cartId' },
  ];
  const compiled = aCompiled({ exits: [bySubject] });
  const order = (cartId?: unknown) => anOrder({ data: { orderId: '1', cartId } });

  it('ends the runs of that subject only', () => {
    expect(exitFor(compiled, aRun(), order('81'), facts(), AT)).toBe('exited:purchased');
    expect(exitFor(compiled, aRun(), order('82'), facts(), AT)).toBeNull();
  });

  it("ends the buyer's own runs when the event does not name it", () => {
    expect(exitFor(compiled, aRun(), order(), facts(), AT)).toBe('exited:purchased');
    expect(exitBySubject(compiled, aRun(), order(), facts(), AT)).toBeNull();
  });

  it('reaches the runs of other people', () => {
    const [exit] = compiled.exits;
    expect(
      exit && [order('81'), order(81), order(), order('')].map((event) => exitSubject(exit, event, facts())),
    ).toEqual(['81', '81', null, null]);
    expect(exitBySubject(compiled, aRun(), order('81'), facts(), AT)).toBe('exited:purchased');
  });

  it('reaches nobody else where what it names is empty, as are the subjects of runs that follow up nothing', () => {
    expect(exitBySubject(compiled, aRun({ subject: '' }), order(''), facts(), AT)).toBeNull();
  });

  it('compares long subjects as they are stored', () => {
    const link = (end: string) => 'x'.repeat(300) + end;
    const run = aRun({ subject: subjectOf(link('a')) });
    const [same, other] = [order(link('a')), order(link('b'))];
    expect([same, other].map((event) => exitFor(compiled, run, event, facts(), AT))).toEqual([
      'exited:purchased',
      null,
    ]);
    expect([same, other].map((event) => exitBySubject(compiled, run, event, facts(), AT))).toEqual([
      'exited:purchased',
      null,
    ]);
    expect(exitSubject(compiled.exits[0]!, same, facts())).toBe(run.subject);
  });

  it('is read off an event once, however many runs the event is tried on', () => {
    let reads = 0;
    const data = {
      get cartId() {
        return (reads++, '81');
      },
    };
    const runs = ['80', '81', '82'].map((subject) => aRun({ subject }));
    const event = anOrder({ data });
    const readsFor = (tried: readonly (typeof runs)[number][]) => {
      reads = 0;
      const reasons = tried.map((run) => exitBySubject(compiled, run, event, facts(), AT));
      return [reasons, reads > 0];
    };
    expect(readsFor(runs.slice(0, 1))).toEqual([[null], true]);
    expect(readsFor(runs)).toEqual([[null, 'exited:purchased', null], false]);
  });

  it('that asks about the person is read for each', () => {
    const ofPerson = aCompiled({ exits: [{ ...bySubject, subject: 'contact.attributes.cart' }] });
    const event = anOrder();
    const reasonOf = (attributes: Record<string, unknown>) =>
      exitBySubject(ofPerson, aRun(), event, facts({ contact: { attributes } }), AT);
    expect(reasonOf({ cart: '82' })).toBeNull();
    expect(reasonOf({ cart: '81' })).toBe('exited:purchased');
  });

  it('is the only kind that does', () => {
    const both = aCompiled({ exits: [plain, { ...bySubject, event: 'order.paid' }] });
    const event = anEvent({ type: 'order.paid', data: { cartId: '82' } });
    expect(exitFor(both, aRun(), event, facts(), AT)).toBe('exited:paid');
    expect(exitBySubject(both, aRun(), event, facts(), AT)).toBeNull();
    expect(exitBySubject(both, aRun({ subject: '82' }), event, facts(), AT)).toBe('exited:purchased');
    expect(exitBySubject(both, aRun({ subject: '' }), event, facts(), AT)).toBeNull();
  });
});

describe('ending a run', () => {
  it('names the reason once', () => {
    const at = after({ hours: 1 });
    const { run, steps, messages } = endRun(aRun({ dueAt: after({ hours: 2 }) }), 'unsubscribed', at);
    expect(run).toMatchObject({ state: 'ended', endReason: 'unsubscribed', endedAt: at, dueAt: null });
    expect(steps).toMatchObject([{ outcome: 'ended', reason: 'unsubscribed', at }]);
    expect(messages).toEqual([]);
    expect(endRun(run, 'erased', after({ hours: 2 }))).toEqual({ run, steps: [], messages: [] });
  });
});
