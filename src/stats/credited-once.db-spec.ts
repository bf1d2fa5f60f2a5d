import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { eraseContact } from '../contacts/erase-contact.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { Crediting, SENT } from './crediting.builder.js';

const CLICKED = '2026-11-21T10:00:00.000Z';
const PLACED = '2026-11-21T11:00:00.000Z';
const PAID = '2026-11-21T12:00:00.000Z';
const GOALS = [
  { key: 'paid', event: 'order.paid', within: 'P5D', value: 'event.total' },
  { key: 'shipped', event: 'order.shipped', within: 'P5D', value: 'event.total' },
];

describe('an order of which several events tell', () => {
  let database: TestDatabase;
  let store: TestStore;
  let crediting: Crediting;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    crediting = new Crediting(database, store, GOALS);
  });
  afterAll(() => database.close());

  const paid = (contactId: string, at: string, key: string) =>
    crediting.order(contactId, at, { key, type: 'order.paid' });
  const counted = async () => {
    await crediting.figures.apply(REAL_LANE);
    const cells = 'SELECT step_id, orders::integer, revenue FROM stats_daily WHERE environment_id = $1 AND orders > 0';
    const before = await database.engine.query(cells, [store.liveId]);
    await crediting.rollup.rebuild(null);
    expect(await database.engine.query(cells, [store.liveId])).toEqual(before);
    return before;
  };

  beforeEach(async () => {
    for (const table of ['conversions', 'messages', 'stats_daily']) await database.engine.query(`DELETE FROM ${table}`);
  });

  it('is credited with the first that a letter brought, and once', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', CLICKED);
    const placed = await crediting.order(contactId, PLACED, { key: '7' });
    expect(await crediting.credit(placed)).toMatchObject({ state: 'uncredited' });
    const first = await paid(contactId, PAID, '7');
    const again = await paid(contactId, '2026-11-21T13:00:00.000Z', '7');
    expect(await crediting.credit(first)).toMatchObject({
      state: 'credited',
      message_id: letters[0],
      credited_for: 'paid',
    });
    expect(await crediting.credit(again)).toMatchObject({ state: 'uncredited', message_id: null, amount: null });
    expect(await counted()).toEqual([{ step_id: 'reminder', orders: 1, revenue: { RUB: '5980' } }]);
  });

  it('is one also where its id was made of an address and its person was erased in between', async () => {
    const id = '7-anna@example.com';
    const before = await crediting.aReader(SENT);
    await crediting.act(before.letters[0]!, 'click', CLICKED);
    expect(await crediting.credit(await paid(before.contactId, PLACED, id))).toMatchObject({ state: 'credited' });
    const erase = (contactId: string) =>
      database.engine.transaction((tx) =>
        eraseContact(tx, { environmentId: store.liveId, contactId }, new Date(PLACED), BLIND_KEYS),
      );
    await erase(before.contactId);
    const back = await crediting.aReader(SENT);
    await crediting.act(back.letters[0]!, 'click', CLICKED);
    expect(await crediting.credit(await paid(back.contactId, PAID, id))).toMatchObject({ state: 'uncredited' });
    await erase(back.contactId);
    expect(await counted()).toEqual([{ step_id: 'reminder', orders: 1, revenue: { RUB: '5980' } }]);
  });

  it('adds up with the others of its letters, each currency by itself', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', CLICKED);
    for (const [total, currency] of [
      [100, 'RUB'],
      [250, 'RUB'],
      [7, 'EUR'],
    ] as const)
      await crediting.order(contactId, PAID, { type: 'order.paid', data: { total, currency } });
    expect(await counted()).toEqual([{ step_id: 'reminder', orders: 3, revenue: { EUR: '7', RUB: '350' } }]);
  });

  it('gives its credit to an earlier event that comes later', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', CLICKED);
    const second = await paid(contactId, PAID, '8');
    expect(await crediting.credit(second)).toMatchObject({ state: 'credited' });
    const data = { total: 100, currency: 'EUR' };
    const first = await crediting.order(contactId, PLACED, { key: '8', type: 'order.shipped', data });
    expect(await crediting.credit(first)).toMatchObject({ state: 'credited', message_id: letters[0], amount: '100' });
    expect(await crediting.credit(second)).toMatchObject({ state: 'uncredited', message_id: null, credited_for: null });
    expect(await counted()).toEqual([{ step_id: 'reminder', orders: 1, revenue: { EUR: '100' } }]);
  });

  it('moves its credit to an earlier event when an act before that becomes known', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    const [first, second] = [await paid(contactId, PLACED, '9'), await paid(contactId, PAID, '9')];
    const followUp = await crediting.letter(contactId, { step: 'follow-up' });
    await crediting.act(followUp, 'click', '2026-11-21T11:30:00.000Z');
    expect(await crediting.credit(second)).toMatchObject({ state: 'credited', message_id: followUp });
    await crediting.act(letters[0]!, 'open', CLICKED);
    expect(await crediting.credit(first)).toMatchObject({ state: 'credited', message_id: letters[0] });
    expect(await crediting.credit(second)).toMatchObject({ state: 'uncredited' });
    expect(await counted()).toEqual([{ step_id: 'reminder', orders: 1, revenue: { RUB: '5980' } }]);
  });

  it('is credited once when two people told of it, and to nobody else when the other acts later', async () => {
    const [anna, bob] = [await crediting.aReader(SENT), await crediting.aReader(SENT)];
    await crediting.act(anna.letters[0]!, 'click', CLICKED);
    const [first, second] = [await paid(anna.contactId, PLACED, '10'), await paid(bob.contactId, PAID, '10')];
    expect(await crediting.credit(first)).toMatchObject({ message_id: anna.letters[0] });
    await crediting.act(bob.letters[0]!, 'click', CLICKED);
    expect(await crediting.credit(second)).toMatchObject({ state: 'uncredited', message_id: null });
    expect(await counted()).toEqual([{ step_id: 'reminder', orders: 1, revenue: { RUB: '5980' } }]);
  });

  it('is another order in another store that counts its own from the same number', async () => {
    const theirs = new Crediting(database, await aStore(database.engine), GOALS);
    for (const shop of [crediting, theirs]) {
      const { contactId, letters } = await shop.aReader(SENT);
      await shop.act(letters[0]!, 'click', CLICKED);
      const order = await shop.order(contactId, PAID, { key: '1001', type: 'order.paid' });
      expect(await shop.credit(order)).toMatchObject({ state: 'credited', message_id: letters[0] });
    }
  });

  it('is credited to a letter of its own buyer, whoever else acted and bought at the same time', async () => {
    const [anna, bob, carl] = [await crediting.aReader(SENT), await crediting.aReader(SENT), await crediting.aReader()];
    await crediting.act(anna.letters[0]!, 'click', CLICKED);
    await crediting.act(bob.letters[0]!, 'open', CLICKED);
    const orders: string[] = [];
    for (const { contactId } of [anna, bob, carl]) orders.push(await paid(contactId, PAID, `of ${contactId}`));
    const credits: unknown[] = [];
    for (const order of orders) credits.push((await crediting.credit(order))?.message_id);
    expect(credits).toEqual([anna.letters[0], bob.letters[0], null]);
  });

  it.each(['the one that stayed', 'the one that was merged into it'])(
    'is credited whichever of a person’s contacts it was told of: %s, also for an act that becomes known late',
    async (which) => {
      const [one, other] = [await crediting.aReader(SENT), await crediting.aReader()];
      const [away, stays] = which === 'the one that stayed' ? [one, other] : [other, one];
      await database.engine.query('UPDATE contacts SET merged_into = $2 WHERE id = $1', [
        away.contactId,
        stays.contactId,
      ]);
      const order = await paid(other.contactId, PAID, which);
      expect(await crediting.credit(order)).toMatchObject({ state: 'uncredited' });
      await crediting.act(one.letters[0]!, 'click', CLICKED);
      expect(await crediting.credit(order)).toMatchObject({ state: 'credited', message_id: one.letters[0] });
    },
  );

  it('keeps its credit when the act that earned it is forgotten and the person acts again', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', CLICKED);
    const order = await paid(contactId, PAID, '11');
    const before = await crediting.credit(order);
    expect(before).toMatchObject({ state: 'credited', message_id: letters[0] });
    await database.engine.query('DELETE FROM engagements');
    const other = await crediting.letter(contactId, { step: 'follow-up' });
    await crediting.act(other, 'click', CLICKED);
    expect(await crediting.credit(order)).toEqual(before);
  });

  it('is credited for an act that another worker counts while the order is being credited', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    const order = await paid(contactId, PAID, '12');
    crediting.meanwhile = async () => {
      await crediting.act(letters[0]!, 'click', CLICKED);
      await crediting.rollup.batch(REAL_LANE);
    };
    await crediting.attribution.batch(REAL_LANE);
    expect(await crediting.credit(order)).toMatchObject({ state: 'credited', message_id: letters[0] });
  });

  it('is credited by one worker at a time, and no one waits for another', async () => {
    const { contactId, letters } = await crediting.aReader(SENT);
    await crediting.act(letters[0]!, 'click', CLICKED);
    const first = await paid(contactId, PLACED, '13');
    crediting.meanwhile = async () => {
      await paid(contactId, PAID, '13');
      expect(await crediting.attribution.batch(REAL_LANE)).toBe(0);
    };
    await crediting.attribution.batch(REAL_LANE);
    expect(await crediting.credit(first)).toMatchObject({ state: 'credited' });
    expect(await counted()).toEqual([{ step_id: 'reminder', orders: 1, revenue: { RUB: '5980' } }]);
  });

  it.each(['accepted', 'unresolved', 'rejected', 'failed'])(
    'is counted on its letter when that is %s',
    async (state) => {
      const { contactId } = await crediting.aReader(SENT);
      const letter = await crediting.letter(contactId, { state, step: 'follow-up', reason: 'told' });
      await crediting.act(letter, 'click', CLICKED);
      await paid(contactId, PAID, '14');
      expect(await counted()).toEqual([{ step_id: 'follow-up', orders: 1, revenue: { RUB: '5980' } }]);
      const [row] = await database.engine.query(
        `SELECT sum(sent)::integer AS sent, sum(unique_clicks)::integer AS clicks FROM stats_daily WHERE step_id = 'follow-up'`,
      );
      const went = state === 'accepted' ? 1 : 0;
      expect(row).toEqual({ sent: went, clicks: went });
    },
  );

  it.each(['unknown', 'retry'])(
    'is not counted while its letter is %s and may go out on another day',
    async (state) => {
      const { contactId } = await crediting.aReader();
      const letter = await crediting.letter(contactId, { state });
      await crediting.act(letter, 'click', CLICKED);
      const order = await paid(contactId, PAID, '15');
      expect(await crediting.credit(order)).toMatchObject({ message_id: letter });
      expect(await counted()).toEqual([]);
    },
  );
});
