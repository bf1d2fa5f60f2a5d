import {
  aCompiled,
  after,
  anEmailStep,
  anEvent,
  anOrder,
  aWaitStep,
  facts,
} from '../../test/support/domain-builders.js';
import type { Advance, EventFacts, HistoryEvent } from './run.js';
import { advance, enterRun, receive } from './timeline.js';

const wait = (over: Readonly<Record<string, unknown>> = {}) => ({
  id: 'order',
  type: 'wait',
  event: {
    event: 'order.placed',
    timeout: '2 days',
    received: [anEmailStep('thanks')],
    timedOut: [anEmailStep('reminder')],
    ...over,
  },
});
const compiledWith = (...steps: readonly unknown[]) => aCompiled({ exits: [], steps });
const compiled = compiledWith(wait(), anEmailStep('last'));
const enter = (of = compiled, history: readonly HistoryEvent[] = [], now = after({})): Advance =>
  enterRun(of, { event: anEvent(), subject: '81', holdout: false }, facts({ history }), now);
const trail = (moved: Advance | null): readonly string[] | null =>
  moved && moved.steps.map(({ stepId, outcome, reason }) => [stepId, outcome, reason].filter(Boolean).join(' '));
const orderAt = (time: Parameters<typeof after>[0], over: Partial<EventFacts> = {}) =>
  anOrder({ at: after(time).toISOString(), ...over });
const come = (event: EventFacts, of = compiled): readonly string[] | null =>
  trail(receive(of, enter(of).run, event, facts(), new Date(event.at)));
const past = (event: EventFacts): HistoryEvent => ({ ...event, at: new Date(event.at) });

