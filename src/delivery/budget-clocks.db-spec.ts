import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import { aPlannedLetter, aScenario } from '../../test/support/planned-letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';

describe('what a store’s provider takes, counted while the database’s clock was a day ahead', () => {
  let database: TestDatabase;
  let store: TestStore;
  let worker: ReturnType<typeof aWorker>;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  beforeEach(async () => {
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
    worker = aWorker(database.engine);
  });
  afterEach(() => database.engine.query(`UPDATE messages SET held = true WHERE state = 'planned'`));
  afterAll(() => database.close());

  const set = (settings: object) =>
    database.engine.query('UPDATE stores SET settings = $2 WHERE id = $1', [store.storeId, settings]);
  const letters = async (count: number) => {
    for (let i = 0; i < count; i++)
      await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId));
  };
  const runAll = async () => {
    while ((await worker.batch.run(REAL_LANE)).claimed > 0);
  };
  /** As if letters and budget had been written so much later. */
  const shift = async (by: string) => {
    await database.engine.query('UPDATE messages SET due_at = due_at + $2::interval WHERE store_id = $1', [
      store.storeId,
      by,
    ]);
    await database.engine.query(
      `UPDATE store_providers SET refilled_at = refilled_at + $2::interval, again_until = again_until + $2::interval,
         first_until = first_until + $2::interval, paused_until = paused_until + $2::interval WHERE store_id = $1`,
      [store.storeId, by],
    );
  };
  const accepted = async () =>
    (await database.engine.query(`SELECT id FROM messages WHERE store_id = $1 AND state = 'accepted'`, [store.storeId]))
      .length;
  const dueAfter = async (by: string) =>
    (
      await database.engine.query(
        `SELECT id FROM messages WHERE store_id = $1 AND state = 'planned' AND due_at > clock_timestamp() + $2::interval`,
        [store.storeId, by],
      )
    ).length;

  it('is counted from now on: letters that wait are spread at the rate, and go', async () => {
    await set({ sendRate: '60/h' });
    await letters(4);
    await runAll();
    await shift('1 day');
    await worker.sweeper.sweep();
    expect([await accepted(), await dueAfter('3 minutes')]).toEqual([1, 0]);
    await shift('-1 minute');
    await runAll();
    expect(await accepted()).toBe(2);
  });

  it.each([{ sendRate: '100/s' }, { warmUp: { startsOn: '2026-01-01', firstDay: 1000, growth: 2, days: 3 } }])(
    'keeps a pause that the provider asked for no longer than any pause is: %j',
    async (settings) => {
      await set(settings);
      await database.engine.query(
        `INSERT INTO store_providers (store_id, provider, rate, paused_until)
         VALUES ($1, 'scripted', $2, clock_timestamp() + interval '1 day')`,
        [store.storeId, 'sendRate' in settings ? settings.sendRate : null],
      );
      await letters(3);
      await runAll();
      expect(await dueAfter('23 hours')).toBe(3);
      await worker.sweeper.sweep();
      expect(await dueAfter('11 minutes')).toBe(0);
      await shift('-11 minutes');
      await runAll();
      expect(await accepted()).toBe(3);
    },
  );
});
