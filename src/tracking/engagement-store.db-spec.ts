import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ProcessClock } from '../platform/clock/clock.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import { EngagementStore } from './engagement-store.js';
import { HitClock } from './hit-clock.js';
import { HitCounter } from './hit-counter.js';

describe('EngagementStore, when it starts', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());

  const databaseNow = async (): Promise<string> => {
    const [row] = await database.engine.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row!.now.toISOString();
  };
  const startedAt = async (now: string, engine: EngineDatabase): Promise<string> => {
    const clock = new HitClock({ now: () => new Date(now) } as ProcessClock);
    await new EngagementStore(engine, clock, new HitCounter(engine, new ProcessClock())).onModuleInit();
    return clock.stamp();
  };

  it.each(['2020-01-01T00:00:00.000Z', '2070-01-01T00:00:00.000Z'])(
    'gives the first hit the database’s time, where the machine’s is %s',
    async (now) => {
      const before = await databaseNow();
      const stamp = await startedAt(now, database.engine);
      expect([before, stamp, await databaseNow()].sort()[1]).toBe(stamp);
    },
  );

  it('starts also where the database is away, by the machine’s time', async () => {
    const away = { query: () => Promise.reject(new Error('away')) } as unknown as EngineDatabase;
    expect(await startedAt('2020-01-01T00:00:00.000Z', away)).toBe('2020-01-01T00:00:00.000Z');
  });
});
