import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ABANDONED_CART } from '../../test/support/domain-builders.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { aWorker, cart, order, Shop, type Worker } from './engine.builder.js';

const PEOPLE = 300;
const DOCUMENT = { ...ABANDONED_CART, trigger: { ...ABANDONED_CART.trigger, maxAge: 'P1800D' } };
const LONG_AGO = '2026-01-01T09:00:00.000Z';

describe('several workers at once', () => {
  let database: TestDatabase;
  let shop: Shop;
  let people: string[];

  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.engine.query('DELETE FROM enrollments');
    await database.engine.query('DELETE FROM storefront_events');
    shop = await Shop.open(database, 'real');
    await shop.publish(DOCUMENT);
    people = await Promise.all(Array.from({ length: PEOPLE }, () => shop.contact()));
  });

  async function drain(worker: Worker): Promise<void> {
    while ((await worker.events.batch(REAL_LANE)) > 0);
    while ((await worker.due.batch(REAL_LANE)) > 0);
  }

  async function due(): Promise<void> {
    await database.engine.query(
      `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
         position, due_at, previous_at, entered_at, last_activity_at, event)
       SELECT $1, gen_random_uuid(), $2, 'real', 'abandoned-cart', 1, 'marketing', c, '81', 'waiting', '0', clock_timestamp(),
         clock_timestamp(), clock_timestamp(), clock_timestamp(), '{"id":"e","type":"cart.updated","at":"2026-11-21T09:00:00.000Z","data":{}}'
       FROM unnest($3::uuid[]) AS c`,
      [shop.environmentId, shop.store.storeId, people],
    );
  }

  it('take each event once', async () => {
    for (const person of people) await shop.receive(person, cart(LONG_AGO));
    const workers = [aWorker(database), aWorker(database), aWorker(database)];
    await Promise.all(workers.map(drain));
    const [row] = await database.engine.query(
      `SELECT count(*)::int AS runs, count(DISTINCT contact_id)::int AS people FROM enrollments WHERE environment_id = $1`,
      [shop.environmentId],
    );
    expect(row).toEqual({ runs: PEOPLE, people: PEOPLE });
  });

  it('plan each due letter once', async () => {
    await due();
    const workers = [aWorker(database), aWorker(database), aWorker(database)];
    await Promise.all(workers.map(drain));
    const planned = workers.flatMap(({ ledger }) => ledger.messages);
    expect(planned).toHaveLength(PEOPLE);
    expect(new Set(planned.map(({ enrollmentId }) => enrollmentId)).size).toBe(PEOPLE);
    expect(workers.flatMap(({ waker }) => waker.woken)).toContain('delivery');
  });

  it('leave everything as it was when one fails before its commit', async () => {
    await due();
    const broken = aWorker(database);
    broken.ledger.plan = () => Promise.reject(new Error('killed'));
    await expect(broken.due.batch(REAL_LANE)).rejects.toThrow('killed');
    const next = aWorker(database);
    await drain(next);
    expect(next.ledger.messages).toHaveLength(PEOPLE);
  });

  it('wait for a contact that somebody else holds, and lose none of its events', async () => {
    const [person] = people;
    await shop.receive(person!, cart(new Date().toISOString()));
    const worker = aWorker(database);
    let batch: Promise<number> | undefined;
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM contacts WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE', [
        shop.environmentId,
        person,
      ]);
      batch = worker.events.batch(REAL_LANE);
      await database.engine.query('SELECT pg_sleep(0.05)');
    });
    expect(await batch).toBe(1);
    expect(await shop.runs(person!)).toMatchObject([{ state: 'waiting' }]);
  });

  it('wait a moment only, where a session keeps a person’s row: then come the events of others, and that one’s when it is let go', async () => {
    const [held, free] = people;
    await shop.receive(held!, cart(new Date().toISOString()));
    const worker = aWorker(database);
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT id FROM contacts WHERE id = $1 FOR NO KEY UPDATE', [held]);
      expect(await worker.events.batch(REAL_LANE)).toBe(0);
      await shop.receive(free!, cart(new Date().toISOString()));
      expect(await worker.events.batch(REAL_LANE)).toBe(1);
    });
    expect(await worker.events.batch(REAL_LANE)).toBe(1);
    expect(await shop.runs(held!)).toMatchObject([{ state: 'waiting' }]);
  });

  it.each<[string, (worker: Worker, person: string, enrollmentId: string) => Promise<unknown>]>([
    ['an order is applied', (worker) => worker.events.batch(REAL_LANE)],
    [
      'the run is ended by hand',
      (worker, _, enrollmentId) =>
        database.engine.transaction((tx) =>
          worker.mover.exit(
            tx,
            [{ environmentId: shop.environmentId, enrollmentId, reason: 'exited:purchased' }],
            new Date(),
          ),
        ),
    ],
  ])('take back the letter that another one plans at the moment at which %s', async (_, act) => {
    await due();
    const [person] = people;
    const { id, subject } = (await shop.runs(person!))[0]!;
    await shop.receive(person!, order(new Date().toISOString(), 'o-1', subject));
    const worker = aWorker(database);
    const { ledger } = worker;
    let acted: Promise<unknown> | undefined;
    const planning = aWorker(database, ledger);
    const plan = ledger.plan.bind(ledger);
    // The due batch has written its runs and holds them: whoever ends one now must see how it leaves it.
    ledger.plan = async (tx, rows) => {
      acted ??= act(worker, person!, id);
      while ((await database.engine.query(WAITING)).length === 0);
      return plan(tx, rows);
    };
    await planning.due.batch(REAL_LANE);
    await acted;
    expect((await shop.runs(person!))[0]).toMatchObject({ state: 'ended', endReason: 'exited:purchased' });
    expect(ledger.messages.filter(({ enrollmentId }) => enrollmentId === id)).toMatchObject([
      { state: 'cancelled', reason: 'exited:purchased' },
    ]);
  });
});

/** Sessions that wait for a row of somebody else. */
const WAITING = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`;
