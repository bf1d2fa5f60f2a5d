import { jest } from '@jest/globals';
import { anEvent, type EventWish } from '../../test/support/an-event.js';
import type { Person } from '../contacts/who-is-who.js';
import type { ProcessClock } from '../platform/clock/clock.js';
import { EventCollector } from './event-collector.js';
import type { EventStore } from './event-store.js';
import { arrivalOf, foldGroup } from './fold-group.js';
import type { IncomingEvent } from './incoming-event.js';
import { IngestTimes } from './ingest-times.js';

const PATIENCE_MS = 5;

describe('events whose statement hangs', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] }));
  afterEach(() => jest.useRealTimers());

  /** Looks at the clock take time: `lookMs` each. */
  const hanging = () => {
    const time = { ms: 0, lookMs: 0.2 };
    const clock = { monotonicMs: () => (time.ms += time.lookMs) } as ProcessClock;
    const store = { round: () => new Promise(() => undefined) } as unknown as EventStore;
    const times = new IngestTimes({ patienceMs: PATIENCE_MS });
    return { time, collector: new EventCollector(store, { wake: () => undefined }, clock, times) };
  };
  /** Sends events, and tells what was answered when so many milliseconds have passed for timers. */
  const answers = async (collector: EventCollector, count: number) => {
    let answered: readonly string[] = [];
    const events = Array.from({ length: count }, () => ({ dataJson: '{}', aboutPersonChars: 0 }) as IncomingEvent);
    void collector.submit(events).then((results) => (answered = results.map(({ kind }) => kind)));
    await turn(); // the group is under way
    return async (afterMs: number) => {
      jest.advanceTimersByTime(afterMs);
      await turn();
      return answered;
    };
  };

  it('are given up when their time is over, also when it ends while that is looked at', async () => {
    const { time, collector } = hanging();
    const after = await answers(collector, 3); // their times end at 5.2, 5.4 and 5.6
    Object.assign(time, { ms: 5.15, lookMs: 0.1 });
    expect(await after(PATIENCE_MS)).toEqual([]);
    time.ms = 6;
    expect(await after(1)).toEqual(['unavailable', 'unavailable', 'unavailable']);
  });

  it('are given up when their time is over, also when the timer came a moment early', async () => {
    const { time, collector } = hanging();
    const after = await answers(collector, 1); // its time ends at 5.2
    Object.assign(time, { ms: 5.05, lookMs: 0.1 });
    expect(await after(PATIENCE_MS)).toEqual([]);
    expect(await after(1)).toEqual(['unavailable']);
  });

  it('let no others wait behind ten thousand of them, nor behind 64 MiB', async () => {
    const { time, collector } = hanging();
    Object.assign(time, { lookMs: 0 });
    const send = (count: number, chars: number): void =>
      void collector.submit(
        Array<IncomingEvent>(count).fill({ dataJson: '', aboutPersonChars: chars } as IncomingEvent),
      );
    send(9_999, 0);
    send(1, 0);
    expect(() => send(1, 0)).toThrow('too many events');
    await turn(); // a group is under way, all others are given up
    time.ms = PATIENCE_MS;
    jest.advanceTimersByTime(PATIENCE_MS);
    send(62, 1024 * 1024);
    send(2, 1024 * 1024);
    expect(() => send(1, 0)).toThrow('too many events');
  });
});

it('an event whose statement ends without a result when its time is over is answered too', async () => {
  const time = { ms: 0 };
  const clock = { monotonicMs: () => time.ms } as ProcessClock;
  // The time is over, and the timer that says so has not come yet.
  const round = () => Promise.resolve({ results: new Map(), error: (time.ms = PATIENCE_MS) && null });
  const store = { round } as unknown as EventStore;
  const collector = new EventCollector(
    store,
    { wake: () => undefined },
    clock,
    new IngestTimes({ patienceMs: PATIENCE_MS }),
  );
  const answered: string[] = [];
  void collector
    .submitOne({ dataJson: '{}', aboutPersonChars: 0 } as IncomingEvent)
    .then(({ kind }) => answered.push(kind));
  await collector.idle();
  await turn();
  expect(answered).toEqual(['unavailable']);
});

