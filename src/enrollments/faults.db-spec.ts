import { Logger } from '@nestjs/common';
import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, aWorker, cart, settle, Shop, type Worker } from './engine.builder.js';

const NINE = '2026-11-21T09:00:00.000Z';
const TEN_PAST = '2026-11-21T09:10:00.000Z';
const DUE = '2026-11-21T09:45:00.000Z';

describe('a fault in deciding about one person', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await migratedDatabase();
    shop = await Shop.open(database);
    worker = aWorker(database);
    await shop.publish(ABANDONED_CART);
  });
  afterAll(async () => {
    Logger.overrideLogger(new Logger());
    await database.close();
  });

  // Instants that no code of ours writes stand for whatever we may get wrong.
  it('holds that person’s run and lets everybody else’s go on', async () => {
    const [anna, boris] = await entered();
    await database.engine.query(`UPDATE enrollments SET due_at = '-infinity' WHERE contact_id = $1`, [anna]);
    await settle(worker, shop.lane(DUE));
    expect(await shop.runs(anna)).toMatchObject([{ state: 'waiting', held: true }]);
    expect(await shop.runs(boris)).toMatchObject([{ state: 'sending' }]);
  });

  it('leaves that person’s event in the inbox and applies everybody else’s', async () => {
    const [anna, boris] = await entered();
    await database.engine.query(`UPDATE enrollments SET last_activity_at = 'infinity' WHERE contact_id = $1`, [anna]);
    const events = [await shop.receive(anna, cart(TEN_PAST)), await shop.receive(boris, cart(TEN_PAST))] as const;
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.outcomes(events[0])).toBeNull();
    expect(await shop.outcomes(events[1])).toEqual(['restarted']);
  });

  async function entered(): Promise<[string, string]> {
    const people: [string, string] = [await shop.contact(), await shop.contact()];
    for (const person of people) await shop.receive(person, cart(NINE));
    await settle(worker, shop.lane(NINE));
    return people;
  }
});
