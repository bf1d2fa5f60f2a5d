import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aScenario } from '../../test/support/planned-letters.js';
import { newId } from '../platform/ids.js';
import { eraseContact } from './erase-contact.js';

/** Every table that tells something of a person. */
const TABLES = [
  'contacts',
  'contact_keys',
  'consents',
  'suppressions',
  'soft_bounces',
  'storefront_events',
  'event_keys',
  'enrollments',
  'conversions',
  'messages',
  'message_bodies',
  'send_attempts',
  'engagements',
  'provider_events',
];

/** The ids under which a person's rows are kept. */
interface Ids {
  readonly contact: string;
  readonly event: string;
  readonly order: string;
  readonly run: string;
  readonly other: string;
  readonly letter: string;
  readonly test: string;
}

describe('the erasure of a person', () => {
  let db: TestDatabase;
  let store: TestStore;
  const at = new Date('2026-11-21T12:00:00Z');

  beforeAll(async () => {
    db = await migratedDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    store = await aStore(db.engine);
    await aScenario(db.engine, store);
  });

  const someIds = (): Ids => ({
    contact: newId(),
    event: newId(),
    order: newId(),
    run: newId(),
    other: newId(),
    letter: newId(),
    test: newId(),
  });

  /** Stores somebody of whom everything is known, and all of it by name. */
  async function somebody(environmentId: string, name: string, ids: Ids): Promise<void> {
    const $ = (text: string, ...values: unknown[]) => db.engine.query(text, [environmentId, ...values]);
    const address = `${name}@example.com`;
    await $(
      `INSERT INTO contacts (environment_id, id, external_id, email, email_key, first_name, last_name, phone, locale, timezone, tags,
         attributes, marketing_consent, consent_changed_at, confirmed_at, declined, paused_until)
       VALUES ($1, $2, $3, $4, $4, $3, $3, $3, $3, $3, ARRAY[$3], jsonb_build_object('name', $3::text), true, $5, $5, ARRAY[$3], $5)`,
      ids.contact,
      name,
      address,
      at,
    );
    for (const kind of ['external', 'email', 'anonymous'])
      await $('INSERT INTO contact_keys VALUES ($1, $2, $3, $4)', kind, kind === 'email' ? address : name, ids.contact);
    const data = { name };
    await $(
      `INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at, evidence)
       VALUES ($1, $2, $3, 'marketing', true, 'form', $4, $5)`,
      ids.event,
      ids.contact,
      at,
      data,
    );
    await $(`INSERT INTO suppressions VALUES ($1, $2, $2, 'bounce', $3)`, address, at);
    await $(`INSERT INTO soft_bounces VALUES ($1, $2, '2026-11-20', $3)`, address, at);
    for (const [id, run, key] of [
      [ids.event, ids.run, address],
      [ids.order, ids.other, `order-${name.length}`],
    ]) {
      await $(
        `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
         VALUES ($1, $2, $3, 'real', $4, 'order.placed', $5, $3, $6)`,
        id,
        at,
        key,
        ids.contact,
        data,
      );
      await $(`INSERT INTO event_keys VALUES ($1, $2, '\\x00', $3, $4)`, key, id, at);
      await $(
        `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject,
           state, position, previous_at, entered_at, last_activity_at, event, received, end_reason, ended_at)
         VALUES ($1, $2, $3, 'real', 'abandoned-cart', 1, 'marketing', $4, $5, 'ended', 'end', $6, $6, $6, $7, $8, 'erased', $6)`,
        run,
        store.storeId,
        ids.contact,
        name,
        at,
        { id: key, type: 'cart.updated', at: at.toISOString(), data },
        key,
      );
      await $(
        `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state, message_id)
         VALUES ($1, $2, $3, 'order.placed', $4, $5, $6, 'credited', $7)`,
        id,
        key,
        ids.contact,
        at,
        data,
        ids.letter,
      );
    }
    for (const [id, contactId] of [
      [ids.letter, ids.contact],
      [ids.test, null],
    ]) {
      await $(
        `INSERT INTO messages (environment_id, id, store_id, clock, contact_id, message_class, policy, template_key, state, due_at,
           to_address, subject, created_at, sent_at, sent_on, accepted_at)
         VALUES ($1, $2, $3, 'real', $4, 'marketing', 'at-most-once', 'a/b', 'accepted', $5, $6, $7, $5, $5, '2026-11-21', $5)`,
        id,
        store.storeId,
        contactId,
        at,
        contactId ? address : address.toUpperCase(),
        name,
      );
      await $(
        `INSERT INTO message_bodies (environment_id, message_id, html, text, headers, links) VALUES ($1, $2, '', '', $3, '[]')`,
        id,
        data,
      );
      await $(
        `INSERT INTO send_attempts (environment_id, message_id, attempt, token, worker, started_at, detail) VALUES ($1, $2, 1, $2, $2, $3, $4)`,
        id,
        at,
        name,
      );
      await $(
        `INSERT INTO engagements (environment_id, id, received_at, message_id, action, actor, verdict, url, occurred_at, user_agent)
         VALUES ($1, $2, $3, $4, 'click', 'person', 'clean', $5, $3, $5)`,
        newId(),
        at,
        id,
        contactId ? name : '',
      );
      await $(
        `INSERT INTO provider_events (environment_id, id, received_at, connector_id, message_id, kind, outcome, occurred_at, detail)
         VALUES ($1, $2, $3, $2, $4, 'bounce', 'applied', $3, $5)`,
        newId(),
        at,
        id,
        name,
      );
    }
  }

  /** The rows of each table in which the name stands, in whatever case. */
  async function told(environmentId: string, name: string): Promise<Record<string, readonly unknown[]>> {
    const found: Record<string, readonly unknown[]> = {};
    for (const table of TABLES)
      found[table] = await db.engine.query(
        `SELECT * FROM ${table} AS t WHERE environment_id = $1 AND t::text ILIKE '%' || $2 || '%' ORDER BY t::text`,
        [environmentId, name],
      );
    return found;
  }
  const erase = (contactId: string) =>
    db.engine.transaction((tx) => eraseContact(tx, { environmentId: store.liveId, contactId }, at, BLIND_KEYS));

  it('leaves the name in no table, and every row that figures and the block of the address need', async () => {
    const ids = someIds();
    await somebody(store.liveId, 'anna', ids);
    for (const rows of Object.values(await told(store.liveId, 'anna'))) expect(rows).not.toEqual([]);
    await erase(ids.contact);
    for (const rows of Object.values(await told(store.liveId, 'anna'))) expect(rows).toEqual([]);
    const left = Object.entries(await told(store.liveId, '')).map(([table, rows]) => [table, rows.length]);
    expect(Object.fromEntries(left)).toEqual({
      contacts: 1,
      contact_keys: 0,
      consents: 1,
      suppressions: 1,
      soft_bounces: 0,
      storefront_events: 2,
      event_keys: 2,
      enrollments: 2,
      conversions: 2,
      messages: 2,
      message_bodies: 0,
      send_attempts: 2,
      engagements: 2,
      provider_events: 2,
    });
    const [person] = await db.engine.query('SELECT * FROM contacts WHERE id = $1', [ids.contact]);
    const expected = { marketing_consent: null, confirmed_at: null, paused_until: null, tags: [], attributes: {} };
    expect(person).toMatchObject({ ...expected, erased_at: at });
  });

  it('keeps ids that name nobody, and may be asked for once more', async () => {
    const ids = someIds();
    await somebody(store.liveId, 'anna', ids);
    await erase(ids.contact);
    await erase(ids.contact);
    const [kept] = await db.engine.query(
      `SELECT e.key, k.event_id AS known, c.order_key, r.event->>'id' AS began
       FROM storefront_events e
       JOIN conversions c ON c.environment_id = e.environment_id AND c.event_id = e.id
       JOIN enrollments r ON r.environment_id = e.environment_id AND r.id = $3
       LEFT JOIN event_keys k ON k.environment_id = e.environment_id AND k.key = e.key
       WHERE e.environment_id = $1 AND e.id = $2`,
      [store.liveId, ids.order, ids.other],
    );
    expect(kept).toEqual({ key: 'order-4', known: ids.order, order_key: 'order-4', began: 'order-4' });
  });

  it('is possible also where an order named by an address was credited before an erasure and after it', async () => {
    const [ids, back, extra] = [someIds(), someIds(), newId()];
    const named = (event: string, key: string, set = '') =>
      db.engine.query(`UPDATE conversions SET order_key = $2 ${set} WHERE event_id = $1`, [event, key]);
    await somebody(store.liveId, 'anna', ids);
    await named(ids.order, 'first@example.com', ', message_id = NULL');
    await erase(ids.contact);
    await somebody(store.liveId, 'boris', back);
    await named(back.event, 'anna@example.com');
    await named(back.order, 'first@example.com');
    await db.engine.query(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
       SELECT environment_id, $2, order_key, type, contact_id, occurred_at, data, 'uncredited' FROM conversions WHERE event_id = $1`,
      [back.event, extra],
    );
    await erase(back.contact);
    const keys = await db.engine.query<{ id: string; key: string }>(
      `SELECT event_id AS id, order_key AS key FROM conversions WHERE environment_id = $1`,
      [store.liveId],
    );
    const [anna, first] = ['anna@example.com', 'first@example.com'].map((key) => BLIND_KEYS.of(key));
    // Only an order that has the credit already keeps another one with credit from its key.
    expect(Object.fromEntries(keys.map(({ id, key }) => [id, key]))).toEqual({
      [ids.event]: anna,
      [ids.order]: first,
      [back.event]: `event:${back.event}`,
      [back.order]: first,
      [extra]: anna,
    });
  });

  it('leaves the first reason of an address that was blocked already when somebody with it was erased before', async () => {
    const ids = someIds();
    await somebody(store.liveId, 'anna', ids);
    await db.engine.query(
      `INSERT INTO suppressions (environment_id, email_key, email, reason) VALUES ($1, $2, NULL, 'complaint')`,
      [store.liveId, BLIND_KEYS.of('anna@example.com')],
    );
    await erase(ids.contact);
    const blocked = 'SELECT email, reason FROM suppressions WHERE environment_id = $1';
    expect(await db.engine.query(blocked, [store.liveId])).toEqual([{ email: null, reason: 'complaint' }]);
  });

  it.each([
    ['anna@xn--e1afmkfd.xn--p1ai', 'Anna@пример.рф'],
    ['anna@пример.рф', 'ANNA@xn--e1afmkfd.xn--p1ai'],
  ])('leaves nothing of a letter that was tried out on %s, written as %s', async (address, other) => {
    const ids = someIds();
    await somebody(store.liveId, 'anna', ids);
    const key = 'anna@xn--e1afmkfd.xn--p1ai';
    await db.engine.query('UPDATE contacts SET email = $2, email_key = $3 WHERE id = $1', [ids.contact, address, key]);
    await db.engine.query('UPDATE messages SET to_address = $2 WHERE id = $1', [ids.test, other]);
    await erase(ids.contact);
    const tests = 'SELECT to_address, subject FROM messages WHERE id = $1';
    expect(await db.engine.query(tests, [ids.test])).toEqual([{ to_address: null, subject: null }]);
  });

  it('touches nobody else, be it in the same environment or under the same ids in another', async () => {
    const [ids, others] = [someIds(), someIds()];
    await somebody(store.liveId, 'anna', ids);
    await somebody(store.liveId, 'boris', others);
    await somebody(store.sandboxId, 'boris', ids);
    await somebody(store.sandboxId, 'anna', someIds());
    // A letter to the same mailbox that is somebody else's.
    await db.engine.query(`UPDATE messages SET to_address = 'anna@example.com' WHERE contact_id = $1`, [
      others.contact,
    ]);
    const boris = await told(store.liveId, 'boris');
    const elsewhere = await told(store.sandboxId, '');
    await erase(ids.contact);
    expect(await told(store.liveId, 'boris')).toEqual(boris);
    expect(await told(store.sandboxId, '')).toEqual(elsewhere);
  });
});
