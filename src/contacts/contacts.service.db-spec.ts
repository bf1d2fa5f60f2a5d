import { Readable } from 'node:stream';
import { jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { anEvent } from '../../test/support/an-event.js';
import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aLetter } from '../../test/support/letters.js';
import { EventStore } from '../ingest/event-store.js';
import { IngestTimes } from '../ingest/ingest-times.js';
import { IS_HELD } from '../platform/database/engine-database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { pageQuery } from '../platform/http/pages.js';
import { withdrawConsent } from './consent.js';
import { loadContactFacts } from './contact-facts.js';
import { findContactId } from './contact-lookup.js';
import { ContactsService } from './contacts.service.js';
import { IdentityChanges } from './identity-changes.js';
import { ContactImport } from './import/contact-import.js';
import { SuppressionList } from './import/suppression-list.js';
import type { OrderWorth, RunEnder, SubscriptionRequests } from './ports.js';
import { SuppressionsService } from './suppressions.service.js';

const ANNA = 'anna@example.com';
const NOW = new Date('2026-11-21T09:00:00Z');

describe('ContactsService', () => {
  const keep = jest.fn<OrderWorth['keep']>().mockResolvedValue(undefined);
  const consentGiven = jest.fn<SubscriptionRequests['consentGiven']>().mockResolvedValue(undefined);
  const endRuns = jest.fn<RunEnder['endRuns']>().mockResolvedValue(undefined);
  let db: TestDatabase;
  let source: DataSource;
  let contacts: ContactsService;
  let suppressions: SuppressionsService;
  let list: SuppressionList;
  let store: TestStore;
  let scope: Scope;

  beforeAll(async () => {
    db = await migratedDatabase();
    source = await new DataSource(requestDataSource(db.url) as never).initialize();
    const requests = new RequestDatabase(source);
    contacts = new ContactsService(requests, db.engine, { endRuns }, { consentGiven }, { keep }, BLIND_KEYS);
    suppressions = new SuppressionsService(requests, db.engine, BLIND_KEYS);
    list = new SuppressionList(requests, db.engine, BLIND_KEYS);
  });
  afterAll(async () => {
    await source.destroy();
    await db.close();
  });
  beforeEach(async () => {
    store = await aStore(db.engine, { now: NOW });
    scope = { storeId: store.storeId, environmentId: store.sandboxId };
  });

  const facts = async (contactId: string) =>
    (await loadContactFacts(db.engine, [{ environmentId: store.sandboxId, contactId }], BLIND_KEYS)).get(contactId);
  const ingest = (wish: Partial<Parameters<typeof anEvent>[0]>) =>
    new EventStore(
      db.engine,
      new IdentityChanges({ mergeRuns: () => Promise.resolve() }),
      new IngestTimes(),
      BLIND_KEYS,
    ).round([anEvent({ environmentId: store.sandboxId, clock: 'virtual', ...wish })]);

  it('makes a contact by its address, at the sandbox’s now, and finds it by address in any case and by id', async () => {
    const { created, contact } = await contacts.put(scope, 'Anna@Example.com', {
      firstName: 'Anna',
      consent: { marketing: true, source: 'import' },
    });
    expect(created).toBe(true);
    expect(contact).toMatchObject({
      email: 'Anna@example.com',
      firstName: 'Anna',
      consent: { marketing: true },
      createdAt: NOW.toISOString(),
    });
    expect(await contacts.get(scope, ANNA)).toEqual(contact);
    for (const id of [contact.id, contact.id.toUpperCase()]) expect(await contacts.get(scope, id)).toEqual(contact);
    expect((await contacts.put(scope, ANNA, { lastName: 'I' })).contact).toMatchObject({
      id: contact.id,
      firstName: null,
      lastName: 'I',
      consent: { marketing: true },
    });
  });

  it('changes only what a patch names', async () => {
    await contacts.put(scope, ANNA, { firstName: 'Anna', locale: 'ru', attributes: { a: 1, b: 2 }, tags: ['vip'] });
    expect(
      await contacts.patch(scope, ANNA, { locale: null, attributes: { b: null, c: 3 }, externalId: 17 }),
    ).toMatchObject({
      firstName: 'Anna',
      locale: null,
      attributes: { a: 1, c: 3 },
      tags: ['vip'],
      externalId: '17',
    });
    expect((await contacts.patch(scope, ANNA, { email: 'new@example.com' })).email).toBe('new@example.com');
    await expect(contacts.get(scope, ANNA)).rejects.toThrow(NotFound);
  });

  it('does not take an identity from another contact', async () => {
    await contacts.put(scope, ANNA, { externalId: 'u1' });
    await contacts.put(scope, 'bob@example.com', {});
    await expect(contacts.patch(scope, 'bob@example.com', { email: ANNA })).rejects.toMatchObject({
      code: 'email_taken',
      status: 409,
    });
    await expect(contacts.patch(scope, 'bob@example.com', { externalId: 'u1' })).rejects.toMatchObject({
      code: 'external_id_taken',
    });
  });

  it('knows nobody of another store, environment or name', async () => {
    const { contact } = await contacts.put(scope, ANNA, { externalId: 'nobody@example.com' });
    const live = { storeId: store.storeId, environmentId: store.liveId };
    for (const ref of [ANNA, contact.id]) await expect(contacts.get(live, ref)).rejects.toThrow(NotFound);
    for (const ref of ['nobody@example.com', 'nobody', '\0', store.storeId])
      await expect(contacts.get(scope, ref)).rejects.toThrow(NotFound);
    await expect(contacts.put(scope, 'nobody', {})).rejects.toThrow(NotFound);
  });

  it('makes nobody under another address than the one put to, nor without any', async () => {
    for (const email of ['boris@example.com', null])
      await expect(contacts.put(scope, ANNA, { email })).rejects.toMatchObject({
        status: 422,
        code: 'other_address',
        errors: [{ pointer: '/email' }],
      });
    for (const ref of [ANNA, 'boris@example.com']) await expect(contacts.get(scope, ref)).rejects.toThrow(NotFound);
    const written = ANNA.toUpperCase();
    expect(await contacts.put(scope, ANNA, { email: written })).toMatchObject({ created: true });
    // Somebody who is known may get another address.
    const moved = await contacts.put(scope, ANNA, { email: 'boris@example.com' });
    expect(moved).toMatchObject({ created: false, contact: { email: 'boris@example.com' } });
  });

  it('makes one contact of ten equal PUTs at once', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => contacts.put(scope, ANNA, { firstName: 'Anna' })));
    expect(new Set(all.map(({ contact }) => contact.id)).size).toBe(1);
  });

  it('erases a person: runs end, identities and data go, figures and the suppression stay', async () => {
    await ingest({
      email: ANNA,
      externalId: 'u1',
      patch: { first_name: 'Anna' },
      consent: { granted: true, source: 'checkout' },
      dataJson: '{"address":"Lane 1"}',
    });
    await suppressions.put(scope, ANNA);
    const { id } = await contacts.get(scope, ANNA);
    const told: unknown[] = [];
    keep.mockImplementationOnce(async (tx, { contactId }) => {
      told.push(...(await tx.query('SELECT data FROM storefront_events WHERE contact_id = $1', [contactId])));
    });
    await contacts.erase(scope, ANNA);
    expect(told).toEqual([{ data: { address: 'Lane 1' } }]);
    expect(endRuns).toHaveBeenLastCalledWith(expect.anything(), {
      environmentId: store.sandboxId,
      contactId: id,
      reason: 'erased',
      at: NOW,
    });
    for (const ref of [ANNA, id]) {
      await expect(contacts.get(scope, ref)).rejects.toThrow(NotFound);
      expect(await findContactId(db.engine, store.sandboxId, ref)).toBeNull(); // no letters, events or history either
    }
    const [event] = await db.engine.query('SELECT data FROM storefront_events WHERE contact_id = $1', [id]);
    expect(event!.data).toEqual({});
    expect(await facts(id)).toMatchObject({ email: null, erased: true });
    await ingest({ email: ANNA });
    expect((await contacts.get(scope, ANNA)).id).not.toBe(id);
  });

  it('blocks the address of an erased person without keeping it, until somebody lifts that', async () => {
    const [old, boris] = ['anna.old@example.com', 'boris@example.com'];
    await contacts.put(scope, ANNA, { firstName: 'Anna' });
    const { id: gone } = await contacts.get(scope, ANNA);
    const letter = await aLetter(db.engine, {
      environmentId: store.sandboxId,
      storeId: store.storeId,
      contactId: gone,
    });
    await db.engine.query('UPDATE messages SET to_address = $2 WHERE id = $1', [letter, old]);
    for (const address of [ANNA, old, boris]) await suppressions.put(scope, address);
    const before = await suppressions.get(scope, ANNA);
    await contacts.erase(scope, ANNA);

    const rows = await db.engine.query('SELECT * FROM suppressions WHERE environment_id = $1', [store.sandboxId]);
    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toContain('anna');
    expect((await list.list(scope, pageQuery('list'))).items.map(({ email }) => email)).toEqual([boris]);
    expect(await suppressions.get(scope, ANNA)).toEqual(before);
    expect((await suppressions.put(scope, old)).reason).toBe('manual');
    expect(await db.engine.query('SELECT 1 FROM suppressions WHERE email = $1', [old])).toEqual([]);

    // Back with the same address, as somebody new: still blocked, for every reader.
    await ingest({ email: ANNA });
    const back = await contacts.get(scope, ANNA);
    expect(back).toMatchObject({ suppressed: 'manual' });
    expect(await facts(back.id)).toMatchObject({ suppressed: 'manual' });
    await ingest({ email: 'carl@example.com' });
    expect(await contacts.get(scope, 'carl@example.com')).toMatchObject({ suppressed: null });
    await contacts.erase(scope, ANNA); // once more, and nothing is there twice
    expect(await suppressions.get(scope, ANNA)).toMatchObject({ reason: 'manual' });

    await suppressions.remove(scope, ANNA);
    await expect(suppressions.get(scope, ANNA)).rejects.toThrow(NotFound);
    await ingest({ email: ANNA });
    expect(await contacts.get(scope, ANNA)).toMatchObject({ suppressed: null });
  });

  it('loads facts of many people at once, through a merge and with what blocks their address', async () => {
    await ingest({ anonymousId: 'b1' });
    const [browser] = await db.engine.query<{ id: string }>('SELECT id FROM contacts WHERE environment_id = $1', [
      store.sandboxId,
    ]);
    await ingest({ externalId: 'u1', email: ANNA });
    const anna = (await contacts.get(scope, ANNA)).id;
    await ingest({ externalId: 'u1', anonymousId: 'b1' });
    await suppressions.put(scope, ANNA);
    const refs = [browser!.id, anna].map((contactId) => ({ environmentId: store.sandboxId, contactId }));
    const found = await loadContactFacts(
      db.engine,
      [...refs, { environmentId: store.sandboxId, contactId: store.storeId }],
      BLIND_KEYS,
    );
    expect(found.get(anna)).toMatchObject({ anonymousId: null });
    expect([...found.keys()].sort()).toEqual([browser!.id, anna].sort());
    expect(found.get(browser!.id)).toEqual(found.get(anna));
    expect(found.get(anna)).toMatchObject({
      id: browser!.id,
      email: ANNA,
      externalId: 'u1',
      suppressed: 'manual',
      erased: false,
    });
  });

  it('is known by the browser’s id as long as nothing else of them is known', async () => {
    await ingest({ anonymousId: 'b7' });
    const [{ id }] = (await db.engine.query<{ id: string }>('SELECT id FROM contacts WHERE environment_id = $1', [
      store.sandboxId,
    ])) as [{ id: string }];
    expect(await facts(id)).toMatchObject({ anonymousId: 'b7' });
    await ingest({ anonymousId: 'b7', email: ANNA });
    expect(await facts(id)).toMatchObject({ anonymousId: null, email: ANNA });
  });

  it('gives up soon on a person whose row a session keeps, and nobody else waits for it', async () => {
    for (const address of [ANNA, 'bob@example.com']) await contacts.put(scope, address, {});
    const file = () => Readable.from([Buffer.from(`email,firstName\n${ANNA},Anna\n`)]);
    await db.engine.transaction(async (tx) => {
      await tx.query('SELECT FROM contacts WHERE email_key = $1 FOR UPDATE', [ANNA]);
      const asked = [
        ...Array.from({ length: 20 }, () => contacts.patch(scope, ANNA, { firstName: 'Anna' })),
        contacts.put(scope, ANNA, {}),
        contacts.erase(scope, ANNA),
        new ContactImport(db.engine).run(scope, file(), []),
      ];
      const ends = Promise.allSettled(asked);
      expect(await contacts.patch(scope, 'bob@example.com', { firstName: 'Bob' })).toMatchObject({ firstName: 'Bob' });
      for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: IS_HELD } });
      expect(await contacts.get(scope, ANNA)).toMatchObject({ firstName: null });
    });
    expect(await new ContactImport(db.engine).run(scope, file(), [])).toMatchObject({ updated: 1, rejected: 0 });
    await contacts.erase(scope, ANNA);
  });

  it('takes consent back until a later statement gives it again, and asks for a confirmation of what was given alone', async () => {
    const { contact } = await contacts.put(scope, ANNA, { consent: { marketing: true, source: 'form' } });
    const asked = consentGiven.mock.calls.length;
    await contacts.patch(scope, ANNA, { consent: { marketing: false } });
    expect(consentGiven).toHaveBeenCalledTimes(asked);
    expect(consentGiven.mock.lastCall![1]).toEqual({ ...scope, contactId: contact.id, source: 'form', at: NOW });
    const ref = { environmentId: store.sandboxId, contactId: contact.id };
    const minute = (n: number) => new Date(NOW.getTime() + n * 60_000);
    await db.engine.query('UPDATE environments SET virtual_now = $2 WHERE id = $1', [store.sandboxId, minute(3)]);
    await withdrawConsent(db.engine, { ...ref, source: 'unsubscribe link', at: minute(2) });
    await ingest({ email: ANNA, consent: { granted: true, source: 'old form' }, occurredAt: minute(1) });
    expect((await contacts.get(scope, ANNA)).consent).toMatchObject({
      marketing: false,
      unsubscribedAt: minute(2).toISOString(),
    });
    await ingest({ email: ANNA, consent: { granted: true, source: 'new form' }, occurredAt: minute(3) });
    expect((await contacts.get(scope, ANNA)).consent).toMatchObject({ marketing: true, unsubscribedAt: null });
  });

  it('says the same of a path that is no address, whatever is put to it', async () => {
    const refusal = { status: 422, code: 'invalid_email' };
    await expect(suppressions.put(scope, 'anna@@example.com')).rejects.toMatchObject(refusal);
    await expect(contacts.put(scope, 'anna@@example.com', {})).rejects.toMatchObject(refusal);
  });
});
