import { Logger } from '@nestjs/common';
import pg from 'pg';
import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART, NINE } from '../../test/support/domain-builders.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { aWorker, cart, order, settle, Shop, type Worker } from './engine.builder.js';

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

  it('has nothing of that person’s event done before all of it can be: it would be done anew at each try', async () => {
    const notice = { ...ABANDONED_CART, key: 'a-notice', steps: [{ id: 'out', type: 'exit', reason: 'done' }] };
    const [anna] = await entered();
    await shop.publish(notice);
    const lastActivity = (at: string) =>
      database.engine.query('UPDATE enrollments SET last_activity_at = $2 WHERE contact_id = $1', [anna, at]);
    await lastActivity('infinity');
    await shop.receive(anna, cart(TEN_PAST));
    for (let tried = 1; tried <= 2; tried++) await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.runs(anna)).toMatchObject([{ pass: 1 }]);
    await lastActivity(NINE);
    await settle(worker, shop.lane(TEN_PAST));
    expect(await shop.runs(anna)).toMatchObject([{ pass: 2 }, { endReason: 'ended_by_step:done' }]);
    await shop.setState('a-notice', 'archived');
  });

  it('takes from the inbox what was done of the same instant', async () => {
    const [anna] = await entered();
    await database.engine.query(`UPDATE enrollments SET last_activity_at = 'infinity' WHERE contact_id = $1`, [anna]);
    const events = [await shop.receive(anna, cart(TEN_PAST, '82')), await shop.receive(anna, cart(TEN_PAST))] as const;
    await settle(worker, shop.lane(TEN_PAST));
    expect(await Promise.all(events.map((event) => shop.outcomes(event)))).toEqual([['entered'], null]);
    expect(await shop.runs(anna)).toHaveLength(2);
  });

  it('hides nobody behind that person’s events, however many they are', async () => {
    const live = await Shop.open(database, 'real');
    await live.publish(ABANDONED_CART);
    const now = new Date().toISOString();
    const anna = await live.contact();
    await live.receive(anna, cart(now));
    await worker.events.batch(REAL_LANE);
    await database.engine.query(`UPDATE enrollments SET last_activity_at = 'infinity' WHERE contact_id = $1`, [anna]);
    await database.engine.query(MORE_OF_IT, [await live.receive(anna, cart(now)), 1_000]);
    const other = await live.receive(await live.contact(), cart(now));
    for (let sweep = 1; sweep <= 2; sweep++) await worker.events.batch(REAL_LANE);
    expect(await live.outcomes(other)).toEqual(['entered']);
  });

  it('of a version that cannot be read any more leaves their events, and everybody else’s are applied', async () => {
    const [anna, boris] = await entered();
    await makeUnreadable(anna);
    const late = aWorker(database); // it has not read that version before
    const events = [await shop.receive(anna, order(TEN_PAST)), await shop.receive(boris, order(TEN_PAST))] as const;
    await settle(late, shop.lane(TEN_PAST));
    expect(await shop.outcomes(events[0])).toBeNull();
    expect(await shop.outcomes(events[1])).toEqual(['exited exited:purchased']);
  });

  it('of a version that cannot be read any more keeps nobody from being merged, nor a scenario from being archived', async () => {
    const [anna, boris] = await entered();
    await makeUnreadable(anna);
    const late = aWorker(database);
    const { environmentId } = shop;
    await database.engine.transaction((tx) =>
      late.merger.mergeRuns(tx, { environmentId, from: boris, into: anna, at: new Date(TEN_PAST) }),
    );
    expect((await shop.runs(anna)).map(({ endReason }) => endReason).sort()).toEqual(['merged', null]);
    await shop.setState('abandoned-cart', 'archived');
    await late.scenarioRuns.archive(environmentId, 'abandoned-cart');
    expect((await shop.runs(anna)).map(({ endReason }) => endReason).sort()).toEqual(['merged', 'scenario_archived']);
    await shop.setState('abandoned-cart', 'published');
  });

  describe('whose events come to something that cannot be stored', () => {
    beforeAll(() => asOwner(`ALTER TABLE enrollments ADD CONSTRAINT refused CHECK (subject <> 'refused') NOT VALID`));
    afterAll(() => asOwner('ALTER TABLE enrollments DROP CONSTRAINT refused'));

    it('leaves them in the inbox and applies everybody else’s', async () => {
      const people = await Promise.all(Array.from({ length: 5 }, () => shop.contact()));
      const refused = await shop.receive(people[2]!, cart(NINE, 'refused'));
      const events = [];
      for (const person of people) events.push(await shop.receive(person, cart(TEN_PAST)));
      await settle(worker, shop.lane(TEN_PAST));
      expect(await shop.outcomes(refused)).toBeNull();
      expect(await Promise.all(events.map((event) => shop.outcomes(event)))).toEqual([
        ['entered'],
        ['entered'],
        null,
        ['entered'],
        ['entered'],
      ]);
    });

    it('hides nobody behind them, however many they are', async () => {
      const live = await Shop.open(database, 'real');
      await live.publish({ ...ABANDONED_CART, trigger: { ...ABANDONED_CART.trigger, maxAge: 'P1800D' } });
      const anna = await live.contact();
      const event = await live.receive(anna, cart(new Date().toISOString(), 'refused'));
      await database.engine.query(MORE_OF_IT, [event, 1_000]);
      const other = await live.receive(await live.contact(), cart(new Date().toISOString()));
      for (let sweep = 1; sweep <= 2; sweep++) await worker.events.batch({ clock: 'real' });
      expect(await live.outcomes(event)).toBeNull();
      expect(await live.outcomes(other)).toEqual(['entered']);
    });
  });

  async function asOwner(sql: string): Promise<void> {
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(sql);
    await owner.end();
  }

  /** As if the person's version had been published under laxer rules than ours are. */
  async function makeUnreadable(contactId: string): Promise<void> {
    await database.engine.query(
      `INSERT INTO scenario_versions (store_id, scenario_key, version, document)
       SELECT store_id, scenario_key, 99, document || '{"field": "of a newer release"}' FROM scenario_versions
       WHERE store_id = $1 AND scenario_key = 'abandoned-cart' AND version = 1 ON CONFLICT DO NOTHING`,
      [shop.store.storeId],
    );
    await database.engine.query('UPDATE enrollments SET version = 99 WHERE contact_id = $1', [contactId]);
  }

  async function entered(): Promise<[string, string]> {
    const people: [string, string] = [await shop.contact(), await shop.contact()];
    for (const person of people) await shop.receive(person, cart(NINE));
    await settle(worker, shop.lane(NINE));
    return people;
  }
});

/** An event's row again and again, each behind the last. */
const MORE_OF_IT = `
INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
SELECT environment_id, gen_random_uuid(), received_at + n * interval '1 microsecond', clock, key || n, type, contact_id, occurred_at, data
FROM storefront_events, generate_series(1, $2::int) AS n WHERE id = $1`;
