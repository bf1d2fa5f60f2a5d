import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, NINE } from '../../test/support/domain-builders.js';
import { aWorker, cart, order, settle, Shop } from './engine.builder.js';

const DUE = '2026-11-21T09:45:00.000Z';

describe('a run whose scenario is published anew', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());

  it('is left alone by events that only the later version listens to, and goes on by its own steps to its own goal', async () => {
    const shop = await Shop.open(database);
    const worker = aWorker(database);
    await shop.publish(ABANDONED_CART);
    const anna = await shop.contact();
    await shop.receive(anna, cart(NINE));
    await settle(worker, shop.lane(NINE));
    const later = {
      ...ABANDONED_CART,
      trigger: { type: 'event', event: 'checkout.started', subject: 'event.cartId' },
      steps: [{ ...ABANDONED_CART.steps[1], id: 'at-once' }],
      goals: [],
    };
    await shop.publish(later, 2);
    const checkout = { type: 'checkout.started', at: '2026-11-21T09:10:00Z', data: { cartId: '81' } };
    const event = await shop.receive(anna, checkout);
    await settle(worker, shop.lane(DUE));
    expect(await shop.outcomes(event)).toEqual(['none already_running']);
    expect(await shop.runs(anna)).toMatchObject([{ state: 'sending', event: { type: 'cart.updated' } }]);
    expect(worker.ledger.summary()).toEqual(['reminder 1: planned']);
    await shop.receive(anna, order(DUE));
    await settle(worker, shop.lane(DUE));
    expect(worker.conversions.rows.map(({ type }) => type)).toEqual(['order.placed']);
  });

  it('keeps the draw of its person for later ones, whomever the later version holds out', async () => {
    const [before, after] = [{ holdout: 0 }, { holdout: 100 }].map((over) => ({ ...ABANDONED_CART, ...over }));
    const shop = await Shop.open(database);
    const worker = aWorker(database);
    await shop.publish(before!);
    const [anna, boris] = [await shop.contact(), await shop.contact()];
    await shop.receive(anna, cart(NINE, '81'));
    await settle(worker, shop.lane(NINE));
    await shop.publish(after!, 2);
    await shop.receive(anna, cart(NINE, '82'));
    await shop.receive(boris, cart(NINE, '83'));
    await settle(worker, shop.lane(DUE));
    expect(worker.ledger.summary().sort()).toEqual([
      'reminder 1: planned',
      'reminder 1: planned',
      'reminder 1: skipped holdout',
    ]);
  });
});
