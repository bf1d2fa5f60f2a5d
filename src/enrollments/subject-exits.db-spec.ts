import pg from 'pg';
import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, NINE } from '../../test/support/domain-builders.js';
import { until } from '../../test/support/service.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { aWorker, cart, order, settle, Shop, type Worker } from './engine.builder.js';

const TEN_PAST = '2026-11-21T09:10:00.000Z';
const ELEVEN_PAST = '2026-11-21T09:11:00.000Z';
const SHARED = {
  ...ABANDONED_CART,
  exits: [{ event: 'order.placed', subject: 'event.cartId', reason: 'bought_by_anyone' }],
};

describe('an exit with a subject', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    shop = await Shop.open(database);
    worker = aWorker(database);
    await shop.publish(SHARED);
  });

  it('ends the runs of that subject, whoever the buyer is, and no others', async () => {
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(anna, cart(NINE, '81'));
    await shop.receive(anna, cart(NINE, '82'));
    await settle(worker, shop.lane(NINE));
    const event = await shop.receive(boris, order(TEN_PAST, 'o-1', '81'));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.outcomes(event)).toEqual(['exited exited:bought_by_anyone']);
    expect(await shop.runs(anna)).toMatchObject([
      { subject: '81', endReason: 'exited:bought_by_anyone' },
      { subject: '82', state: 'waiting' },
    ]);
  });

  it('applies an event of one person once where several buyers of a batch have their carts', async () => {
    const [anna, ...buyers] = [await shop.contact(), await shop.contact(), await shop.contact()];
    for (const cartId of ['81', '82']) await shop.receive(anna, cart(NINE, cartId));
    await settle(worker, shop.lane(NINE));
    for (const [i, buyer] of buyers.entries()) await shop.receive(buyer, order(TEN_PAST, `o-${i}`, `8${i + 1}`));
    let event: string | undefined;
    // Between the claim of the buyers and the transaction that locks all of them.
    worker.conversions.record = async () => void (event ??= await shop.receive(anna, cart(TEN_PAST, '83')));
    expect(await worker.events.batch(shop.lane(TEN_PAST))).toBe(3);
    expect(await shop.outcomes(event!)).toEqual(['none cool_down']);
    expect((await shop.runs(anna)).map(({ endReason }) => endReason)).toEqual(Array(2).fill('exited:bought_by_anyone'));
  });

  it('waits for an owner whose row a session keeps holding, and lets everybody else’s orders pass', async () => {
    const live = await Shop.open(database, 'real');
    await live.publish({ ...SHARED, trigger: { ...SHARED.trigger, maxAge: 'P1800D' } });
    const [anna, boris, ...buyers] = await Promise.all(Array.from({ length: 4 }, () => live.contact()));
    await live.receive(anna!, cart(NINE, '81'));
    await live.receive(boris!, cart(NINE, '82'));
    await worker.events.batch(REAL_LANE);
    const orders: string[] = [];
    for (const [i, buyer] of buyers.entries())
      orders.push(await live.receive(buyer, order(TEN_PAST, `o-${i}`, `8${i + 1}`)));
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT FROM contacts WHERE id = $1 FOR UPDATE', [anna]);
      expect(await worker.events.batch(REAL_LANE)).toBe(1);
      expect(await live.outcomes(orders[0]!)).toBeNull();
      expect(await live.outcomes(orders[1]!)).toEqual(['exited exited:bought_by_anyone']);
      expect(await worker.events.batch(REAL_LANE)).toBe(0); // nor is it waited for again at once
    });
    expect(await aWorker(database).events.batch(REAL_LANE)).toBe(1);
    expect(await live.outcomes(orders[0]!)).toEqual(['exited exited:bought_by_anyone']);
  });

  it('keeps a cart out whose order, by somebody else, waits in the same batch', async () => {
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(boris, order(TEN_PAST));
    const event = await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.outcomes(event)).toEqual(['none exited:bought_by_anyone']);
    expect(await shop.runs(anna)).toEqual([]);
  });

  it('by an event of another type reaches a run that the same batch has begun', async () => {
    await shop.publish({ ...SHARED, exits: [{ event: 'cart.bought', subject: 'event.cartId', reason: 'gone' }] }, 2);
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(boris, { type: 'cart.bought', at: TEN_PAST, data: { cartId: '81' } });
    await shop.receive(anna, cart(NINE, '81'));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.runs(anna)).toMatchObject([{ endReason: 'exited:gone' }]);
  });

  it('is told once of a run, also when two people buy its cart in the same batch', async () => {
    const [anna, boris, clara] = [await shop.contact(), await shop.contact(), await shop.contact()];
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    const event = await shop.receive(boris, order(TEN_PAST, 'o-1'));
    await shop.receive(clara, order(TEN_PAST, 'o-2'));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.outcomes(event)).toEqual(['exited exited:bought_by_anyone']);
  });

  it('ends a run before its person’s later cart would restart it, also when a third person has that cart too', async () => {
    const [anna, boris, clara] = [await shop.contact(), await shop.contact(), await shop.contact()];
    for (const owner of [anna, clara]) await shop.receive(owner, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await shop.receive(boris, order(TEN_PAST));
    const later = await shop.receive(anna, cart(ELEVEN_PAST));
    await settle(worker, shop.lane(ELEVEN_PAST));
    expect(await shop.outcomes(later)).toEqual(['none cool_down']);
    for (const owner of [anna, clara])
      expect(await shop.runs(owner)).toMatchObject([{ endReason: 'exited:bought_by_anyone' }]);
  });

  it('keeps a cart out that somebody else has bought before it was told of, and no other cart', async () => {
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(boris, order(TEN_PAST, 'o-1', '81'));
    await settle(worker, shop.lane(TEN_PAST));
    const [bought, other] = [await shop.receive(anna, cart(NINE, '81')), await shop.receive(anna, cart(NINE, '82'))];
    const newer = await shop.receive(anna, cart(TEN_PAST.replace(':10:', ':11:'), '81'));
    await settle(worker, shop.lane('2026-11-21T09:12:00.000Z'));
    expect(await shop.outcomes(bought)).toEqual(['none exited:bought_by_anyone']);
    expect(await shop.outcomes(other)).toEqual(['entered']);
    expect(await shop.outcomes(newer)).toEqual(['entered']); // filled again after the order
  });

  it('keeps a cart out by an event of any type that was applied before the cart was told of', async () => {
    await shop.publish({ ...SHARED, exits: [{ event: 'cart.bought', subject: 'event.cartId', reason: 'gone' }] }, 2);
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(boris, { type: 'cart.bought', at: TEN_PAST, data: { cartId: '81' } });
    await settle(worker, shop.lane(TEN_PAST));
    const [bought, other] = [await shop.receive(anna, cart(NINE, '81')), await shop.receive(anna, cart(NINE, '82'))];
    await settle(worker, shop.lane('2026-11-21T09:12:00.000Z'));
    expect(await shop.outcomes(bought)).toEqual(['none exited:gone']);
    expect(await shop.outcomes(other)).toEqual(['entered']);
  });

  it.each(['order.placed', 'cart.bought'])('by %s keeps no cart of another environment out', async (event) => {
    const elsewhere = await Shop.open(database);
    for (const one of [shop, elsewhere])
      await one.publish({ ...SHARED, exits: [{ event, subject: 'event.cartId', reason: 'gone' }] }, 2);
    await elsewhere.receive(await elsewhere.contact(), {
      type: event,
      at: TEN_PAST,
      data: { cartId: '81', orderId: '1' },
    });
    await settle(worker, elsewhere.lane(TEN_PAST));
    const mine = await shop.receive(await shop.contact(), cart(NINE, '81'));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.outcomes(mine)).toEqual(['entered']);
  });

  it('lends its reach to no other exit: somebody else’s order ends nothing by one without a subject', async () => {
    const large = { event: 'order.placed', subject: 'event.cartId', when: 'event.total > 10000', reason: 'large' };
    await shop.publish({ ...SHARED, exits: [large, { event: 'order.placed', reason: 'purchased' }] }, 2);
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await shop.receive(boris, order(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.runs(anna)).toMatchObject([{ version: 2, state: 'waiting', endReason: null }]);
    await shop.receive(anna, order(TEN_PAST, 'o-2'));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.runs(anna)).toMatchObject([{ endReason: 'exited:purchased' }]);
  });

  it('of an older version ends no run of a newer one without it', async () => {
    await shop.publish(ABANDONED_CART, 2);
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await shop.receive(boris, order(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.runs(anna)).toMatchObject([{ version: 2, state: 'waiting', endReason: null }]);
  });

  it('is left of an archived scenario, into which nobody enters any more', async () => {
    await shop.setState('abandoned-cart', 'archived');
    const event = await shop.receive(await shop.contact(), cart(NINE));
    await settle(worker, shop.lane(NINE));
    expect(await shop.outcomes(event)).toEqual([]);
  });

  it('keeps a cart of live out that was bought a moment ago by a shop’s clock that is ahead', async () => {
    const live = await Shop.open(database, 'real');
    await live.publish(SHARED);
    const at = new Date(Date.now() + 240_000).toISOString();
    await live.receive(await live.contact(), order(at));
    const event = await live.receive(await live.contact(), cart(at));
    await drainEvents(worker);
    expect(await live.outcomes(event)).toEqual(['none exited:bought_by_anyone']);
  });

  it('leaves no run behind when the order comes after the cart was looked at and before its run is there', async () => {
    const live = await Shop.open(database, 'real');
    await live.publish({ ...SHARED, trigger: { ...SHARED.trigger, maxAge: 'P1800D' } });
    const [anna, boris] = [await live.contact(), await live.contact()];
    const at = new Date().toISOString();
    await live.receive(anna, cart(at));
    const held = new pg.Client({ connectionString: database.url });
    await held.connect();
    await held.query('BEGIN');
    await held.query('LOCK TABLE enrollment_history IN EXCLUSIVE MODE'); // the cart's run can be decided but not written
    const waiting = (locks: number) =>
      until(
        async () => (await held.query(WAITING)).rowCount! >= locks,
        () => 'nobody waits',
      );
    const entering = drainEvents(worker);
    await waiting(1);
    await live.receive(boris, order(at));
    let isExitDone = false;
    const exiting = drainEvents(aWorker(database)).then(() => (isExitDone = true));
    await Promise.race([waiting(2), exiting]);
    expect(isExitDone).toBe(false);
    await held.query('COMMIT');
    await held.end();
    await Promise.all([entering, exiting]);
    await drainEvents(worker);
    expect(await live.runs(anna)).toMatchObject([{ endReason: 'exited:bought_by_anyone' }]);
  });

  it.each([
    ['without that exit', ABANDONED_CART],
    ['with another subject', { ...SHARED, exits: [{ ...SHARED.exits[0], subject: 'event.orderId' }] }],
  ])('also counts in runs of an older version where the newest is one %s', async (_, newest) => {
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await shop.publish(newest, 2);
    await shop.receive(boris, order(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.runs(anna)).toMatchObject([{ version: 1, endReason: 'exited:bought_by_anyone' }]);
  });

  it('meets no deadlock when people buy one another’s carts at once', async () => {
    const live = await Shop.open(database, 'real');
    await live.publish({ ...SHARED, trigger: { ...SHARED.trigger, maxAge: 'P1800D' } });
    const people = await Promise.all(Array.from({ length: 12 }, () => live.contact()));
    const now = new Date().toISOString();
    for (const [index, person] of people.entries()) await live.receive(person, cart(now, `cart-${index}`));
    await Promise.all([worker, aWorker(database)].map((one) => drainEvents(one)));
    const later = new Date(Date.parse(now) + 1_000).toISOString();
    for (const [index, person] of people.entries())
      await live.receive(person, order(later, `o-${index}`, `cart-${(index + 5) % people.length}`));
    await Promise.all(Array.from({ length: 4 }, () => drainEvents(aWorker(database))));
    for (const person of people)
      expect(await live.runs(person)).toMatchObject([{ state: 'ended', endReason: 'exited:bought_by_anyone' }]);
  });

  async function drainEvents(one: Worker): Promise<void> {
    while ((await one.events.batch({ clock: 'real' })) > 0);
  }
});

/** Whoever waits for a lock in this database. */
const WAITING = `SELECT 1 FROM pg_locks WHERE NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
