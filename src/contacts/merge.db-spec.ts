import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aLetter } from '../../test/support/letters.js';
import type { Sql } from '../platform/database/sql.js';
import { newId } from '../platform/ids.js';
import { IdentityChanges } from './identity-changes.js';

/** Tables whose rows belong to a person. */
const TABLES = ['contact_keys', 'storefront_events', 'consents', 'messages', 'conversions'];
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute));

type Columns = Readonly<Record<string, unknown>>;

describe('two contacts that turn out to be one person', () => {
  let db: TestDatabase;
  let store: TestStore;
  const identities = new IdentityChanges({ mergeRuns: () => Promise.resolve() });

  beforeAll(async () => {
    db = await migratedDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    store = await aStore(db.engine);
  });

  /** Stores a contact, the earlier the older. */
  async function aPerson(
    columns: Columns,
    { id = newId(), minute = 0, environmentId = store.liveId } = {},
  ): Promise<string> {
    await db.engine.query(
      `INSERT INTO contacts SELECT (jsonb_populate_record(none, jsonb_build_object('environment_id', $1::uuid, 'id', $2::uuid,
         'tags', '{}'::text[], 'attributes', '{}'::jsonb, 'created_at', $3::timestamptz, 'updated_at', $3::timestamptz) || $4::jsonb)).*
       FROM (SELECT NULL::contacts AS none) AS nothing`,
      [environmentId, id, at(minute), JSON.stringify(columns)],
    );
    return id;
  }
  const person = async (id: string) =>
    (await db.engine.query('SELECT * FROM contacts WHERE environment_id = $1 AND id = $2', [store.liveId, id]))[0]!;
  /** `absorb` is one with `keep`, whose fields count; the older row stays. `meanwhile` happens before the two are locked. */
  const merge = (keep: string, absorb: string, meanwhile?: () => Promise<void>) => {
    const of = (id: string) => ({ id, environmentId: store.liveId, externalId: null, emailKey: null });
    return db.engine.transaction((tx) => {
      const query: Sql['query'] = async (text, values) => {
        if (text.includes('FOR NO KEY UPDATE')) await meanwhile?.();
        return tx.query(text, values);
      };
      return identities.apply({ query }, { kind: 'merge', keep: of(keep), absorb: of(absorb) }, at(59));
    });
  };
  /** What becomes of the main contact when this other one, younger than it, is merged into it. */
  async function merged(main: Columns, other: Columns): Promise<Columns> {
    const id = await aPerson(main);
    await merge(id, await aPerson(other, { minute: 1 }));
    return person(id);
  }

  /** Stores a row in each table. */
  async function rowsOf(contactId: string, environmentId: string, id: string): Promise<void> {
    const $ = (text: string, ...values: unknown[]) => db.engine.query(text, [environmentId, id, contactId, ...values]);
    await $(`INSERT INTO contact_keys VALUES ($1, 'email', $2, $3)`);
    await $(
      `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data)
       VALUES ($1, $2::uuid, $4, 'real', $2::uuid::text, 'order.placed', $3, $4, '{}')`,
      at(0),
    );
    await $(
      `INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at) VALUES ($1, $2, $3, 'marketing', true, 'form', $4)`,
      at(0),
    );
    await $(
      `INSERT INTO messages (environment_id, id, store_id, clock, contact_id, message_class, policy, template_key, state, due_at, created_at)
       VALUES ($1, $2, $4, 'real', $3, 'marketing', 'at-most-once', 'a/b', 'planned', $5, $5)`,
      store.storeId,
      at(0),
    );
    await $(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
       VALUES ($1, $2::uuid, $2::uuid::text, 'order.placed', $3, $4, '{}', 'uncredited')`,
      at(0),
    );
  }

  it('have everything that either did, and nobody else loses anything to them', async () => {
    const elsewhere = store.liveId;
    store = await aStore(db.engine);
    const [older, younger, other] = [
      await aPerson({}),
      await aPerson({}, { minute: 1 }),
      await aPerson({ first_name: 'Boris' }),
    ];
    await aPerson({ first_name: 'Dora' }, { id: older, environmentId: elsewhere });
    await aPerson({ first_name: 'Emil' }, { id: younger, environmentId: elsewhere });
    for (const contactId of [older, younger, other]) {
      const id = newId();
      for (const environmentId of [store.liveId, elsewhere]) await rowsOf(contactId, environmentId, id);
    }
    const rows = (table: string, environmentId: string) =>
      db.engine.query<Columns>(`SELECT t.* FROM ${table} t WHERE environment_id = $1 ORDER BY t::text`, [
        environmentId,
      ]);
    const told = () => Promise.all(['contacts', ...TABLES].map((table) => rows(table, elsewhere)));
    const [before, boris] = [await told(), await person(other)];
    await merge(older, younger);
    expect(await told()).toEqual(before);
    expect(await person(other)).toEqual(boris);
    expect(await person(older)).toMatchObject({ first_name: null });
    for (const table of TABLES) {
      const owners = (await rows(table, store.liveId)).map((row) => row['contact_id'] as string);
      expect(owners.sort()).toEqual([older, older, other].sort());
    }
  });

  it('are one row with the fields of the main contact, the other’s where it has none', async () => {
    const names = ['external_id', 'email', 'email_key', 'first_name', 'last_name', 'phone', 'locale', 'timezone'];
    const all = (word: string): Columns => Object.fromEntries(names.map((name) => [name, `${word} ${name}`]));
    const { external_id: _, ...others } = all('other');
    expect(
      await merged(
        { ...all('main'), tags: ['b', 'a'], attributes: { a: 1, b: 1 } },
        { ...others, tags: ['c', 'b'], attributes: { b: 2, c: 2 } },
      ),
    ).toMatchObject({
      ...all('main'),
      tags: ['a', 'b', 'c'],
      attributes: { a: 1, b: 1, c: 2 },
    });
    expect(await merged({}, others)).toMatchObject(others);
  });

  it('are the row that was there first, also where the later one is the main contact', async () => {
    const id = newId(); // an id tells nothing of who was there first, but of two of one instant
    const anonymous = await aPerson({ first_name: 'Old', phone: '1' });
    const known = await aPerson({ external_id: 'u1', first_name: 'Anna' }, { id, minute: 1 });
    await merge(known, anonymous);
    const stays = await person(anonymous);
    expect(stays).toMatchObject({ external_id: 'u1', first_name: 'Anna', phone: '1', merged_into: null });
    const goes = await person(known);
    expect(goes).toMatchObject({ external_id: null, first_name: null, merged_into: anonymous });
    for (const { updated_at: changed } of [stays, goes]) expect([at(0), at(1)]).not.toContainEqual(changed);
    const [one, other] = [await aPerson({}), await aPerson({})];
    await merge(other, one);
    expect(await person(other)).toMatchObject({ merged_into: one });
  });

  it.each([
    ['erased', { erased_at: at(2) }],
    ['merged into somebody else', { merged_into: newId() }],
    ['given an external id of their own', { external_id: 'u2' }],
  ])('stay two where one of them was %s meanwhile', async (_, columns) => {
    const [keep, absorb] = [await aPerson({}), await aPerson(columns, { minute: 1 })];
    const before = [await person(keep), await person(absorb)];
    await merge(keep, absorb);
    if (!('external_id' in columns)) await merge(absorb, keep);
    expect([await person(keep), await person(absorb)]).toEqual(before);
  });

  it('stay two where one of them was given an external id while they were waited for', async () => {
    const [keep, absorb] = [await aPerson({ external_id: 'u1' }), await aPerson({}, { minute: 1 })];
    const meanwhile = `UPDATE contacts SET external_id = 'u2' WHERE id = $1`;
    await merge(keep, absorb, async () => void (await db.engine.query(meanwhile, [absorb])));
    expect(await person(absorb)).toMatchObject({ external_id: 'u2', merged_into: null });
  });

  it('keep what either declined, and the later end of a pause', async () => {
    const main = { declined: ['group:b', 'group:a'], paused_until: at(5) };
    const other = { declined: ['group:c', 'group:b'], paused_until: at(7) };
    const both = { declined: ['group:a', 'group:b', 'group:c'], paused_until: at(7) };
    expect(await merged(main, other)).toMatchObject(both);
    expect(await merged(other, main)).toMatchObject(both);
    expect(await merged(main, {})).toMatchObject({ declined: ['group:a', 'group:b'], paused_until: at(5) });
  });

  it.each([
    ['that nobody gave', [null, null], [null, null], null],
    ['of the main one alone', [true, 5], [null, null], true],
    ['of the other one alone', [null, null], [true, 5], true],
    ['of the main one where it is newer', [true, 6], [false, 5], true],
    ['of the other one where it is newer', [true, 5], [false, 6], false],
    ['given later by the other one', [false, 5], [true, 6], true],
    ['of the same instant, which the main one took back', [false, 5], [true, 5], false],
    ['of the same instant, which the other one took back', [true, 5], [false, 5], false],
  ] as const)('have the consent %s', async (_, one, two, expected) => {
    const said = ([granted, minute]: readonly [boolean | null, number | null]): Columns => ({
      marketing_consent: granted,
      consent_changed_at: minute === null ? null : at(minute),
      unsubscribed_at: granted === false && minute !== null ? at(minute) : null,
    });
    const row = await merged(said(one), said(two));
    const last = Math.max(one[1] ?? -1, two[1] ?? -1);
    expect(row).toMatchObject({ marketing_consent: expected, consent_changed_at: last < 0 ? null : at(last) });
    expect(row['unsubscribed_at']).toEqual(expected === false ? at(last) : null);
  });

  const SAME = { email: 'anna@example.com', email_key: 'anna@example.com' };
  const given = (minute: number): Columns => ({ marketing_consent: true, consent_changed_at: at(minute) });
  it.each<[string, Columns, Columns, Date | null]>([
    ['of the address that stays', { ...SAME, ...given(5), confirmed_at: at(5) }, {}, at(5)],
    ['of the other one’s address, which becomes theirs', {}, { ...SAME, ...given(5), confirmed_at: at(5) }, at(5)],
    [
      'of no other address',
      { ...SAME, ...given(5) },
      { email_key: 'x@example.com', ...given(4), confirmed_at: at(4) },
      null,
    ],
    [
      'not behind a withdrawal',
      { ...SAME, ...given(3), confirmed_at: at(3) },
      { marketing_consent: false, consent_changed_at: at(4), unsubscribed_at: at(4) },
      null,
    ],
    [
      'not where it was withdrawn at that instant and given again',
      { ...SAME, ...given(5), unsubscribed_at: null, confirmed_at: at(4) },
      { marketing_consent: false, consent_changed_at: at(4), unsubscribed_at: at(4) },
      null,
    ],
    [
      'given after a withdrawal',
      { ...SAME, ...given(5), confirmed_at: at(5) },
      { marketing_consent: false, consent_changed_at: at(4), unsubscribed_at: at(4) },
      at(5),
    ],
    [
      'not where a newer statement is a refusal',
      { ...SAME, ...given(5), confirmed_at: at(5) },
      { marketing_consent: false, consent_changed_at: at(6) },
      null,
    ],
  ])('have the confirmation %s', async (_, main, other, expected) => {
    expect(await merged(main, other)).toMatchObject({ confirmed_at: expected });
  });

  it('leave of the row that goes only where it went, as of those that had gone into it', async () => {
    const stays = await aPerson({ external_id: 'u1' });
    const everything = {
      first_name: 'A',
      last_name: 'B',
      phone: '1',
      locale: 'de',
      timezone: 'UTC',
      tags: ['t'],
      attributes: { a: 1 },
    };
    const goes = await aPerson({ ...SAME, ...everything, declined: ['group:a'], paused_until: at(9) }, { minute: 1 });
    const before = await aPerson({ merged_into: goes }, { minute: 2 });
    await merge(stays, goes);
    const nothing = Object.fromEntries(Object.keys({ ...SAME, ...everything }).map((name) => [name, null]));
    const empty = { ...nothing, tags: [], attributes: {}, declined: null, paused_until: null };
    expect(await person(goes)).toEqual(expect.objectContaining({ ...empty, merged_into: stays }));
    expect(await person(before)).toMatchObject({ merged_into: stays });
    expect(await person(stays)).toMatchObject({ external_id: 'u1', first_name: 'A', merged_into: null });
  });

  it.each([
    ['opened', 'opens = 1', 0, 'pending'],
    ['clicked', 'clicks = 1', 0, 'pending'],
    ['opened, an hour later', 'opens = 1', -60, 'credited'],
    ['had only got', 'machine_opens = 1', 0, 'credited'],
  ])('credit anew what one ordered at the time of a letter that the other %s: %s', async (_, acted, minute, state) => {
    const [older, younger, other] = [await aPerson({}), await aPerson({}, { minute: 1 }), await aPerson({})];
    const orders = [newId(), newId(), newId()];
    for (const [i, contactId] of [older, other, older].entries())
      await db.engine.query(
        `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state)
         VALUES ($1, $2::uuid, $2::uuid::text, 'order.placed', $3, $4, '{}', 'credited')`,
        [i === 2 ? store.sandboxId : store.liveId, orders[i], contactId, at(minute)],
      );
    for (const [contactId, environmentId] of [
      [younger, store.liveId],
      [other, store.liveId],
      [older, store.sandboxId],
    ] as const) {
      const letter = { environmentId, storeId: store.storeId, contactId, sentAt: at(0) };
      const set = contactId === younger ? acted : 'opens = 1';
      await db.engine.query(`UPDATE messages SET ${set} WHERE id = $1`, [await aLetter(db.engine, letter)]);
    }
    await merge(older, younger);
    const states = await db.engine.query<{ state: string }>(
      'SELECT state FROM conversions WHERE event_id = ANY ($1) ORDER BY array_position($1, event_id)',
      [orders],
    );
    expect(states.map((row) => row.state)).toEqual([state, 'credited', 'credited']);
  });
});
