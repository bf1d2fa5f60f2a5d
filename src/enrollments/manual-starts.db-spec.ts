import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, NINE } from '../../test/support/domain-builders.js';
import { START_REQUESTED, startData } from '../domain/manual-start.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { aWorker, cart, Shop, type Worker } from './engine.builder.js';

const VIP = { ...ABANDONED_CART, key: 'vip', trigger: { type: 'manual' }, exits: [] };

describe('a start by hand in live', () => {
  let database: TestDatabase;
  let shop: Shop;
  let worker: Worker;
  let anna: string;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    shop = await Shop.open(database, 'real');
    worker = aWorker(database);
    anna = await shop.contact();
  });

  const start = (scenarioKey: string, at = new Date().toISOString()) =>
    shop.receive(anna, { type: START_REQUESTED, at, data: startData(scenarioKey, null, {}) });

  it('finds the scenario that another process has published a moment ago', async () => {
    await shop.publish(ABANDONED_CART);
    await shop.receive(anna, cart(NINE));
    await worker.events.batch(REAL_LANE); // what the environment runs is cached now
    await shop.publish(VIP);
    const event = await start('vip');
    await worker.events.batch(REAL_LANE);
    expect(await shop.outcomes(event)).toEqual(['entered']);
  });

  it('that waited long for a worker starts all the same', async () => {
    await shop.publish(VIP);
    const event = await start('vip', NINE);
    await worker.events.batch(REAL_LANE);
    expect(await shop.outcomes(event)).toEqual(['entered']);
  });

  it('does nothing in the scenarios that it does not name', async () => {
    await shop.publish(VIP);
    await shop.publish({ ...VIP, key: 'other' });
    const event = await start('gone');
    await worker.events.batch(REAL_LANE);
    expect(await shop.outcomes(event)).toEqual([]);
    expect(await shop.runs(anna)).toEqual([]);
  });
});
