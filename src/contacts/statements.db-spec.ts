import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { newId } from '../platform/ids.js';
import type { RequestDatabase } from '../platform/database/request-database.js';
import { confirmConsent, giveConsent, giveConsentNow, withdrawConsent, withdrawConsentNow } from './consent.js';
import type { ContactDto } from './contact.dto.js';
import type { ContactRow } from './contact.view.js';
import { loadContactFacts } from './contact-facts.js';
import { editContact } from './edit-contact.js';
import { IdentityChanges } from './identity-changes.js';
import { SuppressionsService } from './suppressions.service.js';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute));
const ANNA = 'anna@example.com';

/** There are others: in the same environment, and under the same id and address in another. */
describe('what is said of one person', () => {
  let db: TestDatabase;
  let store: TestStore;
  let id: string;

  beforeAll(async () => {
    db = await migratedDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    store = await aStore(db.engine);
    id = newId();
    await aPerson(store.liveId, id, ANNA);
    await aPerson(store.liveId, newId(), 'other@example.com');
    await aPerson(store.sandboxId, id, ANNA);
  });

  async function aPerson(environmentId: string, contactId: string, email: string): Promise<void> {
    await db.engine.query(
      `INSERT INTO contacts (environment_id, id, external_id, email, email_key, marketing_consent, consent_changed_at, confirmed_at,
         created_at, updated_at)
       VALUES ($1, $2, $3, $3, $3, true, $4, $4, $4, $4)`,
      [environmentId, contactId, email, at(5)],
    );
    for (const kind of ['email', 'external', 'anonymous'])
      await db.engine.query('INSERT INTO contact_keys VALUES ($1, $2, $3, $4)', [
        environmentId,
        kind,
        email,
        contactId,
      ]);
  }
  const person = async () =>
    (
      await db.engine.query<ContactRow & Record<string, unknown>>(
        'SELECT * FROM contacts WHERE environment_id = $1 AND id = $2',
        [store.liveId, id],
      )
    )[0]!;
  /** All that is known of everybody else. */
  const others = async () => {
    const rows: unknown[] = [];
    for (const [table, column] of [
      ['contacts', 'id'],
      ['contact_keys', 'contact_id'],
    ])
      rows.push(
        ...(await db.engine.query(
          `SELECT t.* FROM ${table} t WHERE environment_id = ANY ($1) AND NOT (environment_id = $2 AND ${column} = $3) ORDER BY t::text`,
          [[store.liveId, store.sandboxId], store.liveId, id],
        )),
      );
    return rows;
  };
  const keys = async () => {
    const rows = await db.engine.query<{ told: string }>(
      `SELECT kind || ' ' || key AS told FROM contact_keys WHERE environment_id = $1 AND contact_id = $2 ORDER BY 1`,
      [store.liveId, id],
    );
    return rows.map(({ told }) => told);
  };
  const statement = (minute: number) => ({
    environmentId: store.liveId,
    contactId: id,
    source: 'spec',
    at: at(minute),
  });
  const is = (marketing_consent: boolean, changed: number, confirmed: number | null, unsubscribed: number | null) => ({
    marketing_consent,
    consent_changed_at: at(changed),
    confirmed_at: confirmed === null ? null : at(confirmed),
    unsubscribed_at: unsubscribed === null ? null : at(unsubscribed),
  });

  it.each([
    ['a withdrawal', withdrawConsent, 6, is(false, 6, null, 6)],
    ['a withdrawal of the same instant', withdrawConsent, 5, is(false, 5, null, 5)],
    ['an older withdrawal', withdrawConsent, 4, is(true, 5, 5, null)],
    ['a withdrawal of their own, whatever was said', withdrawConsentNow, 4, is(false, 5, null, 4)],
    ['a consent', giveConsent, 6, is(true, 6, 5, null)],
    ['a consent on a page of ours, whatever was said', giveConsentNow, 4, is(true, 5, 5, null)],
    ['a confirmation', confirmConsent, 6, is(true, 6, 6, null)],
  ])('counts for that person only: %s', async (_, say, minute, expected) => {
    const before = await others();
    await say(db.engine, statement(minute));
    expect(await person()).toMatchObject(expected);
    const isOld = say === withdrawConsent && minute === 4;
    expect((await person()).updated_at.getTime() === at(5).getTime()).toBe(isOld);
    expect(await others()).toEqual(before);
    expect(await db.engine.query('SELECT 1 FROM consents WHERE contact_id = $1', [id])).toHaveLength(1);
  });

  it.each([
    ['a later consent, which has to be confirmed anew', giveConsent, 7, is(true, 7, null, null)],
    ['not a consent of that instant', giveConsent, 6, is(false, 6, null, 6)],
    ['not an older consent', giveConsent, 5, is(false, 6, null, 6)],
    ['a consent on a page of ours, unconfirmed', giveConsentNow, 5, is(true, 6, null, null)],
    ['a confirmation, whatever was said', confirmConsent, 5, is(true, 6, 5, null)],
  ])('counts after a withdrawal: %s', async (_, say, minute, expected) => {
    await withdrawConsent(db.engine, statement(6));
    await say(db.engine, statement(minute));
    expect(await person()).toMatchObject(expected);
  });

  it.each([
    ['withdrawal', withdrawConsent, is(false, 3, null, 3)],
    ['consent', giveConsent, is(true, 3, null, null)],
  ])('counts where they were never asked: a %s', async (_, say, expected) => {
    await db.engine.query(
      'UPDATE contacts SET marketing_consent = NULL, consent_changed_at = NULL, confirmed_at = NULL',
    );
    await say(db.engine, statement(3));
    expect(await person()).toMatchObject(expected);
  });

  it('is no confirmation of another address, but stays one of the same address in other letters', async () => {
    const edit = async (email: string) =>
      editContact(db.engine, { environmentId: store.liveId, row: await person(), at: at(9) }, { email }, false);
    await edit('ANNA@example.com');
    expect(await person()).toMatchObject({ email: 'ANNA@example.com', confirmed_at: at(5) });
    await edit('new@example.com');
    expect(await person()).toMatchObject({ email: 'new@example.com', confirmed_at: null });
  });

  it('leaves nothing where it is replaced or cleared, but for identities and consent', async () => {
    const edit = async (dto: ContactDto, replace: boolean) =>
      editContact(db.engine, { environmentId: store.liveId, row: await person(), at: at(9) }, dto, replace);
    const all = { firstName: 'A', lastName: 'I', phone: '1', locale: 'ru', timezone: 'UTC', tags: ['a'] };
    const nothing = Object.fromEntries(Object.keys(all).map((name) => [name, null])) as ContactDto;
    const cleared = { first_name: null, last_name: null, phone: null, locale: null, timezone: null, tags: [] };
    const attributes = { a: 1, b: 1 };
    await edit({ ...all, attributes }, false);
    const { updated_at: changed } = await person();
    expect(changed).not.toEqual(at(5));
    await edit({ attributes: { b: 2, c: 3, a: null } }, false);
    expect(await person()).toMatchObject({ first_name: 'A', attributes: { b: 2, c: 3 } });
    expect((await person()).attributes).toEqual({ b: 2, c: 3 });
    await edit({ attributes: { d: 4 } }, true);
    expect(await person()).toMatchObject({ ...cleared, email: ANNA, external_id: ANNA, marketing_consent: true });
    expect((await person()).attributes).toEqual({ d: 4 });
    await edit({}, true);
    expect((await person()).attributes).toEqual({});
    await edit({ ...all, attributes }, false);
    await edit({ ...nothing, attributes: null }, false);
    expect(await person()).toMatchObject({ ...cleared, attributes: {} });
    expect((await person()).attributes).toEqual({});
    await edit({ consent: { marketing: true } }, false);
    expect(await db.engine.query('SELECT source FROM consents WHERE contact_id = $1', [id])).toEqual([
      { source: 'api' },
    ]);
  });

  it('knows them by their browser only while neither address nor external id is known', async () => {
    const browser = async () =>
      (await loadContactFacts(db.engine, [{ environmentId: store.liveId, contactId: id }], BLIND_KEYS)).get(id)!
        .anonymousId;
    const set = (columns: string) => db.engine.query(`UPDATE contacts SET ${columns} WHERE id = $1`, [id]);
    await set('external_id = NULL');
    expect(await browser()).toBeNull();
    await set(`external_id = 'u1', email = NULL, email_key = NULL`);
    expect(await browser()).toBeNull();
    await set('external_id = NULL');
    expect(await browser()).toBe(ANNA);
  });

  it('changes address, ids and fields of that person only, where the API edits them', async () => {
    const before = await others();
    const edited = { environmentId: store.liveId, row: await person(), at: at(9) };
    const dto = { email: 'new@example.com', externalId: 'u9', firstName: 'Anna' };
    await editContact(db.engine, edited, dto, false);
    const expected = { email: 'new@example.com', email_key: 'new@example.com', external_id: 'u9', first_name: 'Anna' };
    expect(await person()).toMatchObject({ ...expected, confirmed_at: null });
    expect(await keys()).toEqual(['anonymous anna@example.com', 'email new@example.com', 'external u9']);
    await editContact(db.engine, { ...edited, row: await person() }, dto, false); // the same once more is no conflict
    const taken = { email: 'other@example.com' };
    await expect(editContact(db.engine, edited, taken, false)).rejects.toMatchObject({ code: 'email_taken' });
    expect(await others()).toEqual(before);
  });

  it('changes or clears the identity of that person only, where an event does', async () => {
    const before = await others();
    const who = { environmentId: store.liveId, id, externalId: ANNA, emailKey: ANNA };
    const identities = new IdentityChanges({ mergeRuns: () => Promise.resolve() });
    const apply = (change: Parameters<IdentityChanges['apply']>[1]) =>
      db.engine.transaction((tx) => identities.apply(tx, change, at(9)));
    const email = { email: 'New@example.com', key: 'new@example.com' };
    await apply({ kind: 'set_email', person: who, email });
    expect(await person()).toMatchObject({ email: email.email, email_key: email.key, confirmed_at: null });
    const { updated_at: moved } = await person();
    expect(moved).not.toEqual(at(5));
    expect(await keys()).toEqual(['anonymous anna@example.com', 'email new@example.com', 'external anna@example.com']);
    await apply({ kind: 'set_email', person: who, email: null }); // decided before the first change: it is not theirs any more
    await apply({ kind: 'clear_external_id', person: { ...who, externalId: 'u0' } }); // likewise
    expect(await person()).toMatchObject({ email: email.email, external_id: ANNA });
    await apply({ kind: 'clear_external_id', person: who });
    expect(await person()).toMatchObject({ external_id: null, email: email.email });
    expect((await person()).updated_at).not.toEqual(moved);
    expect(await keys()).toEqual(['anonymous anna@example.com', 'email new@example.com']);
    expect(await others()).toEqual(before);
  });

  it('blocks their address in that environment, and lifts no other block', async () => {
    const suppressions = new SuppressionsService({} as RequestDatabase, db.engine, BLIND_KEYS);
    const suppressed = async (environmentId: string) => {
      const found = await loadContactFacts(db.engine, [{ environmentId, contactId: id }], BLIND_KEYS);
      return found.get(id)!.suppressed;
    };
    const [live, sandbox] = [store.liveId, store.sandboxId].map((environmentId) => ({ ...store, environmentId }));
    await suppressions.put(live!, ANNA);
    expect([await suppressed(store.liveId), await suppressed(store.sandboxId)]).toEqual(['manual', null]);
    await suppressions.put(sandbox!, ANNA);
    await suppressions.put(live!, 'other@example.com');
    await suppressions.remove(live!, ANNA);
    expect([await suppressed(store.liveId), await suppressed(store.sandboxId)]).toEqual([null, 'manual']);
    const left = await db.engine.query('SELECT email FROM suppressions WHERE environment_id = $1', [store.liveId]);
    expect(left).toEqual([{ email: 'other@example.com' }]);
  });
});
