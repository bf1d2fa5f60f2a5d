import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, type LetterOptions, TWO_LETTERS } from '../../test/support/planned-letters.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import type { Arbitration, StoreRestraint } from '../domain/restraint.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import { NO_FIGURES } from '../stats/stats-row.js';
import { RestraintFacts } from './restraint-facts.js';

const HOUR_MS = 3_600_000;
const WISHES = { ...TWO_LETTERS, key: 'wishes', exits: [] };
const STEP = { scenario: 'wishes', template: 'wishes/reminder', subject: '82' };

describe('a store that holds itself back', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  beforeEach(async () => {
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
    await aScenario(database.engine, store, WISHES);
  });
  afterEach(() => database.engine.query(`UPDATE messages SET held = true WHERE state = 'planned'`));
  afterAll(() => database.close());

  const person = (): Promise<string> => aContact(database.engine, store.liveId);
  const sets = (settings: Partial<StoreRestraint>): Promise<unknown> =>
    database.engine.query('UPDATE stores SET settings = $2 WHERE id = $1', [store.storeId, settings]);
  const planned = (contactId: string, options?: LetterOptions) =>
    aPlannedLetter(database.engine, store, contactId, options);
  const sentAgo = (contactId: string, ms: number, state = 'accepted'): Promise<string> => {
    const { liveId: environmentId, storeId } = store;
    const sentAt = new Date(Date.now() - ms);
    return aLetter(database.engine, { environmentId, storeId, contactId, sentAt, state, scenario: 'earlier' });
  };
  const read = async (table: 'messages' | 'enrollments', id: string) => {
    const [row] = await database.engine.query<Record<string, unknown>>(`SELECT * FROM ${table} WHERE id = $1`, [id]);
    return row as Record<string, unknown> & { due_at: Date; meant_at: Date | null; sent_at: Date };
  };
  const batch = () => aWorker(database.engine).batch.run(REAL_LANE);

  it('counts letters of all scenarios, and skips the one above its cap; the run goes on', async () => {
    await sets({ caps: [{ max: 2, per: '7 days' }] });
    const [full, free] = [await person(), await person()];
    await sentAgo(full, HOUR_MS);
    await sentAgo(full, 2 * HOUR_MS, 'unknown');
    await sentAgo(free, HOUR_MS);
    await sentAgo(free, 2 * HOUR_MS, 'retry');
    await sentAgo(free, 8 * 24 * HOUR_MS);
    const [over, under] = [await planned(full), await planned(free)];
    expect(await batch()).toMatchObject({ accepted: 1 });
    expect(await read('messages', over.messageId)).toMatchObject({ state: 'skipped', reason: 'frequency_cap' });
    expect(await read('enrollments', over.enrollmentId)).toMatchObject({ state: 'waiting', touches: 0 });
    expect(await read('messages', under.messageId)).toMatchObject({ state: 'accepted' });
  });

  it('counts no service mail, however much of it somebody got', async () => {
    await sets({ caps: [{ max: 1, per: '7 days' }] });
    const contactId = await person();
    const parcel = await sentAgo(contactId, HOUR_MS);
    await database.engine.query(`UPDATE messages SET message_class = 'service' WHERE id = $1`, [parcel]);
    await planned(contactId);
    expect(await batch()).toMatchObject({ accepted: 1 });
  });

  it('lets one of two letters in one batch go, the one whose step brings more orders; the other waits for its place', async () => {
    await sets({ caps: [{ max: 1, per: 'PT6H' }] });
    await database.engine.query(`INSERT INTO stats_daily SELECT (jsonb_populate_record(NULL::stats_daily, $1)).*`, [
      statsRow(store.liveId, 'wishes', 'reminder', { sent: 50, orders: 5 }),
    ]);
    const contactId = await person();
    const cart = await planned(contactId);
    const wish = await planned(contactId, STEP);
    const before = await read('messages', cart.messageId);
    expect(await batch()).toMatchObject({ accepted: 1 });
    const { sent_at: sentAt } = await read('messages', wish.messageId);
    const after = await read('messages', cart.messageId);
    expect(after).toMatchObject({ state: 'planned', reason: 'lost_to:wishes', meant_at: before.due_at });
    expect(after.due_at.getTime()).toBe(sentAt.getTime() + 6 * HOUR_MS);
    expect(await read('enrollments', cart.enrollmentId)).toMatchObject({ state: 'sending' });
  });

  it.each<[Arbitration, object]>([
    ['drop', { state: 'ended', end_reason: 'ended_by_step:lost_to' }],
    ['replace', { state: 'waiting' }],
  ])('leaves the loser out by the policy %s', async (arbitration, run) => {
    await sets({ minimumGap: '1 hour', arbitration });
    const contactId = await person();
    const winner = await planned(contactId);
    await database.engine.query(`UPDATE messages SET due_at = due_at - interval '1 min' WHERE id = $1`, [
      winner.messageId,
    ]);
    const loser = await planned(contactId, STEP);
    expect(await batch()).toMatchObject({ accepted: 1 });
    expect(await read('messages', loser.messageId)).toMatchObject({
      state: 'skipped',
      reason: 'lost_to:abandoned-cart',
    });
    expect(await read('enrollments', loser.enrollmentId)).toMatchObject(run);
    expect(
      await database.engine.query(
        `SELECT step_id, reason FROM enrollment_steps WHERE enrollment_id = $1 AND outcome = 'skipped'`,
        [loser.enrollmentId],
      ),
    ).toEqual([{ step_id: 'reminder', reason: 'lost_to:abandoned-cart' }]);
  });

  it('keeps its cap when two workers hold a letter each of the same person', async () => {
    await sets({ caps: [{ max: 1, per: 'P1D' }] });
    const contactId = await person();
    await planned(contactId);
    await planned(contactId, STEP);
    const both = await Promise.all(
      [aWorker(database.engine), aWorker(database.engine)].map(async ({ claims, composer, guard, transport }) => {
        const claim = await claims.take(REAL_LANE, 1, []);
        return { claim, guard, transport, letters: await composer.compose(REAL_LANE, claim.messages) };
      }),
    );
    const guarded = await Promise.all(
      both.map(({ claim, guard, transport, letters }) => guard.clear(REAL_LANE, claim.token, transport, letters)),
    );
    expect(guarded.flatMap(({ cleared }) => cleared)).toHaveLength(1);
    const rows = await database.engine.query(
      `SELECT reason FROM messages WHERE contact_id = $1 AND state = 'skipped'`,
      [contactId],
    );
    expect(rows).toEqual([{ reason: 'frequency_cap' }]);
  });

  it('waits for the end of quiet hours, and forgets neither why nor since when', async () => {
    const hour = (ms: number) => new Date(Date.now() + ms).toISOString().slice(11, 16);
    const quietHours = { from: hour(-HOUR_MS), to: hour(2 * HOUR_MS) };
    await sets({ quietHours });
    const { messageId } = await planned(await person());
    const before = await read('messages', messageId);
    expect(await batch()).toMatchObject({ accepted: 0 });
    const waiting = await read('messages', messageId);
    expect(waiting).toMatchObject({
      state: 'planned',
      reason: 'quiet_hours',
      meant_at: before.due_at,
      claim_token: null,
    });
    expect(waiting.due_at.toISOString().slice(11)).toBe(`${quietHours.to}:00.000Z`);
    await sets({});
    await database.engine.query(
      `UPDATE messages SET due_at = clock_timestamp(), meant_at = meant_at - interval '1 day' WHERE id = $1`,
      [messageId],
    );
    await batch();
    expect(await read('messages', messageId)).toMatchObject({ state: 'skipped', reason: 'late' });
  });

  it('counts how late a letter is from when it was first meant to go, however often it is put off', async () => {
    const hour = (ms: number) => new Date(Date.now() + ms).toISOString().slice(11, 16);
    await sets({ quietHours: { from: hour(-HOUR_MS), to: hour(2 * HOUR_MS) } });
    const { messageId } = await planned(await person());
    const meantAt = (await read('messages', messageId)).due_at;
    for (let times = 1; times <= 2; times++) {
      await batch();
      expect(await read('messages', messageId)).toMatchObject({ reason: 'quiet_hours', meant_at: meantAt });
      await database.engine.query('UPDATE messages SET due_at = clock_timestamp() WHERE id = $1', [messageId]);
    }
  });

  it('counts the gap from when the last letter really went', async () => {
    await sets({ minimumGap: '5 hours' });
    const contactId = await person();
    const last = await sentAgo(contactId, HOUR_MS);
    const { messageId } = await planned(contactId);
    await batch();
    const waiting = await read('messages', messageId);
    const { sent_at: sentAt } = await read('messages', last);
    expect(waiting).toMatchObject({ state: 'planned', reason: 'minimum_gap' });
    expect(waiting.due_at.getTime()).toBe(sentAt.getTime() + 5 * HOUR_MS);
  });

  it('sends everything while nothing is set', async () => {
    const contactId = await person();
    for (let i = 1; i <= 5; i++) await sentAgo(contactId, i * 60_000);
    await planned(contactId);
    await planned(contactId, STEP);
    expect(await batch()).toMatchObject({ accepted: 2 });
  });

  describe('while its order feed is silent', () => {
    const orders = (hoursAgo: readonly number[]): Promise<unknown> =>
      database.engine.query(
        `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, processed_at, data)
         SELECT $1, id, at, 'real', id::text, 'order.placed', $4, at, at, '{}'
         FROM unnest($2::uuid[], $3::float8[]) AS o (id, ago), LATERAL (SELECT clock_timestamp() - ago * interval '1 hour' AS at) AS t`,
        [store.liveId, hoursAgo.map(() => newId()), hoursAgo, newId()],
      );
    /** An order an hour for 100 hours, the last 10 hours ago, and one 29 days ago. */
    const silence = [...Array.from({ length: 100 }, (_, i) => 10 + i), 29 * 24];

    it('holds mail about carts until an order is told, and no other mail', async () => {
      await orders(silence);
      const cart = await planned(await person());
      const wish = await planned(await person(), STEP);
      await batch();
      expect(await read('messages', wish.messageId)).toMatchObject({ state: 'accepted' });
      const waiting = await read('messages', cart.messageId);
      expect(waiting).toMatchObject({ state: 'planned', reason: 'order_feed_silent' });
      await orders([0]);
      await database.engine.query(`UPDATE messages SET due_at = meant_at WHERE id = $1`, [cart.messageId]);
      expect(await batch()).toMatchObject({ accepted: 1 });
    });

    it('says so where the letter can wait no longer', async () => {
      await orders(silence);
      const { messageId } = await planned(await person());
      await database.engine.query(`UPDATE messages SET due_at = due_at - interval '23 h 55 min' WHERE id = $1`, [
        messageId,
      ]);
      await batch();
      expect(await read('messages', messageId)).toMatchObject({ state: 'skipped', reason: 'order_feed_silent' });
    });

    it('is missed in no sandbox, whatever orders were played there', async () => {
      await orders(silence);
      await database.engine.query('UPDATE storefront_events SET environment_id = $2 WHERE environment_id = $1', [
        store.liveId,
        store.sandboxId,
      ]);
      const feeds = await new RestraintFacts().orderFeeds(database.engine, new Set([store.sandboxId]), new Date());
      expect(feeds).toEqual(new Map([[store.sandboxId, null]]));
    });

    it('holds nothing back in its first 28 days or with few orders', async () => {
      await orders(silence.slice(0, 100));
      await planned(await person());
      expect(await batch()).toMatchObject({ accepted: 1 });
    });
  });
});

function statsRow(environmentId: string, scenario: string, step: string, figures: { sent: number; orders: number }) {
  return {
    ...NO_FIGURES,
    environment_id: environmentId,
    scenario_key: scenario,
    step_id: step,
    version: 1,
    variant: '',
    day: '2026-11-01',
    step_number: 1,
    revenue: {},
    ...figures,
  };
}
