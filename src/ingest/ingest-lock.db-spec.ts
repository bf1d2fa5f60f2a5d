import pg from 'pg';
import { aCollector } from '../../test/support/a-collector.js';
import { anEvent, type EventWish } from '../../test/support/an-event.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { lockContacts } from '../contacts/contact-facts.js';
import { connectionOf } from '../platform/database/connection.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { EventCollector } from './event-collector.js';

describe('the lock that the guard relies on', () => {
  let db: TestDatabase;
  let store: TestStore;
  let collector: EventCollector;
  let pool: pg.Pool;
  beforeAll(async () => {
    db = await migratedDatabase();
    pool = new pg.Pool(connectionOf(db.url, 'touchmap_engine', 4));
  });
  afterAll(async () => {
    await pool.end();
    await db.close();
  });
  beforeEach(async () => {
    store = await aStore(db.engine);
    collector = aCollector(db.engine);
  });

  const live = (wish: EventWish = {}) => anEvent({ environmentId: store.liveId, ...wish });
  const contacts = () =>
    db.engine.query('SELECT id FROM contacts WHERE environment_id = $1 ORDER BY email DESC', [store.liveId]);

  const waitingFor = (pid: number) =>
    db.engine.query<{ pid: number }>('SELECT pid FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))', [pid]);
  const until = async <T>(look: () => Promise<T[]>): Promise<T[]> => {
    const found = await look();
    return found.length > 0 ? found : until(look);
  };

  it('keeps an event from its 202 while a guard holds the contact', async () => {
    await collector.submit([live()]);
    const ref = { environmentId: store.liveId, contactId: (await contacts())[0]!.id as string };
    let answered = false;
    let submitted: Promise<unknown> | undefined;
    await new EngineDatabase(pool).transaction(async (tx) => {
      const [{ pid }] = (await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
      await lockContacts(tx, [ref]);
      submitted = collector.submit([live({ type: 'order.placed' })]).then(() => (answered = true));
      await until(() => waitingFor(pid));
      expect(answered).toBe(false);
      expect(await tx.query('SELECT 1 FROM storefront_events WHERE contact_id = $1', [ref.contactId])).toHaveLength(1);
    });
    await submitted;
    expect(answered).toBe(true);
  });

  it('makes a guard wait for an event under way, and then see it', async () => {
    await collector.submit([live()]);
    const ref = { environmentId: store.liveId, contactId: (await contacts())[0]!.id as string };
    // Somebody's open transaction on the same client id keeps the ingest statement open after it has locked the contact.
    const holder = await pool.connect();
    await holder.query('BEGIN');
    const [{ pid }] = (await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows as [{ pid: number }];
    await holder.query(
      `INSERT INTO event_keys SELECT environment_id, 'order-1', '\\x00', id, created_at FROM contacts WHERE id = $1`,
      [ref.contactId],
    );
    const order = collector.submit([live({ key: 'order-1', type: 'order.placed' })]);
    const [ingest] = await until(() => waitingFor(pid));
    const seen = new EngineDatabase(pool).transaction(async (tx) => {
      await lockContacts(tx, [ref]);
      return tx.query(`SELECT 1 FROM storefront_events WHERE contact_id = $1 AND type = 'order.placed'`, [
        ref.contactId,
      ]);
    });
    await until(() => waitingFor(ingest!.pid));
    await holder.query('ROLLBACK');
    holder.release();
    expect((await order)[0]!.kind).toBe('stored');
    expect(await seen).toHaveLength(1);
  });

  it('and lets the events of everybody else pass when somebody keeps holding one', async () => {
    await collector.submit([live({ email: 'held@example.com' }), live({ email: 'free@example.com' })]);
    const hurried = aCollector(db.engine, undefined, undefined, { heldMs: 50 });
    const refs = (await contacts()).map(({ id }) => ({ environmentId: store.liveId, contactId: id as string }));
    const kinds = async (...emails: string[]) =>
      (await hurried.submit(emails.map((email) => live({ email })))).map(({ kind }) => kind);
    await new EngineDatabase(pool).transaction(async (tx) => {
      await lockContacts(tx, [refs[0]!]);
      expect(await kinds('free@example.com', 'held@example.com', 'new@example.com')).toEqual([
        'stored',
        'unavailable',
        'stored',
      ]);
    });
    expect(await kinds('held@example.com')).toEqual(['stored']);
  });
});
