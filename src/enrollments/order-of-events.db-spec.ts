import fc from 'fast-check';
import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART } from '../../test/support/domain-builders.js';
import { aWorker, cart, type EventToStore, order, settle, Shop, type Worker } from './engine.builder.js';
import { readStoredEvents } from './stored-events.js';

const TEN = '2026-11-21T10:00:00.000Z';
const carts: readonly EventToStore[] = [
  { ...cart('2026-11-21T09:50:00Z', '81', [1]), id: 'v1' },
  { ...cart('2026-11-21T09:55:00Z', '81', [1, 2]), id: 'v2' },
  { ...cart('2026-11-21T09:55:00Z', '81', [1, 2]), id: 'v2-repeated' },
  { ...cart('2026-11-21T09:58:00Z', '81', [1, 2, 3]), id: 'v3' },
];

describe('events in any order and any portions', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;

  beforeAll(async () => {
    database = await migratedDatabase();
    shop = await Shop.open(database);
    worker = aWorker(database);
    await shop.publish(ABANDONED_CART);
  });
  afterAll(() => database.close());

  /** Receives the events in this order, applying what is there after some of them. */
  async function endOf(events: readonly EventToStore[], pauses: readonly boolean[]) {
    const contact = await shop.contact();
    for (const [index, event] of events.entries()) {
      await shop.receive(contact, { ...event, id: `${contact} ${event.id}` });
      if (pauses[index]) await settle(worker, shop.lane(TEN));
    }
    await settle(worker, shop.lane(TEN));
    const running = (await shop.runs(contact)).filter(({ state }) => state !== 'ended');
    const planned = worker.ledger.messages.filter(
      (message) => message.contactId === contact && message.state === 'planned',
    );
    return {
      running: running.map(({ state, dueAt, event }) => ({ state, dueAt, event: event.id.split(' ')[1] })),
      planned: planned.length,
    };
  }

  it('are read, where one person has very many of a type, the newest thousand, the oldest of them first', async () => {
    const { environmentId } = shop;
    const contactId = await shop.contact();
    await database.engine.query(
      `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
       SELECT $1, gen_random_uuid(), $3, 'virtual', 'many ' || n, 'product.viewed', $2, $3::timestamptz + n * interval '1 ms', '{}'
       FROM generate_series(1, 1001) AS n`,
      [environmentId, contactId, TEN],
    );
    const question = { environmentId, contactId, type: 'product.viewed', since: null, data: false };
    const read = (await readStoredEvents(database.engine, [question])).map(({ facts }) => facts.id);
    expect([read.length, read[0], read.at(-1)]).toEqual([1_000, 'many 2', 'many 1001']);
  });

  it('make the first order the first, also where the second is received with it', async () => {
    const other = await Shop.open(database);
    await other.publish({
      key: 'first-order',
      name: 'First order',
      messageClass: 'service',
      trigger: { type: 'event', event: 'order.placed', when: "count('order.placed') == 1", subject: 'event.orderId' },
      steps: [{ id: 'welcome', type: 'email', template: 'x/welcome' }],
    });
    const anna = await other.contact();
    const second = await other.receive(anna, order('2026-11-21T09:58:00Z', 'o-2'));
    const first = await other.receive(anna, order('2026-11-21T09:55:00Z', 'o-1'));
    const same = await other.receive(anna, order('2026-11-21T09:58:00Z', 'o-3'));
    await settle(worker, other.lane(TEN));
    const outcomes = await Promise.all([first, second, same].map((event) => other.outcomes(event)));
    expect(outcomes).toEqual([['entered'], ['none condition_false'], ['none condition_false']]);
  });

  it('keep a cool-down also behind a run that ended as it began', async () => {
    const other = await Shop.open(database);
    await other.publish({
      key: 'at-once',
      name: 'At once',
      messageClass: 'service',
      trigger: { type: 'event', event: 'order.placed', subject: 'event.orderId' },
      reentry: { whileRunning: 'parallel', afterExit: 'P1D' },
      steps: [
        { id: 'end', type: 'exit', reason: 'seen', when: 'true' },
        { id: 'welcome', type: 'email', template: 'x/welcome', reason: 'r' },
      ],
    });
    const anna = await other.contact();
    const events = [order('2026-11-21T09:50:00Z', 'o-1'), order('2026-11-21T09:55:00Z', 'o-2')];
    const received = [await other.receive(anna, events[0]!), await other.receive(anna, events[1]!)];
    await settle(worker, other.lane(TEN));
    const outcomes = await Promise.all(received.map((event) => other.outcomes(event)));
    expect(outcomes).toEqual([['entered'], ['none cool_down']]);
  });

  it('show their data to one scenario though another only counts them', async () => {
    const other = await Shop.open(database);
    for (const [key, when] of [
      ['first', "count('order.placed') == 1"],
      ['of-a-coat', "bought('coat')"],
    ])
      await other.publish({
        ...ABANDONED_CART,
        key,
        trigger: { type: 'event', event: 'order.placed', when },
        exits: [],
      });
    const bought = { ...order('2026-11-21T09:58:00Z'), data: { orderId: 'o-1', items: [{ productId: 'coat' }] } };
    const event = await other.receive(await other.contact(), bought);
    await settle(worker, other.lane(TEN));
    expect(await other.outcomes(event)).toEqual(['entered', 'entered']);
  });

  it('keep the limit of runs also where one portion begins them', async () => {
    const other = await Shop.open(database);
    await other.publish({ ...ABANDONED_CART, reentry: { whileRunning: 'restart', limit: 1 } });
    const anna = await other.contact();
    const received = [
      await other.receive(anna, cart('2026-11-21T09:50:00Z', '81', [1])),
      await other.receive(anna, cart('2026-11-21T09:55:00Z', '82', [1])),
    ];
    await settle(worker, other.lane(TEN));
    const outcomes = await Promise.all(received.map((event) => other.outcomes(event)));
    expect(outcomes).toEqual([['entered'], ['none limit']]);
  });

  it.each([1, 2])('keep the cool-down behind the last of the runs that end, in %d portions', async (portions) => {
    const other = await Shop.open(database);
    const emptied = 'size(event.items) == 0 && event.cartId == run.subject';
    await other.publish({
      ...ABANDONED_CART,
      trigger: { ...ABANDONED_CART.trigger, when: 'size(event.items) > 0' },
      exits: [{ event: 'cart.updated', when: emptied, reason: 'emptied' }],
      reentry: { afterExit: 'PT5M' },
    });
    const anna = await other.contact();
    for (const id of ['81', '82']) await other.receive(anna, cart('2026-11-21T09:40:00Z', id));
    await settle(worker, other.lane('2026-11-21T09:40:00Z'));
    await other.receive(anna, cart('2026-11-21T09:50:00Z', '81', []));
    await other.receive(anna, cart('2026-11-21T09:55:00Z', '82', []));
    if (portions > 1) await settle(worker, other.lane(TEN));
    const next = await other.receive(anna, cart('2026-11-21T09:56:00Z', '83'));
    await settle(worker, other.lane(TEN));
    expect((await other.runs(anna)).map(({ endReason }) => endReason)).toEqual(['exited:emptied', 'exited:emptied']);
    expect(await other.outcomes(next)).toEqual(['none cool_down']);
  });

  it.each([
    ['begin the next of its subject', 'always', 'entered', ['ended', 'waiting']],
    ['keep its cool-down', 'P1D', 'none cool_down', ['ended']],
  ])('end a stored run and %s in one portion', async (_, afterExit, outcome, left) => {
    const other = await Shop.open(database);
    await other.publish({ ...ABANDONED_CART, reentry: { whileRunning: 'restart', afterExit } });
    const anna = await other.contact();
    await other.receive(anna, cart('2026-11-21T09:50:00Z', '81', [1]));
    await settle(worker, other.lane(TEN));
    const bought = await other.receive(anna, order('2026-11-21T09:55:00Z'));
    const again = await other.receive(anna, cart('2026-11-21T09:58:00Z', '81', [2]));
    await settle(worker, other.lane(TEN));
    const outcomes = await Promise.all([bought, again].map((event) => other.outcomes(event)));
    expect(outcomes).toEqual([['exited exited:purchased'], [outcome]]);
    const states = (await other.runs(anna)).map(({ state }) => state);
    expect(states.sort()).toEqual(left);
  });

  const orders = (events: readonly EventToStore[]) =>
    fc.tuple(
      fc.shuffledSubarray([...events], { minLength: events.length }),
      fc.array(fc.boolean(), { minLength: events.length, maxLength: events.length }),
    );

  it('wait from the latest state of the cart, whichever event came first', async () => {
    await fc.assert(
      fc.asyncProperty(orders(carts), async ([events, pauses]) => {
        expect(await endOf(events, pauses)).toEqual({
          running: [{ state: 'waiting', dueAt: new Date('2026-11-21T10:43:00Z'), event: 'v3' }],
          planned: 0,
        });
      }),
      { numRuns: 25 },
    );
  });

  it('leave nobody waiting once there is an order at or after the last of them', async () => {
    const bought = [...carts, { ...order('2026-11-21T09:58:00Z'), id: 'bought' }];
    await fc.assert(
      fc.asyncProperty(orders(bought), async ([events, pauses]) => {
        expect(await endOf(events, pauses)).toEqual({ running: [], planned: 0 });
      }),
      { numRuns: 25 },
    );
  });
});