describe('a wait for an event', () => {
  it('waits for it until its time is over', () => {
    expect(enter().run).toMatchObject({ state: 'waiting', position: '0', dueAt: after({ days: 2 }) });
  });

  it('goes on with what is to be done when it comes, at its instant', () => {
    const moved = receive(compiled, enter().run, orderAt({ hours: 5 }), facts(), after({ hours: 6 }));
    expect(trail(moved)).toEqual(['order received', 'thanks planned']);
    expect(moved).toMatchObject({
      run: { position: '0.event.received.0', previousAt: after({ hours: 5 }) },
      messages: [{ dueAt: after({ hours: 5 }) }],
    });
  });

  it('goes on with what is to be done when it has not come', () => {
    const moved = advance(compiled, enter().run, facts(), after({ days: 2 }));
    expect(trail(moved)).toEqual(['order timed_out', 'reminder planned']);
    expect(moved.run.position).toBe('0.event.timedOut.0');
  });

  it('goes on behind itself where there is nothing to be done', () => {
    const bare = compiledWith(wait({ received: undefined, timedOut: undefined }), anEmailStep('last'));
    expect(come(orderAt({ hours: 1 }), bare)).toEqual(['order received', 'last planned']);
    expect(trail(advance(bare, enter(bare).run, facts(), after({ days: 2 })))).toEqual([
      'order timed_out',
      'last planned',
    ]);
  });

  it.each<[string, EventFacts]>([
    ['another type', anEvent({ id: 'v2', at: after({ hours: 1 }).toISOString() })],
    ['one from before the wait began', orderAt({ minutes: -1 })],
    ['one from behind its end', orderAt({ days: 2, ms: 1 })],
  ])('is not ended by %s', (_what, event) => {
    expect(come(event)).toBeNull();
  });

  it.each([
    ['its first instant', {}],
    ['its last instant', { days: 2 }],
  ])('is ended by one of %s', (_what, time) => {
    expect(come(orderAt(time))).toEqual(['order received', 'thanks planned']);
  });

  it('is ended only by one for which its condition is true: not false, not undetermined', () => {
    const dear = compiledWith(wait({ when: 'event.total > run.event.total' }), anEmailStep('last'));
    const of = (data: EventFacts['data']) => come(orderAt({ hours: 1 }, { data }), dear);
    expect(of({ total: 9_000 })).toEqual(['order received', 'thanks planned']);
    expect(of({ total: 10 })).toBeNull();
    expect(of({})).toBeNull();
  });

  it('is not ended by the event that began the run', () => {
    const cart = compiledWith(wait({ event: 'cart.updated' }));
    expect(come(anEvent(), cart)).toBeNull();
    expect(come(anEvent({ id: 'v2' }), cart)).toEqual(['order received', 'thanks planned']);
  });

  it('is over at once for a run that comes late to it when it came meanwhile', () => {
    const history = [past(orderAt({ minutes: -5 }, { id: 'o-0' })), past(orderAt({ hours: 1 }))];
    expect(trail(enter(compiled, history, after({ hours: 3 })))).toEqual([
      'entered',
      'order received',
      'thanks planned',
    ]);
  });

  it('leaves what scenarios have yet to see to come by itself, unless the wait is over before', () => {
    const history = [{ ...past(orderAt({ days: 1, hours: 6 })), isApplied: false }];
    expect(trail(enter(compiled, history, after({ days: 1, hours: 7 })))).toEqual(['entered', 'order waiting']);
    const over = enter(compiled, history, after({ days: 2 }));
    expect(trail(over)).toEqual(['entered', 'order received', 'thanks planned']);
    const same = [{ ...past(orderAt({})), isApplied: false }];
    expect(trail(enter(compiled, same))).toEqual(['entered', 'order received', 'thanks planned']);
  });

  it('is timed out at once for a run that comes too late to it', () => {
    const late = enter(compiled, [], after({ days: 2, hours: 3 }));
    expect(trail(late)).toEqual(['entered', 'order timed_out', 'reminder planned']);
    expect(late.messages[0]!.dueAt).toEqual(after({ days: 2 }));
  });

  it('finds at its end the event that was received and is not applied yet', () => {
    const history = [past(orderAt({ days: 1 }))];
    const moved = advance(compiled, enter().run, facts({ history }), after({ days: 2 }));
    expect(trail(moved)).toEqual(['order received', 'thanks planned']);
    expect(moved.run.previousAt).toEqual(after({ days: 1 }));
  });

  it('looks the event up with what its condition reads, and no further back than it may have begun', () => {
    expect(compiled.needs.history).toEqual([{ type: 'order.placed', withinMs: 9 * 86_400_000, data: false }]);
    const asking = compiledWith(wait({ when: 'event.total > 1' }));
    expect(asking.needs.history).toMatchObject([{ type: 'order.placed', data: true }]);
  });

  it('ends no other wait', () => {
    const other = compiledWith(aWaitStep('w', '2 days'), anEmailStep('last'));
    expect(come(orderAt({ hours: 1 }), other)).toBeNull();
  });

  it('that follows another one for the same event waits for a second one, at the same instant too', () => {
    const again = { received: [wait()].map((step) => ({ ...step, id: 'second' })), timedOut: undefined };
    const two = compiledWith(wait(again), anEmailStep('last'));
    const at = { hours: 5 };
    const [first, second] = ['o-1', 'o-2'].map((id) => orderAt(at, { id }));
    const history = [past(first!), past(second!)];
    const known = (some: readonly HistoryEvent[]) => facts({ history: some });
    const moved = receive(two, enter(two).run, first!, known(history.slice(0, 1)), after(at))!;
    expect(moved.run).toMatchObject({ position: '0.event.received.0', dueAt: after({ days: 2, hours: 5 }) });
    expect(receive(two, moved.run, first!, known(history.slice(0, 1)), after(at))).toBeNull();
    expect(trail(receive(two, moved.run, second!, known(history), after(at)))).toContain('second received');
    const over = after({ days: 2, hours: 5 });
    expect(trail(advance(two, moved.run, known(history.slice(0, 1)), over))).toContain('second timed_out');
    expect(trail(advance(two, moved.run, known(history), over))).toContain('second received');
  });
});
