import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { DataSource } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import { onServer } from '../../test/support/template-database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { encodeCursor, pageQuery } from '../platform/http/pages.js';
import { newId } from '../platform/ids.js';
import { CompiledVersions } from '../templates/compiled-versions.js';
import { KeptLetters } from '../templates/kept-letters.js';
import { ContactExport } from './contact-export.js';
import { ContactHistory } from './contact-history.js';
import { EXPORT_SECTIONS } from './export-sections.js';

const EVENTS = 100_000;

/** Counts what is asked for. */
class CountingDatabase extends RequestDatabase {
  reads = 0;

  override read<T>(...args: Parameters<RequestDatabase['read']>): Promise<T> {
    this.reads++;
    return super.read(...args) as Promise<T>;
  }
}

describe('the export of a person with a long history', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: TestStore;
  let requests: CountingDatabase;
  let scope: Scope;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    const { type: _, ...options } = requestDataSource(database.url);
    source = await new DataSource({ ...options, type: 'postgres', entities: [] } as never).initialize();
    requests = new CountingDatabase(source);
    scope = { storeId: store.storeId, environmentId: store.liveId };
    const contactId = await aContact(database.engine, store.liveId, 'anna@example.com');
    const other = await aContact(database.engine, store.liveId, 'boris@example.com');
    for (const [contact, count] of [
      [contactId, EVENTS],
      [other, 10],
    ] as const)
      await database.engine.query(
        `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data, processed_at)
         SELECT $1, gen_random_uuid(), now(), 'real', $2::text || n, 'product.viewed', $2::uuid,
           now() - n * interval '1 minute', jsonb_build_object('productId', n), now()
         FROM generate_series(1, $3) AS n`,
        [store.liveId, contact, count],
      );
    // As autovacuum does within minutes; it is then that a planner prefers to sort everything.
    await onServer(database.url, 'ANALYZE storefront_events');
  }, 60_000);
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  it('reads a page when the reader has taken the one before, and brings every row once', async () => {
    const pieces = await anExport(requests, database).start(scope, 'anna@example.com');
    let longest = 0;
    let readsAtFirstEvents = 0;
    const products = new Set<number>();
    for await (const piece of pieces) {
      longest = Math.max(longest, piece.length);
      if (products.size === 0 && piece.includes('product.viewed')) readsAtFirstEvents = requests.reads;
      for (const [, product] of piece.matchAll(/"productId":(\d+)/g)) products.add(Number(product));
    }
    expect(products.size).toBe(EVENTS);
    // The person, two sections before the events, and the events' first page: nothing is fetched ahead.
    expect(readsAtFirstEvents).toBe(4);
    expect(longest).toBeLessThan(1_000_000);
  }, 120_000);

  it('stops reading when its reader goes away', async () => {
    const pieces = await anExport(requests, database).start(scope, 'anna@example.com');
    for await (const piece of pieces) if (piece.includes('product.viewed')) break;
    const { reads } = requests;
    expect((await pieces.next()).done).toBe(true);
    expect(requests.reads).toBe(reads);
  });
});

