import { DataSource } from 'typeorm';
import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase } from '../platform/database/request-database.js';
import { newId } from '../platform/ids.js';
import { recordEngagement } from '../tracking/record-engagement.js';
import { pageQuery } from '../platform/http/pages.js';
import { ContactHistory } from './contact-history.js';
import { EXPORT_SECTIONS } from './export-sections.js';

describe('what happened to a person', () => {
  let database: TestDatabase;
  let store: TestStore;
  let source: DataSource;
  let history: ContactHistory;
  let contactId: string;
  const run = newId();

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    const { type: _, ...options } = requestDataSource(database.url);
    source = await new DataSource({ ...options, type: 'postgres', entities: [] } as never).initialize();
    history = new ContactHistory(new RequestDatabase(source));
    contactId = await aContact(database.engine, store.liveId, 'anna@example.com');
    await theStory();
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  /** A cart, a run, a letter 45 minutes later, a click, an order: the events at one instant on purpose. */
  async function theStory(): Promise<void> {
    const { engine } = database;
    const { storeId, liveId } = store;
    const cart = '2026-11-21T09:00:00Z';
    const outcomes = JSON.stringify([
      { scenario: 'abandoned-cart', enrollment: run, outcome: 'entered', reason: null },
    ]);
    await engine.query(
      `INSERT INTO scenarios (store_id, key, name, draft) VALUES ($1, 'abandoned-cart', 'a', '{}'), ($1, 'other', 'b', '{}')`,
      [storeId],
    );
    await engine.query(
      `INSERT INTO scenario_versions (store_id, scenario_key, version, document) VALUES ($1, 'abandoned-cart', 1, '{}')`,
      [storeId],
    );
    await engine.query(
      `INSERT INTO storefront_events (environment_id, id, received_at, clock, key, type, contact_id, occurred_at, data, processed_at, outcomes)
       VALUES ($1, $2, $3, 'real', 'k', 'cart.updated', $4, $3, '{}', $3, $5)`,
      [liveId, newId(), cart, contactId, outcomes],
    );
    await engine.query(
      `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
         position, due_at, previous_at, entered_at, last_activity_at, event)
       VALUES ($1, $2, $3, 'real', 'abandoned-cart', 1, 'marketing', $4, '81', 'waiting', '2', '2026-11-23T09:45:00Z', $5, $5, $5, '{}')`,
      [liveId, run, storeId, contactId, cart],
    );
    for (const steps of [
      [
        [newId(), 1, 1, null, 'entered', null, cart, null],
        [newId(), 1, 1, 'pause-1', 'waiting', null, cart, '2026-11-21T09:45:00Z'],
      ],
      [[newId(), 1, 1, 'reminder', 'sent', null, '2026-11-21T09:45:00Z', null]],
    ])
      await engine.query(
        'INSERT INTO enrollment_history (environment_id, enrollment_id, id, steps) VALUES ($1, $2, $3, $4)',
        [liveId, run, newId(), JSON.stringify(steps)],
      );
    const letter = await aLetter(engine, { environmentId: liveId, storeId, contactId });
    const act = {
      id: newId(),
      environmentId: liveId,
      messageId: letter,
      action: 'click',
      actor: 'person',
      verdict: 'person',
    } as const;
    await recordEngagement(engine, {
      ...act,
      linkIndex: 0,
      url: 'https://shop.example/',
      receivedAt: '2026-11-21T10:00:00.000Z',
      userAgent: null,
    });
    await engine.query(
      `INSERT INTO conversions (environment_id, event_id, order_key, type, contact_id, occurred_at, data, state, message_id, credited_for, amount, currency)
       VALUES ($1, $2, 'o', 'order.placed', $3, '2026-11-21T11:00:00Z', '{}', 'credited', $4, 'order', 5980, 'RUB')`,
      [liveId, newId(), contactId, letter],
    );
  }

  const scope = (): { storeId: string; environmentId: string } => ({
    storeId: store.storeId,
    environmentId: store.liveId,
  });
  const told = (items: readonly object[]): unknown[] =>
    (items as readonly Readonly<Record<string, unknown>>[]).map((item) => [
      item['kind'],
      item['type'] ?? item['outcome'] ?? item['action'] ?? item['state'],
    ]);

  it('is one list in the order of time, causes before effects', async () => {
    const { items, nextCursor } = await history.timeline(scope(), 'anna@example.com', pageQuery('timeline'));
    expect(told(items)).toEqual([
      ['event', 'cart.updated'],
      ['run', 'entered'],
      ['run', 'waiting'],
      ['run', 'sent'],
      ['message', 'accepted'],
      ['engagement', 'click'],
      ['conversion', 'order.placed'],
    ]);
    expect(items.at(-1)).toMatchObject({
      at: '2026-11-21T11:00:00.000Z',
      scenario: 'abandoned-cart',
      step: 'reminder',
      value: { amount: '5980.00', currency: 'RUB' },
    });
    expect(nextCursor).toBeNull();
  });

  it.each([
    ['59.8', '59.80'],
    ['1200.000', '1200.00'],
    ['0.1250', '0.125'],
  ])('writes the money of %s as the statistics do', async (amount, shown) => {
    await database.engine.query('UPDATE conversions SET amount = $2 WHERE environment_id = $1', [store.liveId, amount]);
    const { items } = await history.timeline(scope(), contactId, pageQuery('timeline'));
    expect(items.at(-1)).toMatchObject({ value: { amount: shown, currency: 'RUB' } });
  });

  it('comes in pages without a gap or a repetition', async () => {
    const pages: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await history.timeline(scope(), contactId, pageQuery('timeline', '2', cursor));
      pages.push(...told(page.items));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual(told((await history.timeline(scope(), contactId, pageQuery('timeline'))).items));
  });

  it('is explained: every decision of the latest run, and what comes next', async () => {
    const explained = await history.explain(scope(), contactId, { scenario: 'abandoned-cart' });
    expect(explained.run).toMatchObject({
      id: run,
      state: 'waiting',
      next: { action: 'step', at: '2026-11-23T09:45:00.000Z', held: false, reason: null },
    });
    expect(explained.run?.decisions.map(({ step, outcome }) => [step, outcome])).toEqual([
      [null, 'entered'],
      ['pause-1', 'waiting'],
      ['reminder', 'sent'],
    ]);
    expect(explained.events).toMatchObject([{ type: 'cart.updated', outcome: 'entered', reason: null }]);
  });

  it('is explained for each of the runs that go on side by side, by what they follow up', async () => {
    const second = newId();
    await database.engine.query(
      `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
         position, due_at, previous_at, entered_at, last_activity_at, event)
       SELECT environment_id, $2, store_id, clock, scenario_key, version, message_class, contact_id, '82', state,
         position, due_at, previous_at, entered_at + interval '1 hour', last_activity_at, event
       FROM enrollments WHERE id = $1`,
      [run, second],
    );
    const asked = (subject?: string) =>
      history.explain(scope(), contactId, {
        scenario: 'abandoned-cart',
        ...(subject === undefined ? {} : { subject }),
      });
    const first = { id: run, subject: '81', enteredAt: '2026-11-21T09:00:00.000Z' };
    const other = { id: second, subject: '82', enteredAt: '2026-11-21T10:00:00.000Z' };
    expect(await asked()).toMatchObject({ run: other, others: [first] });
    expect(await asked('81')).toMatchObject({ run: { ...first, decisions: [{}, {}, {}] }, others: [other] });
    expect(await asked('83')).toMatchObject({ run: null, others: [other, first] });
    await database.engine.query(
      `UPDATE enrollments SET state = 'ended', due_at = NULL, end_reason = 'completed', ended_at = now() WHERE id = $1`,
      [second],
    );
    expect(await asked('81')).toMatchObject({ run: first, others: [] });
    await database.engine.query('DELETE FROM enrollments WHERE id = $1', [second]);
  });

  it('says of a letter that was tried and certainly did not go out what the list of letters says: not sent', async () => {
    const { engine } = database;
    const { storeId, liveId: environmentId } = store;
    const refused = await aContact(engine, environmentId, 'refused@example.com');
    const fields = { environmentId, storeId, contactId: refused, sentAt: new Date('2026-11-21T09:45:00Z') };
    await aLetter(engine, { ...fields, state: 'rejected', reason: '550', step: 'reminder' });
    await aLetter(engine, { ...fields, state: 'unresolved', step: 'follow-up' });
    const { items } = await history.timeline(scope(), refused, pageQuery('timeline'));
    const sent = [
      ['rejected', null],
      ['unresolved', '2026-11-21T09:45:00.000Z'],
    ];
    expect(items.map((item) => item.kind === 'message' && [item.state, item.sentAt]).sort()).toEqual(sent);
    const messages = EXPORT_SECTIONS.find(({ name }) => name === 'messages')!;
    const rows = await engine.query<{ item: { state: string; sentAt: string | null } }>(messages.sql, [
      environmentId,
      refused,
      messages.first,
      10,
    ]);
    expect(rows.map(({ item }) => [item.state, item.sentAt]).sort()).toEqual(sent);
    await engine.query('UPDATE messages SET enrollment_id = $2 WHERE contact_id = $1', [refused, run]);
    const { run: explained } = await history.explain(scope(), contactId, { scenario: 'abandoned-cart' });
    expect(explained!.messages.map(({ state, sentAt }) => [state, sentAt]).sort()).toEqual(sent);
  });

  it("is exported to its person with every section, and nothing of it to somebody else, not even another environment's", async () => {
    const { engine } = database;
    const boris = await aContact(engine, store.liveId, 'boris@example.com');
    await engine.query(
      `INSERT INTO consents (environment_id, id, contact_id, purpose, granted, source, occurred_at)
       VALUES ($1, $2, $3, 'marketing', true, 'form', now())`,
      [store.liveId, newId(), contactId],
    );
    await engine.query(
      `INSERT INTO suppressions (environment_id, email_key, email, reason)
       VALUES ($1, $2, $2, 'complaint'), ($3, $4, $4, 'complaint')`,
      [store.liveId, 'anna@example.com', store.sandboxId, 'boris@example.com'],
    );
    await engine.query(
      `INSERT INTO provider_events (environment_id, id, received_at, connector_id, message_id, kind, outcome, occurred_at)
       SELECT environment_id, $2, now(), $2, id, 'delivered', 'applied', now() FROM messages WHERE contact_id = $1`,
      [contactId, newId()],
    );
    const exported = async (contact: string) => {
      const told: string[] = [];
      for (const { name, sql, first, isBlind } of EXPORT_SECTIONS) {
        const asked = [store.liveId, contact, first, 10, ...(isBlind ? BLIND_KEYS.pads : [])];
        if ((await engine.query(sql, asked)).length > 0) told.push(name);
      }
      return told;
    };
    expect(await exported(contactId)).toEqual(EXPORT_SECTIONS.map(({ name }) => name));
    expect(await exported(boris)).toEqual([]);
    expect((await history.timeline(scope(), boris, pageQuery('timeline'))).items).toEqual([]);
    expect(await history.explain(scope(), boris, { scenario: 'abandoned-cart' })).toMatchObject({
      run: null,
      others: [],
      events: [],
    });
  });

  it('is exported with the block of an address that is kept as a blind key, since its person was erased before', async () => {
    const email = 'carl@example.com';
    const back = await aContact(database.engine, store.liveId, email);
    await database.engine.query(
      `INSERT INTO suppressions (environment_id, email_key, email, reason) VALUES ($1, $2, NULL, 'hard_bounce')`,
      [store.liveId, BLIND_KEYS.of(email)],
    );
    const { sql, first } = EXPORT_SECTIONS.find(({ name }) => name === 'suppressions')!;
    const exported = () => database.engine.query(sql, [store.liveId, back, first, 10, ...BLIND_KEYS.pads]);
    expect(await exported()).toMatchObject([{ item: { email, reason: 'hard_bounce' } }]);
    await database.engine.query(
      `INSERT INTO suppressions (environment_id, email_key, email, reason) VALUES ($1, $2, $2, 'complaint')`,
      [store.liveId, email],
    );
    expect(await exported()).toMatchObject([{ item: { email, reason: 'complaint' } }]); // as everywhere else
  });

  it('says that a person was never in a scenario, that nothing of it is published, and knows no stranger', async () => {
    expect(await history.explain(scope(), contactId, { scenario: 'other' })).toEqual({
      scenario: 'other',
      published: null,
      run: null,
      others: [],
      events: [],
    });
    await expect(history.explain(scope(), contactId, { scenario: 'unknown' })).rejects.toMatchObject({ status: 404 });
    await expect(history.timeline(scope(), 'bob@example.com', pageQuery('timeline'))).rejects.toMatchObject({
      status: 404,
    });
    const sandbox = { storeId: store.storeId, environmentId: store.sandboxId };
    await expect(history.timeline(sandbox, contactId, pageQuery('timeline'))).rejects.toMatchObject({
      status: 404,
    });
  });
});
