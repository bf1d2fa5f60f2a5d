import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, aWorker, cart, order, settle, Shop, type Worker } from './engine.builder.js';

const NINE = '2026-11-21T09:00:00.000Z';
const TEN_PAST = '2026-11-21T09:10:00.000Z';
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

  it('leaves no run behind when a cart and somebody else’s order of it are applied at the same moment', async () => {
    const live = await Shop.open(database, 'real');
    await live.publish({ ...SHARED, trigger: { ...SHARED.trigger, maxAge: 'P1800D' } });
    const carts = Array.from({ length: 20 }, (_, index) => `both-${index}`);
    const owners = await Promise.all(carts.map(() => live.contact()));
    const buyers = await Promise.all(carts.map(() => live.contact()));
    const at = new Date().toISOString();
    const workers = Array.from({ length: 4 }, () => aWorker(database));
    await Promise.all([
      ...carts.map(async (id, index) => {
        await Promise.all([
          live.receive(owners[index]!, cart(at, id)),
          live.receive(buyers[index]!, order(at, `o-${id}`, id)),
        ]);
        await drainEvents(workers[index % workers.length]!);
      }),
    ]);
    await Promise.all(workers.map(drainEvents));
    for (const owner of owners) expect((await live.runs(owner)).filter(({ state }) => state !== 'ended')).toEqual([]);
  });

  it('also counts in runs of an older version without that exit in the newest', async () => {
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    await shop.publish(ABANDONED_CART, 2);
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
