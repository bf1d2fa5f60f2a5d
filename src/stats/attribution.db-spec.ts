import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact } from '../../test/support/letters.js';
import { eraseContact } from '../contacts/erase-contact.js';
import { IdentityChanges } from '../contacts/identity-changes.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { loadCandidates, type PendingConversion } from './attribution-candidates.js';
import { Crediting, SENT } from './crediting.builder.js';

describe('crediting orders', () => {
  let database: TestDatabase;
  let store: TestStore;
  let crediting: Crediting;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    crediting = new Crediting(database, store);
  });
  afterAll(() => database.close());

  it('goes to the letter last clicked, though another was opened later', async () => {
    const { contactId, letters } = await crediting.aReader(
      SENT,
      '2026-11-22T09:45:00.000Z',
      '2026-11-23T09:45:00.000Z',
    );
    await crediting.act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    await crediting.act(letters[1]!, 'click', '2026-11-22T10:00:00.000Z');
    await crediting.act(letters[2]!, 'open', '2026-11-23T10:00:00.000Z');
    expect(await crediting.credit(await crediting.order(contactId, '2026-11-24T10:00:00.000Z'))).toEqual({
      state: 'credited',
      message_id: letters[1],
      credited_for: 'order',
      amount: '5980',
      currency: 'RUB',
    });
  });

  it('goes to the letter last opened when none was clicked', async () => {
    const { contactId, letters } = await crediting.aReader(SENT, '2026-11-22T09:45:00.000Z');
    await crediting.act(letters[1]!, 'open', '2026-11-22T10:00:00.000Z');
    await crediting.act(letters[0]!, 'open', '2026-11-22T10:00:01.000Z');
    expect(await crediting.credit(await crediting.order(contactId, '2026-11-24T10:00:00.000Z'))).toMatchObject({
      message_id: letters[0],
    });
  });

  it('counts both ends of the window and the instant of the act itself', async () => {
    for (const [at, credited] of [
      ['2026-11-21T09:45:00.000Z', true],
      ['2026-11-26T09:45:00.000Z', true],
      ['2026-11-26T09:45:00.001Z', false],
    ] as const) {
      const { contactId, letters } = await crediting.aReader(SENT);
      await crediting.act(letters[0]!, 'open', SENT);
      expect([at, (await crediting.credit(await crediting.order(contactId, at)))?.['message_id']]).toEqual([
        at,
        credited ? letters[0] : null,
      ]);
    }
  });

  it('gives nothing for what a machine did, for an act after the order, for another kind of event', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z', 'machine');
    await crediting.act(letters[0]!, 'open', '2026-11-21T12:00:00.000Z');
    expect(await crediting.credit(await crediting.order(contactId, '2026-11-21T11:00:00.000Z'))).toMatchObject({
      state: 'uncredited',
      message_id: null,
    });
    expect(
      await crediting.credit(await crediting.order(contactId, '2026-11-21T13:00:00.000Z', { type: 'order.paid' })),
    ).toMatchObject({
      state: 'uncredited',
    });
  });

  it('looks again when an act before the order becomes known after it, and moves the credit and its money', async () => {
    const { contactId, letters } = await crediting.aReader(SENT, '2026-12-22T09:45:00.000Z');
    await crediting.act(letters[1]!, 'open', '2026-12-22T10:00:00.000Z');
    const later = await crediting.order(contactId, '2026-12-23T10:00:00.000Z', {
      data: { total: '1990.50', currency: 'EUR' },
    });
    expect(await crediting.credit(later)).toMatchObject({ message_id: letters[1], amount: '1990.5', currency: 'EUR' });
    const moved = await crediting.letter(contactId, {
      step: 'follow-up',
      sentAt: new Date('2026-12-21T00:00:00Z'),
    });
    await crediting.act(moved, 'click', '2026-12-22T00:00:00.000Z');
    expect(await crediting.credit(later)).toMatchObject({ message_id: moved });
    const cells = await database.engine.query(
      `SELECT step_id, orders::integer, revenue FROM stats_daily WHERE day >= '2026-12-21' ORDER BY day`,
    );
    expect(cells).toEqual([
      { step_id: 'follow-up', orders: 1, revenue: { EUR: '1990.5' } },
      { step_id: 'reminder', orders: 0, revenue: {} },
    ]);
  });

  it.each([
    ['at the very instant of the order', ['2026-11-21T11:00:00.000Z']],
    ['before the order and again after it', ['2026-11-21T12:00:00.000Z', '2026-11-21T10:00:00.000Z']],
  ])('looks again when acts become known late: %s', async (_when, acts) => {
    const { contactId, letters } = await crediting.aReader(SENT);
    const order = await crediting.order(contactId, '2026-11-21T11:00:00.000Z');
    expect(await crediting.credit(order)).toMatchObject({ state: 'uncredited' });
    for (const at of acts) await crediting.act(letters[0]!, 'open', at);
    expect(await crediting.credit(order)).toMatchObject({ state: 'credited', message_id: letters[0] });
  });

  it('credits each of many orders of one buyer with what was done before it, and reads their letters once', async () => {
    const { contactId, letters } = await crediting.aReader(SENT, '2026-11-21T11:00:00.000Z');
    const [first, second] = letters as [string, string];
    await crediting.act(first, 'open', '2026-11-21T10:00:00.000Z');
    await crediting.act(first, 'open', '2026-11-21T14:00:00.000Z');
    await crediting.act(second, 'open', '2026-11-21T12:00:00.000Z');
    const at = ['09:59', '10:00', '11:30', '12:00', '13:59', '14:00'].map((time) => `2026-11-21T${time}:00.000Z`);
    const orders: string[] = [];
    for (const instant of at) orders.push(await crediting.order(contactId, instant));
    const buyer = { environmentId: store.liveId, contactId };
    const asked = at.map((instant, i) => ({ ...buyer, eventId: orders[i]!, occurredAt: new Date(instant) }));
    expect(await loadCandidates(database.engine, asked as unknown as PendingConversion[])).toHaveLength(2);
    const credits: unknown[] = [];
    for (const order of orders) credits.push((await crediting.credit(order))?.['message_id']);
    expect(credits).toEqual([null, first, first, second, second, first]);
  });

  it('sees the letters of a contact that was merged into the buyer', async () => {
    const { contactId: away, letters } = await crediting.aReader(SENT);
    const contactId = await aContact(database.engine, store.liveId);
    await crediting.act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    await database.engine.query('UPDATE contacts SET merged_into = $2 WHERE id = $1', [away, contactId]);
    expect(await crediting.credit(await crediting.order(contactId, '2026-11-21T11:00:00.000Z'))).toMatchObject({
      message_id: letters[0],
    });
  });

  it("waits for its own environment's turn, with its figures: live leaves a sandbox's, a sandbox everybody else's", async () => {
    const { liveId, sandboxId: environmentId } = store;
    const played = new Crediting(database, { ...store, liveId: environmentId });
    const order = async (shop: Crediting, clock: 'real' | 'virtual') => {
      const contactId = await aContact(database.engine, clock === 'real' ? liveId : environmentId);
      await shop.act(await shop.letter(contactId, { clock, sentAt: new Date('2026-11-21T08:00:00Z') }), 'click', SENT);
      return shop.order(contactId, '2026-11-21T11:00:00.000Z');
    };
    const waiting = () =>
      database.engine.query(
        `SELECT 'order' AS what, environment_id AS of FROM conversions WHERE state = 'pending'
         UNION SELECT 'figures', environment_id FROM stats_dirty ORDER BY what`,
      );
    const both = (of: string) => ['figures', 'order'].map((what) => ({ what, of }));
    await order(crediting, 'real');
    await order(played, 'virtual');
    await crediting.figures.apply({ clock: 'virtual', environmentId, now: new Date(SENT) });
    expect(await waiting()).toEqual(both(liveId));
    await order(played, 'virtual');
    await crediting.figures.apply(REAL_LANE);
    expect(await waiting()).toEqual(both(environmentId));
  });

  describe('when a buyer turns out to be the reader of a letter', () => {
    /** The buyer becomes known by an account, as whom the reader is recognised. */
    const recognised = async (buyer: string, reader: string) => {
      await database.engine.query(
        'UPDATE contacts SET external_id = $2, email = NULL, email_key = NULL WHERE id = $1',
        [buyer, `account of ${buyer}`],
      );
      const person = { environmentId: store.liveId, emailKey: null };
      await database.engine.transaction((tx) =>
        new IdentityChanges({ mergeRuns: () => Promise.resolve() }).apply(
          tx,
          {
            kind: 'merge',
            keep: { ...person, id: buyer, externalId: `account of ${buyer}` },
            absorb: { ...person, id: reader, externalId: null },
          },
          new Date('2026-11-21T12:00:00.000Z'),
        ),
      );
    };

    it.each(['the buyer', 'the reader'])(
      'credits what they bought before, also when %s is known longer',
      async (older) => {
        const first = await aContact(database.engine, store.liveId);
        const second = await aContact(database.engine, store.liveId);
        const [buyer, reader] = older === 'the buyer' ? [first, second] : [second, first];
        const letter = await crediting.letter(reader);
        await crediting.act(letter, 'click', '2026-11-21T10:00:00.000Z');
        const order = await crediting.order(buyer, '2026-11-21T11:00:00.000Z');
        expect(await crediting.credit(order)).toMatchObject({ state: 'uncredited' });
        await recognised(buyer, reader);
        expect(await crediting.credit(order)).toMatchObject({ state: 'credited', message_id: letter, amount: '5980' });
      },
    );

    it('leaves alone what they bought before any letter', async () => {
      const buyer = await aContact(database.engine, store.liveId);
      const { contactId: reader, letters } = await crediting.aReader(SENT);
      await crediting.act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
      const order = await crediting.order(buyer, '2026-11-21T09:00:00.000Z');
      await crediting.credit(order);
      await recognised(buyer, reader);
      const [row] = await database.engine.query('SELECT state FROM conversions WHERE event_id = $1', [order]);
      expect(row).toEqual({ state: 'uncredited' });
    });
  });

  it('keeps the worth of what an erased person bought, also when the credit moves', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'open', '2026-11-21T10:00:00.000Z');
    const order = await crediting.order(contactId, '2026-11-21T11:00:00.000Z');
    expect(await crediting.credit(order)).toMatchObject({ message_id: letters[0], amount: '5980' });
    await database.engine.transaction((tx) =>
      eraseContact(tx, { environmentId: store.liveId, contactId }, new Date('2026-11-22T00:00:00Z'), BLIND_KEYS),
    );
    const other = await crediting.letter(contactId);
    await crediting.act(other, 'click', '2026-11-21T10:30:00.000Z');
    expect(await crediting.credit(order)).toMatchObject({ message_id: other, amount: '5980', currency: 'RUB' });
  });

  it('is worth the same when its person is erased before it is credited', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    const order = await crediting.order(contactId, '2026-11-21T11:00:00.000Z');
    const nobodys = await crediting.order(contactId, '2026-11-21T09:00:00.000Z');
    await database.engine.transaction(async (tx) => {
      await crediting.attribution.keep(tx, { environmentId: store.liveId, contactId });
      await eraseContact(tx, { environmentId: store.liveId, contactId }, new Date('2026-11-22T00:00:00Z'), BLIND_KEYS);
    });
    expect(await crediting.credit(order)).toEqual({
      state: 'credited',
      message_id: letters[0],
      credited_for: 'order',
      amount: '5980',
      currency: 'RUB',
    });
    expect(await crediting.credit(nobodys)).toMatchObject({ state: 'uncredited', amount: null });
  });

  it.each([
    ['rub', '10', 'RUB'],
    ['US$', null, null],
    [840, null, null],
    ['', '10', 'USD'],
    [null, '10', 'USD'],
  ])('never counts money of a currency that an event names as %p as another', async (named, amount, currency) => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    const order = await crediting.order(contactId, '2026-11-21T11:00:00.000Z', {
      data: { total: 10, currency: named },
    });
    expect(await crediting.credit(order)).toMatchObject({ state: 'credited', amount, currency });
  });

  it("keeps an order that names no currency in the store's of when it was credited, also when the credit moves", async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'open', '2026-11-21T10:00:00.000Z');
    const order = await crediting.order(contactId, '2026-11-21T11:00:00.000Z', { data: { total: 100 } });
    expect(await crediting.credit(order)).toMatchObject({ message_id: letters[0], amount: '100', currency: 'USD' });
    await database.engine.query(`UPDATE stores SET settings = '{"currency": "EUR"}' WHERE id = $1`, [store.storeId]);
    const afterwards = new Crediting(database, store);
    const other = await afterwards.letter(contactId);
    await afterwards.act(other, 'click', '2026-11-21T10:30:00.000Z');
    expect(await afterwards.credit(order)).toMatchObject({ message_id: other, amount: '100', currency: 'USD' });
    const next = await afterwards.order(contactId, '2026-11-21T12:00:00.000Z', { data: { total: 100 } });
    expect(await afterwards.credit(next)).toMatchObject({ message_id: other, currency: 'EUR' });
  });

  it.each([
    [15.089999999999998, '15.09'],
    [0.1 + 0.2, '0.3'],
    [0.3 - 0.1 - 0.2, '0'],
    [1234567.89 * 1.2, '1481481.468'],
    [1e-7, '0.0000001'],
    [1e-11, '0'],
    [123456789012340, '123456789012340'],
    [1e21, null],
    [-5, null],
    ['12.3456789', '12.3456789'],
    ['99999999.9900', '99999999.99'],
  ])('takes %p for an amount of %p', async (total, amount) => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    const order = await crediting.order(contactId, '2026-11-21T11:00:00.000Z', { data: { total, currency: 'USD' } });
    expect(await crediting.credit(order)).toMatchObject({ state: 'credited', amount });
  });
});
