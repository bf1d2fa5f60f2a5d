import { DataSource } from 'typeorm';
import { anEvent } from '../../test/support/an-event.js';
import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { EventStore } from '../ingest/event-store.js';
import { IngestTimes } from '../ingest/ingest-times.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import type { Sql } from '../platform/database/sql.js';
import { ContactsService } from './contacts.service.js';
import { IdentityChanges } from './identity-changes.js';

const ANNA = 'anna@example.com';

describe('a person who becomes one with another while they are waited for', () => {
  let db: TestDatabase;
  let source: DataSource;
  let contacts: ContactsService;
  let scope: Scope;
  /** Happens once, between a look for a person and the lock. */
  let meanwhile: (() => Promise<unknown>) | null = null;

  beforeAll(async () => {
    db = await migratedDatabase();
    source = await new DataSource(requestDataSource(db.url) as never).initialize();
    const slow = (tx: Sql): Sql => ({
      query: async (text, values) => {
        const happens = text.includes('FOR NO KEY UPDATE') ? meanwhile : null;
        if (happens) meanwhile = null;
        await happens?.();
        return tx.query(text, values);
      },
    });
    const engine = {
      transaction: <T>(work: (tx: Sql) => Promise<T>) => db.engine.transaction((tx) => work(slow(tx))),
    } as EngineDatabase;
    const done = () => Promise.resolve();
    contacts = new ContactsService(
      new RequestDatabase(source),
      engine,
      { endRuns: done },
      { consentGiven: done },
      { keep: done },
      BLIND_KEYS,
    );
  });
  afterAll(async () => {
    await source.destroy();
    await db.close();
  });
  beforeEach(async () => {
    const store = await aStore(db.engine);
    scope = { storeId: store.storeId, environmentId: store.liveId };
    await ingest({ externalId: 'u1' });
    await ingest({ email: ANNA });
    meanwhile = () => ingest({ externalId: 'u1', email: ANNA });
  });

  const ingest = async (wish: Partial<Parameters<typeof anEvent>[0]>) => {
    const events = [anEvent({ environmentId: scope.environmentId, ...wish })];
    const changes = new IdentityChanges({ mergeRuns: () => Promise.resolve() });
    const inbox = new EventStore(db.engine, changes, new IngestTimes(), BLIND_KEYS);
    for (let taken = 0; taken === 0;) taken = (await inbox.round(events)).results.size;
  };
  const left = () => db.engine.query(`SELECT key FROM contact_keys WHERE environment_id = $1`, [scope.environmentId]);

  it('is erased under both names', async () => {
    await contacts.erase(scope, ANNA);
    expect(await left()).toEqual([]);
  });

  it('is erased by the id of the one that goes', async () => {
    const { id } = await contacts.get(scope, ANNA);
    await contacts.erase(scope, id);
    expect(await left()).toEqual([]);
  });

  it('is changed, where it stays', async () => {
    expect(await contacts.patch(scope, ANNA, { firstName: 'Anna' })).toMatchObject({
      externalId: 'u1',
      email: ANNA,
      firstName: 'Anna',
    });
  });
});
