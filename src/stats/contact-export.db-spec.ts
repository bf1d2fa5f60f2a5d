import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { DataSource } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact } from '../../test/support/letters.js';
import { onServer } from '../../test/support/template-database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { CompiledVersions } from '../templates/compiled-versions.js';
import { KeptLetters } from '../templates/kept-letters.js';
import { ContactExport } from './contact-export.js';

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

function anExport(requests: RequestDatabase, { engine }: TestDatabase): ContactExport {
  return new ContactExport(requests, new KeptLetters(new CompiledVersions(engine)), BLIND_KEYS);
}
