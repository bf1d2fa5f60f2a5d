import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact } from '../../test/support/letters.js';
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

  it('sees the letters of a contact that was merged into the buyer', async () => {
    const { contactId: away, letters } = await crediting.aReader(SENT);
    const contactId = await aContact(database.engine, store.liveId);
    await crediting.act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    await database.engine.query('UPDATE contacts SET merged_into = $2 WHERE id = $1', [away, contactId]);
    expect(await crediting.credit(await crediting.order(contactId, '2026-11-21T11:00:00.000Z'))).toMatchObject({
      message_id: letters[0],
    });
  });
});
