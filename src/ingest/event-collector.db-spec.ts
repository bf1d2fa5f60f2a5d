import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { aCollector } from '../../test/support/a-collector.js';
import { anEvent } from '../../test/support/an-event.js';
import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import type { RunMerger } from '../contacts/ports.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { Unavailable } from '../platform/http/domain-error.js';
import type { EventCollector } from './event-collector.js';
import type { IncomingEvent } from './incoming-event.js';

describe('EventCollector', () => {
  const mergeRuns = jest.fn<RunMerger['mergeRuns']>();
  let db: TestDatabase;
  let store: TestStore;
  let collector: EventCollector;
  const wake = jest.fn();

  beforeAll(async () => {
    Logger.overrideLogger(false);
    db = await migratedDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    store = await aStore(db.engine);
    mergeRuns.mockReset().mockResolvedValue(undefined);
    wake.mockReset();
    collector = aCollector(db.engine, wake, mergeRuns);
  });

  const live = (
    wish: Parameters<typeof anEvent>[0] extends infer W ? Omit<W & object, 'environmentId'> : never = {},
  ): IncomingEvent => anEvent({ environmentId: store.liveId, ...wish });
  const rows = (sql: string) => db.engine.query(sql, [store.liveId]);
  const contacts = () =>
    rows('SELECT * FROM contacts WHERE environment_id = $1 AND merged_into IS NULL ORDER BY created_at, id');
  const events = () => rows('SELECT * FROM storefront_events WHERE environment_id = $1 ORDER BY received_at, id');
  const kinds = async (...batch: IncomingEvent[]) => (await collector.submit(batch)).map(({ kind }) => kind);

  it('stores ten equal requests at once as one event and answers the same id to all', async () => {
    const same = Array.from({ length: 10 }, () => live({ key: 'cart-81' }));
    const other = aCollector(db.engine);
    const results = (await Promise.all(same.map((event, i) => (i % 2 ? collector : other).submit([event])))).flat();
    expect(results.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'duplicate')).toHaveLength(9);
    expect(new Set(results.map((result) => 'id' in result && result.id))).toEqual(new Set(['cart-81']));
    expect(await events()).toHaveLength(1);
    expect(await contacts()).toHaveLength(1);
  });

  it('refuses a known id with another body and stores nothing of it', async () => {
    expect(await kinds(live({ key: 'a' }))).toEqual(['stored']);
    expect(await kinds(live({ key: 'a', dataJson: '{"cartId":"82"}', patch: { first_name: 'Other' } }))).toEqual([
      'conflict',
    ]);
    expect(await kinds(live({ key: 'b' }), live({ key: 'b' }), live({ key: 'b', dataJson: '{}' }))).toEqual([
      'stored',
      'duplicate',
      'conflict',
    ]);
    expect(await events()).toHaveLength(2);
    expect((await contacts())[0]!.first_name).toBeNull();
  });

  it('knows an event again whose id is behind a blind key, as it is once its person was erased', async () => {
    const key = 'order of anna@example.com';
    expect(await kinds(live({ key }))).toEqual(['stored']);
    await db.engine.query('UPDATE event_keys SET key = $2 WHERE environment_id = $1', [
      store.liveId,
      BLIND_KEYS.of(key),
    ]);
    expect(await kinds(live({ key }), live({ key, dataJson: '{}' }))).toEqual(['duplicate', 'conflict']);
  });

  it('takes every event without an id as a new one', async () => {
    expect(await kinds(live(), live(), live())).toEqual(['stored', 'stored', 'stored']);
    expect(await events()).toHaveLength(3);
  });

  it('receives events in the order in which they came', async () => {
    const batch = Array.from({ length: 40 }, (_, i) => live({ key: `k${i}`, email: `p${(i * 7) % 11}@example.com` }));
    await collector.submit(batch);
    expect((await events()).map((event) => event.key as string)).toEqual(batch.map(({ key }) => key));
  });

  it('keeps what an event leaves out, clears what it says is null, merges attributes key by key', async () => {
    await collector.submit([
      live({
        patch: { first_name: 'Anna', locale: 'ru', tags: ['vip'] },
        attributes: { size: 'M', color: 'red', deep: { a: null } },
      }),
      live({ patch: { locale: null }, attributes: { color: null, age: 30 } }),
    ]);
    await collector.submit([live({ patch: { last_name: 'Ivanova' }, attributes: { size: 'L' } })]);
    expect((await contacts())[0]).toMatchObject({
      email: 'anna@example.com',
      first_name: 'Anna',
      last_name: 'Ivanova',
      locale: null,
      tags: ['vip'],
      attributes: { size: 'L', age: 30, deep: { a: null } },
    });
    await collector.submit([live({ attributes: null })]);
    expect((await contacts())[0]!.attributes).toEqual({});
  });

  it('makes one person of two collectors that see somebody new at the same moment', async () => {
    const others = Array.from({ length: 4 }, () => aCollector(db.engine));
    const all = Array.from({ length: 40 }, (_, i) =>
      live({ email: `new${i % 5}@example.com`, externalId: `e${i % 5}` }),
    );
    const results = await Promise.all(all.map((event, i) => others[i % 4]!.submit([event])));
    expect(results.flat().every(({ kind }) => kind === 'stored')).toBe(true);
    expect(await contacts()).toHaveLength(5);
    expect(await events()).toHaveLength(40);
  });

  describe('who is who', () => {
    it('joins an anonymous browser to the person of a later event, with everything it did', async () => {
      await collector.submit([live({ anonymousId: 'b1', key: 'first' })]);
      await collector.submit([live({ email: 'anna@example.com', key: 'known' })]);
      const [browser, anna] = await contacts();
      expect(
        await kinds(
          live({ email: 'anna@example.com', anonymousId: 'b1', key: 'joined' }),
          live({ anonymousId: 'b1', key: 'after' }),
        ),
      ).toEqual(['stored', 'stored']);
      const [person, ...rest] = await contacts();
      expect(rest).toEqual([]);
      expect(person).toMatchObject({ id: browser!.id as string, email: 'anna@example.com' });
      expect((await events()).map((event) => event.contact_id as string)).toEqual(
        Array.from({ length: 4 }, () => browser!.id as string),
      );
      expect(mergeRuns).toHaveBeenCalledTimes(1);
      expect(mergeRuns.mock.calls[0]![1]).toMatchObject({ from: anna!.id as string, into: browser!.id as string });
    });

    it('gives an anonymous browser its first address without a merge', async () => {
      await collector.submit([live({ anonymousId: 'b1' }), live({ anonymousId: 'b1', email: 'anna@example.com' })]);
      expect(await contacts()).toMatchObject([{ email: 'anna@example.com', email_key: 'anna@example.com' }]);
      expect(mergeRuns).not.toHaveBeenCalled();
    });

    it('merges a contact known only by its address into the one with the external id, whose fields count', async () => {
      await collector.submit([
        live({ email: 'anna@example.com', patch: { first_name: 'Old', phone: '1' }, attributes: { a: 1, b: 1 } }),
      ]);
      await collector.submit([live({ externalId: 'u1', patch: { first_name: 'Anna' }, attributes: { b: 2 } })]);
      expect(await kinds(live({ externalId: 'u1', email: 'anna@example.com' }))).toEqual(['stored']);
      expect(await contacts()).toMatchObject([
        { external_id: 'u1', email: 'anna@example.com', first_name: 'Anna', phone: '1', attributes: { a: 1, b: 2 } },
      ]);
    });

    it('leaves the address with the contact of another external id, and the event says so', async () => {
      await collector.submit([
        live({ externalId: 'u1', email: 'anna@example.com' }),
        live({ externalId: 'u2', email: 'anna@example.com' }),
      ]);
      expect((await contacts()).map((person): unknown[] => [person.external_id, person.email])).toEqual([
        ['u1', 'anna@example.com'],
        ['u2', null],
      ]);
      expect((await events()).map((event) => event.identity_conflict as boolean)).toEqual([false, true]);
    });

    it('moves a person to the address of a newer event and frees the old one', async () => {
      await collector.submit([
        live({ externalId: 'u1', email: 'old@example.com' }),
        live({ externalId: 'u1', email: 'new@example.com' }),
        live({ email: 'old@example.com' }),
      ]);
      expect((await contacts()).map((person): unknown[] => [person.external_id, person.email])).toEqual([
        ['u1', 'new@example.com'],
        [null, 'old@example.com'],
      ]);
      await collector.submit([live({ externalId: 'u1', email: null })]);
      expect((await contacts())[0]).toMatchObject({ external_id: 'u1', email: null, email_key: null });
    });

    it('keeps the order of a person whose merge has to come first', async () => {
      await collector.submit([live({ anonymousId: 'b1' }), live({ email: 'anna@example.com' })]);
      const batch = [
        live({ email: 'anna@example.com', anonymousId: 'b1', key: '1' }),
        live({ email: 'anna@example.com', key: '2' }),
        live({ anonymousId: 'b1', key: '3' }),
      ];
      await collector.submit([...batch, live({ email: 'bob@example.com', key: '4' })]);
      const keys = (await events()).map((event) => event.key as string).filter((key) => /^\d$/.test(key));
      expect(keys.filter((key) => key !== '4')).toEqual(['1', '2', '3']);
    });
  });

  it('takes an event up to five minutes ahead as of its environment’s now and refuses more, in the sandbox by its clock', async () => {
    const sandbox = (at: string | null) =>
      anEvent({ environmentId: store.sandboxId, clock: 'virtual', occurredAt: at === null ? null : new Date(at) });
    expect(
      await kinds(sandbox('2026-11-21T09:05:00.000Z'), sandbox('2026-11-21T09:05:00.001Z'), sandbox(null)),
    ).toEqual(['stored', 'in_future', 'stored']);
    const stored = await db.engine.query(
      'SELECT occurred_at FROM storefront_events WHERE environment_id = $1 ORDER BY id',
      [store.sandboxId],
    );
    expect(stored.map((event) => (event.occurred_at as Date).toISOString())).toEqual([
      '2026-11-21T09:00:00.000Z',
      '2026-11-21T09:00:00.000Z',
    ]);
    expect(wake).not.toHaveBeenCalled();
    await collector.submit([live()]);
    expect(wake).toHaveBeenCalledWith('enrollments');
  });

  it('dates an order behind the cart before it also where the database’s clock was set back meanwhile', async () => {
    const shifted = new ShiftedDatabase(db.engine.pool);
    const mine = aCollector(shifted);
    await mine.submit([live({ type: 'cart.updated' })]);
    shifted.byMs = -2 * 60_000;
    await mine.submit([live({ type: 'order.placed' })]);
    const [cart, order] = await rows('SELECT * FROM storefront_events WHERE environment_id = $1 ORDER BY occurred_at');
    expect([cart!['type'], order!['type']]).toEqual(['cart.updated', 'order.placed']);
  });

  it('does not let one event that the database refuses fail its neighbours', async () => {
    const poison = live({ key: 'poison', dataJson: '{"a":"\\u0000"}' });
    expect(await kinds(live({ key: '1' }), live({ key: '2' }), poison, live({ key: '3' }))).toEqual([
      'stored',
      'stored',
      'unstorable',
      'stored',
    ]);
    expect((await events()).map((event) => event.key as string)).toEqual(['1', '2', '3']);
  });

  it('answers unavailable and stores nothing while the database is away', async () => {
    const away = new pg.Pool({
      connectionString: 'postgres://nobody@127.0.0.1:1/none',
      connectionTimeoutMillis: 1_000,
    });
    const results = await aCollector(new EngineDatabase(away)).submit([live({ key: '1' }), live({ key: '2' })]);
    expect(results.map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable']);
    expect(await events()).toEqual([]);
    expect(await kinds(live({ key: '1' }))).toEqual(['stored']);
    await away.end();
  });

  it('answers in time while the database is slow, and stores what was sent again once', async () => {
    const owner = new pg.Client({ connectionString: db.url });
    await owner.connect();
    await owner.query('BEGIN');
    await owner.query('LOCK TABLE event_keys IN ACCESS EXCLUSIVE MODE');
    const patient = aCollector(db.engine, wake, mergeRuns, { patienceMs: 200 });
    const event = (key: string) => live({ key });
    const underWay = patient.submit([event('1')]);
    await new Promise((resolve) => setTimeout(resolve, 20)); // its statement is under way, the next ones wait behind it
    const behind = [patient.submit([event('2')]), patient.submit([event('3')])];
    const results = (await Promise.all([underWay, ...behind])).flat();
    expect(results.map(({ kind }) => kind)).toEqual(['unavailable', 'unavailable', 'unavailable']);
    await owner.query('COMMIT');
    await owner.end();
    await patient.idle();
    expect((await events()).map(({ key }) => key as string)).toEqual(['1']);
    expect(await kinds(event('1'), event('2'), event('3'))).toEqual(['duplicate', 'stored', 'stored']);
    expect(await events()).toHaveLength(3);
    expect((await patient.submit([event('4')]))[0]!.kind).toBe('stored');
  });

  it('refuses more when too much is waiting, and loses nothing of what it took', async () => {
    const taken = Array.from({ length: 10 }, () => collector.submit(Array.from({ length: 1_000 }, () => live())));
    expect(() => collector.submit([live()])).toThrow(Unavailable);
    const results = (await Promise.all(taken)).flat();
    expect(results.every(({ kind }) => kind === 'stored')).toBe(true);
    expect(await kinds(live())).toEqual(['stored']);
    expect(await events()).toHaveLength(10_001);
  });
});

/** Its clock can be set. */
class ShiftedDatabase extends EngineDatabase {
  byMs = 0;

  override async query<R extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    const rows = await super.query<R>(text, values);
    return rows.map((row) => {
      const { now } = row as { readonly now?: unknown };
      return now instanceof Date ? { ...row, now: new Date(now.getTime() + this.byMs) } : row;
    });
  }
}
