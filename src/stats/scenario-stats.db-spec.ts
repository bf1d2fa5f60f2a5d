import { Logger } from '@nestjs/common';
import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART } from '../../test/support/domain-builders.js';
import { Shop } from '../enrollments/engine.builder.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { RequestDatabase } from '../platform/database/request-database.js';
import type { Caller } from '../platform/http/auth.js';
import { ScenarioRegistry } from '../scenarios/scenario-registry.js';
import type { EnvironmentsService } from '../stores/environments.service.js';
import type { StoresService } from '../stores/stores.service.js';
import type { Figures } from './figures.js';
import { ScenarioStats } from './scenario-stats.js';

describe('the statistics of a store', () => {
  let database: TestDatabase;
  let shop: Shop;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await migratedDatabase();
    shop = await Shop.open(database, 'real');
    await shop.publish(ABANDONED_CART);
    await shop.publish({ ...ABANDONED_CART, key: 'from-a-newer-release' });
  });
  afterAll(async () => {
    Logger.overrideLogger(new Logger());
    await database.close();
  });

  const steps = async (scenario: string | null) => {
    const { engine } = database;
    const requests = { read: (_: unknown, work: (sql: unknown) => unknown) => work(engine) };
    const stats = new ScenarioStats(
      engine,
      requests as unknown as RequestDatabase,
      { lane: () => Promise.resolve(REAL_LANE) } as unknown as EnvironmentsService,
      new ScenarioRegistry(),
      { settingsOf: () => Promise.resolve(new Map()) } as unknown as StoresService,
      {} as Figures,
    );
    const caller = { storeId: shop.store.storeId, environmentId: shop.environmentId } as Caller;
    const { items } = await stats.table(caller, { scenario, by: 'step', machine: false, span: {} });
    return items.map((row) => [row.scenario, row.step]);
  };

  it('are told though a version that is published cannot be read any more', async () => {
    const ours = await steps('abandoned-cart');
    expect(ours.length).toBeGreaterThan(0);
    await database.engine.query(
      `UPDATE scenario_versions SET document = document || '{"field": "of a newer release"}' WHERE scenario_key = 'from-a-newer-release'`,
    );
    expect(await steps(null)).toEqual(ours);
    expect(await steps('from-a-newer-release')).toEqual([]);
  });
});
