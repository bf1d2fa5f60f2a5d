import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, NINE } from '../../test/support/domain-builders.js';
import { aWorker, cart, settle, Shop, type Worker } from './engine.builder.js';

const TEN_PAST = '2026-11-21T09:10:00.000Z';

describe('two contacts that turn out to be one person', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;
  let older: string;
  let younger: string;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    shop = await Shop.open(database);
    worker = aWorker(database);
    await shop.publish(ABANDONED_CART);
    [older, younger] = [await shop.contact(), await shop.contact()];
  });

  async function merge(): Promise<void> {
    const { environmentId } = shop;
    const at = new Date('2026-11-21T09:20:00Z');
    await database.engine.transaction((tx) =>
      worker.merger.mergeRuns(tx, { environmentId, from: younger, into: older, at }),
    );
  }

  it('keep the run with the later activity, wherever it was, and end the other', async () => {
    await shop.receive(older, cart(NINE));
    await shop.receive(younger, cart(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    expect(await shop.runs(younger)).toEqual([]);
    const runs = await shop.runs(older);
    expect(runs.filter(({ state }) => state !== 'ended')).toMatchObject([{ dueAt: new Date('2026-11-21T09:55:00Z') }]);
    expect(runs.filter(({ state }) => state === 'ended')).toMatchObject([{ endReason: 'merged' }]);
  });

  it('keep of two runs with the same last activity the one that was there first', async () => {
    await shop.publish({ ...ABANDONED_CART, reentry: {} }, 2);
    await shop.receive(older, cart(NINE));
    for (const contact of [younger, older]) await shop.receive(contact, cart(TEN_PAST));
    await settle(worker, shop.lane(TEN_PAST));
    await merge();
    const running = (await shop.runs(older)).filter(({ state }) => state !== 'ended');
    expect(running).toMatchObject([{ dueAt: new Date('2026-11-21T09:45:00Z') }]);
  });

  it('count the letters of both, and take back what the ended run had planned', async () => {
    await shop.receive(older, cart(NINE));
    await settle(worker, shop.lane('2026-11-21T09:45:00Z'));
    const [message] = worker.ledger.messages;
    await shop.receive(younger, cart('2026-11-21T09:46:00Z'));
    await settle(worker, shop.lane('2026-11-21T09:46:00Z'));
    await worker.sent(message!, new Date('2026-11-21T09:46:01Z'));
    await merge();
    expect((await shop.runs(older)).filter(({ state }) => state !== 'ended')).toMatchObject([{ touches: 1 }]);
    expect(worker.ledger.summary()).toEqual(['reminder 1: cancelled merged']);
  });

  it('keep the draw of the entry that came first, whosever it was', async () => {
    for (const [version, holdout, contact, at, cartId] of [
      [2, 100, younger, NINE, '81'],
      [3, 0, older, TEN_PAST, '82'],
    ] as const) {
      await shop.publish({ ...ABANDONED_CART, holdout }, version);
      await shop.receive(contact, cart(at, cartId));
      await settle(worker, shop.lane(at));
    }
    await merge();
    await shop.receive(older, cart('2026-11-21T09:20:00Z', '83'));
    await settle(worker, shop.lane('2026-11-21T10:05:00Z'));
    const letters = ['planned', 'skipped holdout', 'skipped holdout'].map((letter) => `reminder 1: ${letter}`);
    expect(worker.ledger.summary().sort()).toEqual(letters);
  });

  it('keep both runs where they follow up different things', async () => {
    await shop.receive(older, cart(NINE, '81'));
    await shop.receive(younger, cart(NINE, '82'));
    await settle(worker, shop.lane(NINE));
    await merge();
    expect(await shop.runs(older)).toMatchObject([{ state: 'waiting' }, { state: 'waiting' }]);
  });
});