it('events that wait for one another are all stored, however many rounds they take, and weigh nothing afterwards', async () => {
  const round = ([first]: readonly IncomingEvent[]) =>
    Promise.resolve({ results: new Map([[first!, { kind: 'stored', id: 'e' }]]), error: null });
  const clock = { monotonicMs: () => 0 } as ProcessClock;
  const store = { round } as unknown as EventStore;
  const collector = new EventCollector(store, { wake: () => undefined }, clock, new IngestTimes());
  const events = Array.from({ length: 60 }, () => ({ dataJson: '', aboutPersonChars: 1024 * 1024 }) as IncomingEvent);
  expect((await collector.submit(events)).filter(({ kind }) => kind !== 'stored')).toEqual([]);
  const again = collector.submit([...events, ...events.slice(0, 4)]);
  expect(() => collector.submitOne(events[0]!)).toThrow('too many events');
  await again;
});

describe('one round of a group', () => {
  const LIVE = { environmentId: 'live' };
  const NOWS = new Map([
    ['live', new Date('2026-11-30T12:00:00Z')],
    ['sandbox', new Date('2026-11-21T09:00:00Z')],
  ]);
  const person = (id: string, environmentId = 'live'): Person => ({
    id,
    environmentId,
    externalId: null,
    emailKey: null,
  });
  const anna = { ...person('anna'), emailKey: 'anna@example.com' };
  const merges = { email: 'anna@example.com', anonymousId: 'b1' };
  /** Anna, whom an account `u1` names too, and the browser b1 are two people so far. */
  const people = new Map([
    ['live email anna@example.com', anna],
    ['live external u1', anna],
    ['live external u2', { ...person('boris'), externalId: 'u2' }],
    ['live anonymous b1', person('browser')],
    ['sandbox email anna@example.com', { ...anna, id: 'her', environmentId: 'sandbox' }],
    ['sandbox anonymous b1', person('its', 'sandbox')],
  ]);
  const fold = (...wishes: readonly (EventWish & { readonly environmentId: string })[]) => {
    const events = wishes.map((wish) => anEvent(wish));
    let made = 0;
    const known = { people, bodyHashes: new Map(), nows: NOWS };
    const plan = foldGroup(events.map(arrivalOf), known, () => `new ${++made}`);
    return { ...plan, stored: plan.events.map(({ event }) => events.indexOf(event)) };
  };

  it('lets nothing overtake an event that waits, by whatever of its people or their names', () => {
    const waits = { ...LIVE, anonymousId: 'b1', externalId: 'u9' };
    expect(fold({ ...LIVE, ...merges }, { ...LIVE, externalId: 'u1' }, { ...LIVE, email: 'bob@example.com' })).toEqual(
      expect.objectContaining({ stored: [2] }),
    );
    expect(fold({ ...LIVE, ...merges }, waits, { ...LIVE, externalId: 'u9' }).stored).toEqual([]);
  });

  it('gives a client’s id to the first who came with it, also where that one waits, and lets the second’s next ones wait', () => {
    const bob = { ...LIVE, email: 'bob@example.com' };
    const { stored } = fold({ ...LIVE, ...merges }, { ...LIVE, key: 'k' }, { ...bob, key: 'k' }, bob);
    expect(stored).toEqual([]);
  });

  it('sees people as its earlier events have made them', () => {
    const from = (email: string) => ({ ...LIVE, externalId: 'u2', email });
    const { stored, changes } = fold(from('first@example.com'), from('second@example.com'));
    expect(stored).toEqual([0]);
    expect(changes).toMatchObject([{ change: { kind: 'set_email', person: { emailKey: 'first@example.com' } } }]);
  });

  it('keeps environments apart, each at its own time', () => {
    const one = (environmentId: string) => ({ environmentId, email: 'new@example.com', key: 'k' });
    const both = fold(one('live'), one('sandbox'));
    expect(both.people.map(({ createdAt }) => createdAt)).toEqual([...NOWS.values()]);
    expect(new Set(both.events.map(({ contactId }) => contactId)).size).toBe(2);
    const { changes } = fold({ ...LIVE, ...merges }, { environmentId: 'sandbox', ...merges });
    expect(changes.map(({ at }) => at)).toEqual([...NOWS.values()]);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
