import pg from 'pg';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { StoredKeyVerifier } from './key-verifier.js';
import { insertKey } from './keys.service.js';

describe('verifying a key', () => {
  let database: TestDatabase;
  let store: TestStore;
  let verifier: StoredKeyVerifier;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
  });
  beforeEach(() => (verifier = new StoredKeyVerifier(database.engine, new ProcessClock())));
  afterAll(() => database.close());

  const aKey = (mode: 'live' | 'sandbox' = 'live') =>
    insertKey(database.engine, { storeId: store.storeId, mode, name: 'test', scopes: ['contacts'] });

  it('finds the store, the environment and the scopes, and answers at once the second time', async () => {
    const { id, key } = await aKey('sandbox');
    const caller = {
      storeId: store.storeId,
      environmentId: store.sandboxId,
      mode: 'sandbox',
      clock: 'virtual',
      keyId: id,
      scopes: ['contacts'],
    };
    expect(await verifier.verify(key)).toEqual(caller);
    expect(verifier.verify(key)).toEqual(caller);
  });

  it('refuses a wrong secret, the other mode, an unknown id and what is no key', async () => {
    const { key } = await aKey();
    expect(await verifier.verify(key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A'))).toBeNull();
    expect(await verifier.verify(key.replace('tm_live_', 'tm_test_'))).toBeNull();
    expect(await verifier.verify(`tm_live_0000000000_${'x'.repeat(43)}`)).toBeNull();
    expect(verifier.verify('hello')).toBeNull();
  });

  it('refuses a revoked key, at once in the process that revoked it', async () => {
    const { id, key } = await aKey();
    expect(await verifier.verify(key)).not.toBeNull();
    await database.engine.query('UPDATE api_keys SET revoked_at = clock_timestamp() WHERE id = $1', [id]);
    verifier.forget(id);
    expect(await verifier.verify(key)).toBeNull();
    expect(await new StoredKeyVerifier(database.engine, new ProcessClock()).verify(key)).toBeNull();
  });

  it.each([
    ['somebody', true],
    ['nobody', false],
  ])('refuses a revoked key also when a look-up brings its row afterwards, and %s asked meanwhile', async (_, asks) => {
    const { id, key } = await aKey();
    let revoke = () => Promise.resolve();
    const slow = Object.create(database.engine) as typeof database.engine;
    slow.query = (async (...args: Parameters<typeof database.engine.query>) => {
      const rows = await database.engine.query(...args);
      await revoke();
      return rows;
    }) as never;
    const here = new StoredKeyVerifier(slow, new ProcessClock());
    let later: unknown;
    revoke = async () => {
      revoke = () => Promise.resolve();
      await database.engine.query('UPDATE api_keys SET revoked_at = clock_timestamp() WHERE id = $1', [id]);
      here.forget(id);
      later = asks ? here.verify(key) : null; // while the look-up before is under way
    };
    expect(await here.verify(key)).not.toBeNull(); // asked before the revocation
    expect(await later).toBeNull();
    expect(await here.verify(key)).toBeNull();
  });

  it('refuses a key within 10 seconds after another process revoked it', async () => {
    const clock = { ms: 1_000, now: () => new Date(0), monotonicMs: () => clock.ms };
    const elsewhere = new StoredKeyVerifier(database.engine, clock);
    const { id, key } = await aKey();
    expect(await elsewhere.verify(key)).not.toBeNull();
    await database.engine.query('UPDATE api_keys SET revoked_at = clock_timestamp() WHERE id = $1', [id]);
    clock.ms += 10_001;
    expect(await elsewhere.verify(key)).toBeNull();
  });

  it('says that the database is away when it is too slow to tell', async () => {
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    const { key } = await aKey();
    await owner.query('BEGIN');
    await owner.query('LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE');
    const asked = verifier.verify(key);
    await expect(asked).rejects.toMatchObject({ status: 503 });
    await owner.query('COMMIT');
    await owner.end();
    expect(await verifier.verify(key)).not.toBeNull();
  });

  it('knows which keys were in force here, and no other text', async () => {
    const { key } = await aKey();
    expect(verifier.isFamiliar(key)).toBe(false);
    await verifier.verify(key);
    expect([verifier.isFamiliar(key), verifier.isFamiliar('hello')]).toEqual([true, false]);
  });

  it('asks the database once for many requests at the same moment, notes their use once, and remembers who is unknown', async () => {
    const { key } = await aKey();
    const asked: string[] = [];
    const counting = Object.create(database.engine) as typeof database.engine;
    counting.query = ((...args: Parameters<typeof database.engine.query>) => {
      asked.push(args[0].slice(0, 6));
      return database.engine.query(...args);
    }) as never;
    const fresh = new StoredKeyVerifier(counting, new ProcessClock());
    await Promise.all(Array.from({ length: 20 }, async () => fresh.verify(key)));
    expect(asked).toEqual(['SELECT', 'UPDATE']);
    const unknown = `tm_live_0000000000_${'x'.repeat(43)}`;
    for (let times = 0; times < 2; times++) expect(await fresh.verify(unknown)).toBeNull();
    expect(asked).toEqual(['SELECT', 'UPDATE', 'SELECT']);
  });
});
