import { migratedDatabase, type TestDatabase, type TestStore } from '../support/database.js';
import { until } from '../support/service.js';
import { Child } from './support/child.js';
import { FakeProvider, TAKES } from './support/provider.js';
import { MARKETING, SERVICE, ShopInTrouble } from './support/shop-in-trouble.js';

const OVERDUE = 100_000;
const FRESH = 300;
const DAYS_MS = 24 * 3_600_000;
/** As many letters are on their way at once as SendGrid's transport has places. */
const PLACES = 32;
const HEAP_MB = 160;

describe('a worker that starts behind 100,000 overdue runs', () => {
  let database: TestDatabase;
  let provider: FakeProvider;
  let shop: ShopInTrouble;
  let store: TestStore;
  let worker: Child | undefined;

  beforeAll(async () => {
    database = await migratedDatabase();
    provider = await FakeProvider.start();
    shop = new ShopInTrouble(database.url);
    store = await shop.store();
  });
  afterAll(async () => {
    await worker?.end('SIGTERM');
    await provider.close();
    await shop.close();
    await database.close();
  });

  it('sends no late reminders, says so of each, sends what is still wanted a few at a time, and stays small', async () => {
    for (let made = 0; made < OVERDUE; made += 20_000)
      await shop.dueRuns(store, MARKETING, { count: 20_000, lateMs: 20 * DAYS_MS });
    await shop.dueRuns(store, SERVICE, { count: FRESH, lateMs: 60_000 });
    let together = 0;
    let most = 0;
    provider.treat = () => {
      most = Math.max(most, ++together);
      setImmediate(() => together--);
      return TAKES;
    };
    worker = await Child.start(
      'worker',
      {
        DATABASE_URL: database.url,
        SENDGRID_API_URL: provider.url,
        TIMES: JSON.stringify({ sweepMs: 500 }),
        DEADLINE_MS: '20000',
      },
      [`--max-old-space-size=${HEAP_MB}`],
    );
    await until(
      async () => (await shop.sql.query(`SELECT 1 FROM enrollments WHERE state <> 'ended' LIMIT 1`)).length === 0,
      () => `runs are left:\n${worker?.output}`,
      300,
    );
    expect(worker.isRunning).toBe(true);
    expect(most).toBeLessThanOrEqual(PLACES);
    const states = await shop.sql.query(
      `SELECT scenario_key AS scenario, state, reason, count(*)::int AS n FROM messages GROUP BY 1, 2, 3 ORDER BY 1`,
    );
    expect(states).toEqual([
      { scenario: 'notice', state: 'accepted', reason: null, n: FRESH },
      { scenario: 'reminder', state: 'skipped', reason: 'late', n: OVERDUE },
    ]);
    expect(provider.taken.size).toBe(FRESH);
  }, 400_000);
});
