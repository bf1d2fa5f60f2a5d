import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, type LetterOptions, TWO_LETTERS } from '../../test/support/planned-letters.js';
import { aContact } from '../../test/support/letters.js';
import { until } from '../../test/support/service.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { Claim } from './claimed-message.js';
import { HandedOver } from './handed-over.js';

const SERVICE = {
  ...TWO_LETTERS,
  key: 'order-thank-you',
  messageClass: 'service',
  trigger: { type: 'event', event: 'order.placed', subject: 'event.cartId' },
  exits: [],
};
const PARCEL: LetterOptions = { scenario: 'order-thank-you', messageClass: 'service' };

describe('what a store may send through its provider', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  beforeEach(async () => {
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
    await aScenario(database.engine, store, SERVICE);
  });
  afterEach(() => database.engine.query(`UPDATE messages SET held = true WHERE state = 'planned'`));
  afterAll(() => database.close());

  const set = (settings: object) =>
    database.engine.query('UPDATE stores SET settings = $2 WHERE id = $1', [store.storeId, settings]);
  const letters = async (count: number, options: LetterOptions = {}) => {
    for (let i = 0; i < count; i++)
      await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId), options);
  };
  const states = async () => {
    const rows = await database.engine.query<{ what: string; n: number }>(
      `SELECT concat_ws(' ', state, message_class, reason) AS what, count(*)::int AS n FROM messages WHERE store_id = $1 GROUP BY 1`,
      [store.storeId],
    );
    return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
  };
  /** As if so much time had passed for letters and budget. */
  const pass = async (ms: number) => {
    const by = `make_interval(secs => ${ms / 1000})`;
    await database.engine.query(`UPDATE messages SET due_at = due_at - ${by} WHERE store_id = $1`, [store.storeId]);
    await database.engine.query(
      `UPDATE store_providers SET refilled_at = refilled_at - ${by}, again_until = again_until - ${by},
         first_until = first_until - ${by}, paused_until = paused_until - ${by} WHERE store_id = $1`,
      [store.storeId],
    );
  };
  const runAll = async (...workers: readonly ReturnType<typeof aWorker>[]) => {
    for (let claimed = 1; claimed > 0;) {
      const results = await Promise.all(workers.map((worker) => worker.batch.run(REAL_LANE)));
      claimed = results.reduce((sum, result) => sum + result.claimed, 0);
    }
  };

  it('is one rate for all workers together: what is beyond it stays planned and is due later', async () => {
    await set({ sendRate: '60/h' }); // a token a minute: nothing is refilled while the test runs
    await letters(8);
    const workers = [aWorker(database.engine), aWorker(database.engine)];
    await runAll(...workers);
    expect(await states()).toEqual({ 'accepted marketing': 1, 'planned marketing provider_rate': 7 });
    const [waiting] = await database.engine.query(
      `SELECT count(DISTINCT due_at)::int AS instants, bool_and(due_at > clock_timestamp()) AS later, bool_and(meant_at < due_at) AS meant,
         count(claim_token)::int AS held FROM messages WHERE store_id = $1 AND state = 'planned'`,
      [store.storeId],
    );
    expect(waiting).toEqual({ instants: 7, later: true, meant: true, held: 0 });
  });

  it('is kept by processes that ask at the same moment', async () => {
    await set({ sendRate: '60/h' });
    await letters(10);
    await database.engine.query(`INSERT INTO store_providers (store_id, provider) VALUES ($1, 'scripted')`, [
      store.storeId,
    ]);
    const workers = Array.from({ length: 5 }, () => aWorker(database.engine));
    const claims: Claim[] = [];
    for (const worker of workers) claims.push(await worker.claims.take(REAL_LANE, 2, []));
    // A connection for each is open already, so that none is done before the others begin.
    await Promise.all(workers.map(() => database.engine.query('SELECT 1')));
    const admitted = await Promise.all(workers.map((worker, i) => worker.budgets.admit(REAL_LANE, claims[i]!)));
    expect(admitted.map(({ messages }) => messages.length).sort()).toEqual([0, 0, 0, 0, 1]);
    await Promise.all(workers.map((worker, i) => worker.budgets.settle(admitted[i]!, new HandedOver())));
    expect(await states()).toMatchObject({ 'planned marketing provider_rate': 9 });
  });

  it('is written to no other store’s budget, nor to that of another provider', async () => {
    const other = await aStore(database.engine);
    await database.engine.query(
      `INSERT INTO store_providers (store_id, provider, tokens, day, sent_today, waiting_today)
       VALUES ($1, 'scripted', 5, $3, 7, 3), ($2, 'elsewhere', 5, $3, 7, 3)`,
      [other.storeId, store.storeId, '2026-11-20'],
    );
    const others = () =>
      database.engine.query(
        `SELECT * FROM store_providers WHERE store_id = $1 OR provider = 'elsewhere' ORDER BY provider`,
        [other.storeId],
      );
    const before = await others();
    await set({ sendRate: '60/h' });
    const worker = aWorker(database.engine);
    await letters(1);
    await database.engine.query(`UPDATE contacts SET marketing_consent = false`);
    await runAll(worker);
    await letters(3);
    await runAll(worker);
    await set({ sendRate: '1/m' });
    await worker.sweeper.sweep();
    expect(await others()).toEqual(before);
  });

  it('lets every letter out in the end, at the rate', async () => {
    await set({ sendRate: '60/h' });
    await letters(6);
    const worker = aWorker(database.engine);
    await runAll(worker);
    for (let sent = 1; sent <= 6; sent++) {
      expect(await states()).toMatchObject({ 'accepted marketing': sent });
      await pass(60_000);
      await runAll(worker);
    }
  });

  it('lets service mail go first, and on while marketing waits', async () => {
    await set({ sendRate: '60/h' });
    await letters(4);
    await letters(1, PARCEL);
    const worker = aWorker(database.engine);
    await runAll(worker);
    expect(await states()).toEqual({ 'accepted service': 1, 'planned marketing provider_rate': 4 });
    await letters(1, PARCEL);
    await runAll(worker);
    expect(await states()).toMatchObject({ 'accepted service': 2 });
  });

  it('is not used up by letters that end unsent', async () => {
    await set({ sendRate: '60/h' });
    await letters(1);
    await database.engine.query(`UPDATE contacts SET marketing_consent = false WHERE environment_id = $1`, [
      store.liveId,
    ]);
    const worker = aWorker(database.engine);
    await runAll(worker);
    expect(await states()).toEqual({ 'skipped marketing no_consent': 1 });
    await letters(1);
    await runAll(worker);
    expect(await states()).toMatchObject({ 'accepted marketing': 1 });
  });

  it('waits in every process when the provider asks one of them to', async () => {
    await set({ sendRate: '10/s' });
    await letters(1);
    const asked = aWorker(database.engine);
    asked.transport.script = [
      () => ({ kind: 'retry', status: 429, detail: 'slow down', retryAfterMs: 30_000, counts: false }),
    ];
    await asked.batch.run(REAL_LANE);
    const told = `SELECT FROM store_providers WHERE paused_until IS NOT NULL AND store_id = $1`; // nobody waits for it
    const isTold = async () => (await database.engine.query(told, [store.storeId])).length > 0;
    await until(isTold, () => 'no pause is written');
    await letters(1, PARCEL);
    const other = aWorker(database.engine);
    await runAll(other);
    expect(other.transport.sent).toEqual([]);
    expect(await states()).toEqual({ 'retry marketing': 1, 'planned service provider_rate': 1 });
    await pass(31_000);
    await runAll(other);
    expect(await states()).toMatchObject({ 'accepted service': 1 });
  });

  it('grows day by day while a sender is warmed up; the rest of a day goes out on the next', async () => {
    const { timezone, day } = aroundNoon();
    await set({ timezone, warmUp: { startsOn: day(0), firstDay: 2, growth: 2, days: 3 } });
    await letters(5);
    await letters(1, PARCEL);
    const worker = aWorker(database.engine);
    // One after the other: two at once may share the letters so that the service mail, which waits for no warm-up, comes last.
    await runAll(worker);
    await runAll(aWorker(database.engine));
    expect(await states()).toEqual({ 'accepted service': 1, 'accepted marketing': 1, 'planned marketing warm_up': 4 });
    const [row] = await database.engine.query(
      `SELECT array_agg(extract(epoch FROM due_at - date_trunc('day', clock_timestamp() AT TIME ZONE $2) AT TIME ZONE $2)::text
         ORDER BY due_at) AS due FROM messages WHERE store_id = $1 AND reason = 'warm_up'`,
      [store.storeId, timezone],
    );
    expect(row).toEqual({ due: ['86400.000000', '86400.001000', '86400.002000', '86400.003000'] });
    await set({ timezone, warmUp: { startsOn: day(-1), firstDay: 2, growth: 2, days: 3 } });
    await database.engine.query(`UPDATE store_providers SET day = $2 WHERE store_id = $1`, [store.storeId, day(-1)]);
    await pass(86_400_000);
    await runAll(aWorker(database.engine));
    expect(await states()).toMatchObject({ 'accepted marketing': 5 });
  });

  it('counts the wait as lateness, however often a letter is put off: one that is too late by then is skipped', async () => {
    await set({ sendRate: '60/h' });
    await letters(2);
    const worker = aWorker(database.engine);
    await runAll(worker);
    await database.engine.query(
      `UPDATE messages SET meant_at = meant_at - interval '30 days', due_at = clock_timestamp() WHERE store_id = $1 AND state = 'planned'`,
      [store.storeId],
    );
    await runAll(worker);
    expect(await states()).toEqual({ 'accepted marketing': 1, 'planned marketing provider_rate': 1 });
    await pass(60_000);
    await runAll(worker);
    expect(await states()).toEqual({ 'accepted marketing': 1, 'skipped marketing late': 1 });
  });

  const waiting = () =>
    database.engine.query<{ id: string; due_at: Date }>(
      `SELECT id, due_at FROM messages WHERE store_id = $1 AND reason = 'provider_rate' ORDER BY due_at, message_class DESC`,
      [store.storeId],
    );

  it.each([
    ['raised', { sendRate: '100/s' }],
    ['taken away', { sendRate: null }],
  ])('lets letters that wait and newcomers out at once when a rate is %s', async (_, settings) => {
    await set({ sendRate: '1/h' });
    await letters(10);
    const worker = aWorker(database.engine);
    await runAll(worker);
    await set(settings);
    await letters(5); // the worker remembers the old rate
    await runAll(worker);
    await worker.sweeper.sweep();
    await pass(1_000);
    await runAll(worker);
    expect(await states()).toEqual({ 'accepted marketing': 15 });
  });

  it('keeps the order of those that wait when a rate changes, service mail first, and moves nothing when it does not', async () => {
    await set({ sendRate: '1/h' });
    await letters(4);
    await letters(3, PARCEL);
    const worker = aWorker(database.engine);
    await runAll(worker);
    const before = await waiting();
    await worker.sweeper.sweep();
    expect(await waiting()).toEqual(before);
    await set({ sendRate: '1/m' });
    await worker.sweeper.sweep();
    const after = await waiting();
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    const gaps = after.slice(1).map(({ due_at }, i) => due_at.getTime() - after[i]!.due_at.getTime());
    expect(gaps).toEqual([60_000, 60_000, 60_000, 60_000]);
    expect(await states()).toEqual({
      'accepted service': 2,
      'planned service provider_rate': 1,
      'planned marketing provider_rate': 4,
    });
  });

  it('leaves a pause that the provider asked for alone when a rate changes', async () => {
    await set({ sendRate: '1/h' });
    await letters(3);
    const worker = aWorker(database.engine);
    await runAll(worker);
    await database.engine.query(
      `UPDATE store_providers SET paused_until = clock_timestamp() + interval '10 minutes' WHERE store_id = $1`,
      [store.storeId],
    );
    await set({ sendRate: '100/s' });
    await worker.sweeper.sweep();
    const early = await database.engine.query(
      `SELECT m.id FROM messages AS m JOIN store_providers AS p USING (store_id)
       WHERE m.store_id = $1 AND m.state = 'planned' AND m.due_at <= p.paused_until`,
      [store.storeId],
    );
    expect(early).toEqual([]);
  });

  it('limits nobody who has set nothing', async () => {
    await letters(30);
    await runAll(aWorker(database.engine));
    expect(await states()).toEqual({ 'accepted marketing': 30 });
    expect(await database.engine.query('SELECT 1 FROM store_providers WHERE store_id = $1', [store.storeId])).toEqual(
      [],
    );
  });
});

/** A zone where it is about noon, as live mail goes by the database's clock and no day may end meanwhile; and its days. */
function aroundNoon(): { readonly timezone: string; readonly day: (after: number) => string } {
  const now = Date.now();
  const ahead = 12 - new Date(now).getUTCHours();
  return {
    timezone: `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`, // signed the other way, as POSIX has it
    day: (after) => new Date(now + ahead * 3_600_000 + after * 86_400_000).toISOString().slice(0, 10),
  };
}
