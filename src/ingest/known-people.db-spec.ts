import { aCollector } from '../../test/support/a-collector.js';
import { anEvent, type EventWish } from '../../test/support/an-event.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import type { EventCollector } from './event-collector.js';
import { KNOWN } from './group-sql.js';

describe('what events say of people who are known', () => {
  let db: TestDatabase;
  let store: TestStore;
  let collector: EventCollector;

  beforeAll(async () => {
    db = await migratedDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    store = await aStore(db.engine);
    collector = aCollector(db.engine);
  });

  const live = (wish: EventWish = {}) => anEvent({ environmentId: store.liveId, ...wish });
  const rows = (sql: string) => db.engine.query(sql, [store.liveId]);
  const contacts = () => rows('SELECT * FROM contacts WHERE environment_id = $1 ORDER BY created_at, id');

  it('counts for every field that they name, and leaves those that they do not', async () => {
    await collector.submit([live({ externalId: 'u1', patch: { first_name: 'Old', locale: 'ru' } })]);
    const patch = {
      first_name: 'Anna',
      last_name: 'Ivanova',
      phone: '+4930123',
      locale: 'de',
      timezone: 'Europe/Berlin',
      tags: ['vip'],
    };
    const wish = { externalId: 'u1', email: 'Anna@example.com', attributes: { size: 'M' } };
    await collector.submit([live({ ...wish, patch })]);
    const person = { external_id: 'u1', email: 'Anna@example.com', email_key: 'anna@example.com', ...patch };
    const known = await contacts();
    expect(known).toMatchObject([{ ...person, attributes: { size: 'M' } }]);
    expect(await rows('SELECT id FROM contacts WHERE environment_id = $1 AND updated_at > created_at')).toHaveLength(1);
    await collector.submit([live({ ...wish, patch })]);
    expect(await contacts()).toEqual(known); // nothing new: not even the time of the last change
    await collector.submit([live({ externalId: 'u1', patch: { tags: ['new'] } })]);
    expect(await contacts()).toMatchObject([{ ...person, tags: ['new'] }]);
    await collector.submit([live({ email: 'Anna@example.com', patch: { phone: null } })]);
    expect(await contacts()).toMatchObject([{ ...person, tags: ['new'], phone: null }]);
  });

  it('counts for attributes key by key, in their order where several come together', async () => {
    const say = (...all: (Record<string, unknown> | null)[]) =>
      collector.submit(all.map((attributes) => live({ attributes })));
    const known = async (): Promise<unknown> => (await contacts())[0]!.attributes;
    await say({ a: 1, b: 1, c: 1 });
    await say({ a: null, d: 1 }, { a: 2, d: null }, { c: null });
    expect(await known()).toEqual({ a: 2, b: 1 });
    await say({ e: 1 }, null, { f: 1 });
    expect(await known()).toEqual({ f: 1 });
  });

  it('adds an external id to a person of whom only the address was known', async () => {
    await collector.submit([live({ email: 'anna@example.com' })]);
    expect(await collector.submit([live({ email: 'anna@example.com', externalId: 'u1' })])).toMatchObject([
      { kind: 'stored' },
    ]);
    expect(await contacts()).toMatchObject([{ external_id: 'u1', email: 'anna@example.com' }]);
  });

  it('keeps one environment’s people and ids of events apart from another’s', async () => {
    const same = { externalId: 'u1', email: 'anna@example.com', key: 'cart-1' };
    await collector.submit([live({ ...same, patch: { first_name: 'Anna' } })]);
    const other = await aStore(db.engine);
    const sent = await collector.submit([
      anEvent({ environmentId: other.liveId, ...same, dataJson: '{"cartId":"9"}' }),
    ]);
    expect(sent).toMatchObject([{ kind: 'stored' }]);
    const [theirs] = await db.engine.query('SELECT * FROM contacts WHERE environment_id = $1', [other.liveId]);
    expect(theirs).toMatchObject({ external_id: 'u1', first_name: null });
    expect(await contacts()).toMatchObject([{ first_name: 'Anna' }]);
  });

  it('takes nobody for somebody whose id of another kind has the same letters', async () => {
    await collector.submit([live({ externalId: 'same' }), live({ anonymousId: 'same' })]);
    await collector.submit([live({ externalId: 'same', patch: { first_name: 'Anna' } })]);
    expect(await contacts()).toMatchObject([
      { external_id: 'same', first_name: 'Anna' },
      { external_id: null, first_name: null },
    ]);
  });

  describe('of consent', () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 12, minute));
    const said = (granted: boolean, minute: number) =>
      live({ consent: { granted, source: 'test' }, occurredAt: at(minute) });
    const person = async () => (await contacts())[0]!;

    it('counts by the newest evidence, whatever order it arrives in, and all of it is kept', async () => {
      await collector.submit([said(true, 10), said(false, 5)]);
      expect(await person()).toMatchObject({ marketing_consent: true });
      await collector.submit([said(false, 20)]);
      await collector.submit([said(true, 15)]);
      await collector.submit([said(true, 20)]);
      expect(await person()).toMatchObject({ marketing_consent: false, unsubscribed_at: at(20) });
      await collector.submit([said(true, 21)]);
      expect(await person()).toMatchObject({
        marketing_consent: true,
        unsubscribed_at: null,
        consent_changed_at: at(21),
      });
      const proof = await rows('SELECT occurred_at AS at, granted FROM consents WHERE environment_id = $1 ORDER BY id');
      const told = [said(true, 10), said(false, 5), said(false, 20), said(true, 15), said(true, 20), said(true, 21)];
      expect(proof).toEqual(told.map(({ occurredAt, consent }) => ({ at: occurredAt, granted: consent!.granted })));
    });

    it('counts where they had said nothing yet', async () => {
      await collector.submit([live()]);
      await collector.submit([said(true, 10)]);
      expect(await person()).toMatchObject({ marketing_consent: true, consent_changed_at: at(10) });
    });

    it.each([
      ['an older withdrawal', false, 5],
      ['the same consent once more', true, 10],
    ])('is left by %s', async (_, granted, minute) => {
      await collector.submit([said(true, 10)]);
      await collector.submit([said(granted, minute)]);
      const expected = { marketing_consent: true, consent_changed_at: at(10), unsubscribed_at: null };
      expect(await person()).toMatchObject(expected);
    });

    it('is taken back, with its confirmation, by a withdrawal of the same instant', async () => {
      await collector.submit([said(true, 10)]);
      await rows('UPDATE contacts SET confirmed_at = consent_changed_at WHERE environment_id = $1');
      await collector.submit([live({ patch: { first_name: 'Anna' } })]);
      expect(await person()).toMatchObject({ marketing_consent: true, confirmed_at: at(10) });
      await collector.submit([said(true, 11)]);
      expect(await person()).toMatchObject({ marketing_consent: true, confirmed_at: at(10) });
      await collector.submit([said(false, 11)]);
      await collector.submit([live({ patch: { first_name: 'Anya' } })]);
      const expected = { marketing_consent: false, confirmed_at: null, unsubscribed_at: at(11) };
      expect(await person()).toMatchObject(expected);
    });

    it.each([
      [
        'before a newer consent that comes with it',
        [
          [false, 11],
          [true, 12],
        ],
        null,
      ],
      ['before a newer consent that came already', [[true, 12]], [[false, 11]]],
    ] as const)('keeps no confirmation that a withdrawal came after, %s', async (_, together, late) => {
      await collector.submit([said(true, 10)]);
      await rows('UPDATE contacts SET confirmed_at = consent_changed_at WHERE environment_id = $1');
      await collector.submit([said(false, 9)]);
      expect(await person()).toMatchObject({ marketing_consent: true, confirmed_at: at(10) });
      await collector.submit(together.map(([granted, minute]) => said(granted, minute)));
      if (late) await collector.submit(late.map(([granted, minute]) => said(granted, minute)));
      expect(await person()).toMatchObject({
        marketing_consent: true,
        consent_changed_at: at(12),
        unsubscribed_at: null,
        confirmed_at: null,
      });
    });

    it.each([
      [true, false],
      [false, true],
    ])('is taken back where both were said at one instant and come together: %s, then %s', async (first, second) => {
      await collector.submit([said(first, 10), said(second, 10)]);
      expect(await person()).toMatchObject({ marketing_consent: false, unsubscribed_at: at(10) });
    });

    it('is taken back also where a fast clock dated it ahead', async () => {
      const inThreeMinutes = new Date(Date.now() + 3 * 60_000);
      await collector.submit([live({ consent: { granted: true, source: 'test' }, occurredAt: inThreeMinutes })]);
      await collector.submit([live({ consent: { granted: false, source: 'test' } })]);
      expect(await person()).toMatchObject({ marketing_consent: false });
    });
  });

  describe('who are not what they were a moment ago', () => {
    /** A collector that has looked who is who, and then these statements are committed before it writes. */
    function afterALook(...statements: readonly (readonly [string, ...unknown[]])[]): EventCollector {
      const left = [...statements];
      const engine = {
        query: async (text: string, values: readonly unknown[]) => {
          const known = await db.engine.query(text, values);
          if (text === KNOWN) for (const [sql, ...asked] of left.splice(0)) await db.engine.query(sql, asked);
          return known;
        },
        transaction: db.engine.transaction.bind(db.engine),
      } as unknown as EngineDatabase;
      return aCollector(engine);
    }
    const idOf = async (email: string) => (await contacts()).find((contact) => contact.email === email)!.id as string;
    const eventsOf = (contactId: string) =>
      db.engine.query('SELECT key FROM storefront_events WHERE contact_id = $1 AND key = $2', [contactId, 'late']);

    it('is stored with the one into whom they were merged', async () => {
      await collector.submit([live({ email: 'anna@example.com' }), live({ email: 'bob@example.com' })]);
      const [gone, stays] = [await idOf('anna@example.com'), await idOf('bob@example.com')];
      const meanwhile = afterALook(
        ['UPDATE contacts SET email = NULL, email_key = NULL, merged_into = $2 WHERE id = $1', gone, stays],
        ['UPDATE contact_keys SET contact_id = $2 WHERE contact_id = $1', gone, stays],
      );
      await meanwhile.submit([live({ email: 'anna@example.com', key: 'late', patch: { first_name: 'Anna' } })]);
      expect(await eventsOf(gone)).toEqual([]);
      expect(await eventsOf(stays)).toHaveLength(1);
      expect((await contacts()).find(({ id }) => id === gone)).toMatchObject({ first_name: null });
    });

    it('is not written to those who were erased', async () => {
      await collector.submit([live({ email: 'anna@example.com' })]);
      const gone = await idOf('anna@example.com');
      const meanwhile = afterALook(
        ['UPDATE contacts SET email = NULL, email_key = NULL, erased_at = clock_timestamp() WHERE id = $1', gone],
        ['DELETE FROM contact_keys WHERE contact_id = $1', gone],
      );
      await meanwhile.submit([live({ email: 'anna@example.com', key: 'late', patch: { first_name: 'Anna' } })]);
      expect(await eventsOf(gone)).toEqual([]);
      expect(await eventsOf(await idOf('anna@example.com'))).toHaveLength(1);
      expect((await contacts()).find(({ id }) => id === gone)).toMatchObject({ first_name: null });
    });

    it.each([
      ['external id', 'anna@example.com', { email: 'anna@example.com', externalId: 'late' }, 'external', 'external_id'],
      ['address', undefined, { anonymousId: 'b1', email: 'late@example.com' }, 'email', 'email_key'],
    ])('leaves them the %s that somebody else gave them', async (_, email, wish, kind, column) => {
      await collector.submit([live(email ? { email } : { anonymousId: 'b1' })]);
      const [{ id }] = (await contacts()) as [{ id: string }];
      const other = kind === 'email' ? 'first@example.com' : 'first';
      const meanwhile = afterALook(
        [`UPDATE contacts SET ${column} = $2 WHERE id = $1`, id, other],
        [
          `INSERT INTO contact_keys (environment_id, kind, key, contact_id) VALUES ($1, $2, $3, $4)`,
          store.liveId,
          kind,
          other,
          id,
        ],
      );
      expect(await meanwhile.submit([live({ ...wish, key: 'late' })])).toMatchObject([{ kind: 'stored' }]);
      expect((await contacts()).find((contact) => contact.id === id)).toMatchObject({ [column]: other });
      expect(await eventsOf(id)).toEqual([]);
    });
  });
});
