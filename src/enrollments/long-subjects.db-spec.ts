import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { NINE } from '../../test/support/domain-builders.js';
import { aWorker, type EventToStore, settle, Shop, type Worker } from './engine.builder.js';

const TEN_PAST = '2026-11-21T09:10:00.000Z';
const DUE = '2026-11-21T09:45:00.000Z';
const CHECKOUT = {
  key: 'checkout',
  name: 'Checkout',
  messageClass: 'marketing',
  trigger: { type: 'event', event: 'checkout.started', subject: 'event.url' },
  exits: [{ event: 'order.placed', subject: 'event.url', reason: 'purchased' }],
  steps: [
    { id: 'pause', type: 'wait', for: '45 minutes' },
    { id: 'letter', type: 'email', template: 'x/letter', reason: 'r' },
  ],
};

/** A checkout's recovery link, as shops have them: longer than 200 characters. */
const link = (id: string): string =>
  `https://shop.example/checkouts/${'0123456789abcdef'.repeat(12)}/recover?key=${id}`;
const started = (at: string, url: string): EventToStore => ({ type: 'checkout.started', at, data: { url } });
const bought = (at: string, url: string): EventToStore => ({ type: 'order.placed', at, data: { url, orderId: '1' } });

describe('a subject longer than an index takes', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;
  let anna: string;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    shop = await Shop.open(database);
    worker = aWorker(database);
    await shop.publish(CHECKOUT);
    anna = await shop.contact();
  });

  it.each(['the same person', 'somebody else'])('is ended by its exit, bought by %s', async (who) => {
    const buyer = who === 'somebody else' ? await shop.contact() : anna;
    await shop.receive(anna, started(NINE, link('a')));
    await settle(worker, shop.lane(NINE));
    await shop.receive(buyer, bought(TEN_PAST, link('a')));
    await settle(worker, shop.lane(DUE));
    expect(await shop.runs(anna)).toMatchObject([{ endReason: 'exited:purchased' }]);
    expect(worker.ledger.summary()).toEqual([]);
  });

  it('is kept out where somebody else has bought it already', async () => {
    await shop.receive(await shop.contact(), bought(TEN_PAST, link('a')));
    await settle(worker, shop.lane(TEN_PAST));
    const late = await shop.receive(anna, started(NINE, link('a')));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.outcomes(late)).toEqual(['none exited:purchased']);
  });

  it('is not another one that begins the same', async () => {
    for (const id of ['a', 'b']) await shop.receive(anna, started(NINE, link(id)));
    await settle(worker, shop.lane(NINE));
    await shop.receive(anna, bought(TEN_PAST, link('b')));
    await settle(worker, shop.lane(TEN_PAST));
    const ends = (await shop.runs(anna)).map(({ event, endReason }) => [event.data.url, endReason]);
    expect(new Map(ends as [string, string][])).toEqual(
      new Map([
        [link('a'), null],
        [link('b'), 'exited:purchased'],
      ]),
    );
  });

  it.each(['', 'x'])('is found again wherever it might be cut through a character (%j)', async (lead) => {
    const url = lead + '🎁'.repeat(150);
    await shop.receive(anna, started(NINE, url));
    await settle(worker, shop.lane(NINE));
    const again = await shop.receive(anna, started(TEN_PAST, url));
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.outcomes(again)).toEqual(['refreshed']);
  });
});