describe('the history of somebody who was two contacts', () => {
  const AT = '2026-11-21T09:00:00.000Z';
  /** The same as a cursor has it. */
  const WRITTEN = '2026-11-21 09:00:00+00';
  /** Everything at one instant, causes with the larger ids. */
  const [EVENT, STEP, CLICK, ORDER] = ['f', 'e', '1', '0'].map(
    (first) => `${first}0000000-0000-7000-8000-000000000000`,
  );
  let database: TestDatabase;
  let source: DataSource;
  let store: TestStore;
  let history: ContactHistory;
  let scope: Scope;
  let merged: string;
  const [first, second] = [newId(), newId()];

  beforeAll(async () => {
    database = await migratedDatabase();
    source = await new DataSource(requestDataSource(database.url) as never).initialize();
    history = new ContactHistory(new RequestDatabase(source));
    store = await aStore(database.engine);
    const { storeId, liveId } = store;
    scope = { storeId, environmentId: liveId };
    const { engine } = database;
    const stays = await aContact(engine, liveId, 'anna@example.com');
    merged = await aContact(engine, liveId);
    await engine.query('UPDATE contacts SET merged_into = $2 WHERE id = $1', [merged, stays]);
    await engine.query(`INSERT INTO scenarios (store_id, key, name, draft) VALUES ($1, 'abandoned-cart', 'a', '{}')`, [
      storeId,
    ]);
    await engine.query(
      `INSERT INTO scenario_versions (store_id, scenario_key, version, document) VALUES ($1, 'abandoned-cart', 1, '{}')`,
      [storeId],
    );
    const outcomes = JSON.stringify([{ scenario: 'abandoned-cart', outcome: 'entered', reason: null }]);
    for (const [id, contact, at] of [
      [EVENT, merged, AT],
      [newId(), stays, '2026-11-21T12:00:00Z'],
    ])
      await engine.query(
        `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data, processed_at, outcomes)
         VALUES ($1, $2, $4, 'real', 'k' || $2::uuid, 'cart.updated', $3, $4, '{}', $4, $5)`,
        [liveId, id, contact, at, outcomes],
      );
    for (const [id, contact, at] of [
      [first, merged, AT],
      [second, stays, '2026-11-21T12:00:00Z'],
    ])
      await engine.query(
        `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
           position, due_at, previous_at, entered_at, last_activity_at, event)
         VALUES ($1, $2, $3, 'real', 'abandoned-cart', 1, 'marketing', $4, 's' || $2::uuid, 'waiting', '0', $5, $5, $5, $5, '{}')`,
        [liveId, id, storeId, contact, at],
      );
    const steps = [
      [newId(), 1, 1, 'reminder', 'sent', null, '2026-11-21T11:00:00Z', null],
      [STEP, 1, 1, null, 'entered', null, AT, null],
    ];
    await engine.query(
      'INSERT INTO enrollment_history (environment_id, enrollment_id, id, steps) VALUES ($1, $2, $3, $4)',
      [liveId, first, newId(), JSON.stringify(steps)],
    );
    const messageId = await aLetter(engine, {
      environmentId: liveId,
      storeId,
      contactId: merged,
      sentAt: new Date(AT),
    });
    await engine.query(`UPDATE messages SET created_at = created_at - interval '1 hour' WHERE id = $1`, [messageId]);
    await engine.query(
      `INSERT INTO engagements (environment_id, id, message_id, occurred_at, received_at, action, actor, verdict)
       VALUES ($1, $2, $3, $4, $4, 'open', 'person', 'person')`,
      [liveId, CLICK, messageId, AT],
    );
    await engine.query(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
       VALUES ($1, $2, 'o', 'order.placed', $3, $4, '{}', 'pending')`,
      [liveId, ORDER, merged, AT],
    );
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  const timeline = async (cursor?: string) =>
    history.timeline(scope, 'anna@example.com', pageQuery('timeline', '200', cursor));

  it('tells what both did, causes before effects at one instant, and letters when they went', async () => {
    const { items } = await timeline();
    const at = (instant: string) => items.filter((item) => item.at === instant).map(({ kind }) => kind);
    expect(at(AT)).toEqual(['event', 'run', 'message', 'engagement', 'conversion']);
    expect(items.slice(5).map(({ kind }) => kind)).toEqual(['run', 'event']);
    expect(items[4]).toMatchObject({ kind: 'conversion', value: null });
  });

  it('explains the runs of both and what both did, the newest first', async () => {
    const { run, others, events } = await history.explain(scope, 'anna@example.com', { scenario: 'abandoned-cart' });
    expect([run!.id, ...others.map(({ id }) => id)]).toEqual([second, first]);
    expect(events.map(({ at }) => at)).toEqual(['2026-11-21T12:00:00.000Z', AT]);
  });

  it('exports a run’s steps in the order of time', async () => {
    const { sql, first: start } = EXPORT_SECTIONS.find(({ name }) => name === 'enrollments')!;
    const [row] = await database.engine.query<{ item: { steps: { outcome: string }[] } }>(sql, [
      store.liveId,
      merged,
      start,
      10,
    ]);
    expect(row!.item.steps.map(({ outcome }) => outcome)).toEqual(['entered', 'sent']);
  });

  it.each([
    ['no instant', 'yesterday', 1, EVENT!],
    ['a number for an instant', 2026, 1, EVENT!],
    ['an instant of a year that PostgreSQL cannot read', '+275760-09-13T00:00:00.000Z', 1, EVENT!],
    ['a day that no calendar has', '2026-99-21 09:00:00+00', 1, EVENT!],
    ['half a rank', WRITTEN, 1.5, EVENT!],
    ['no id', WRITTEN, 1, 'event'],
    ['something more', WRITTEN, 1, EVENT!, 1],
  ])('refuses a cursor with %s', async (_, ...position) => {
    await expect(timeline(encodeCursor('timeline', position))).rejects.toMatchObject({ code: 'invalid_cursor' });
  });
});

function anExport(requests: RequestDatabase, { engine }: TestDatabase): ContactExport {
  return new ContactExport(requests, new KeptLetters(new CompiledVersions(engine)), BLIND_KEYS);
}
