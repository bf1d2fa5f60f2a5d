import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import { compileScenario } from '../domain/compile-scenario.js';
import { parseScenario } from '../domain/scenario-schema.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import { type ScenarioRegistry, type VersionRef, versionKey } from '../scenarios/scenario-registry.js';
import { StoresService } from '../stores/stores.service.js';
import { recordEngagement } from '../tracking/record-engagement.js';
import { Attribution } from './attribution.js';
import { ConversionValues } from './conversion-values.js';
import { Figures } from './figures.js';
import { Rollup } from './rollup.js';
import { StoredConversions } from './stored-conversions.js';

const SENT = '2026-11-21T09:45:00.000Z';
const DOCUMENT = {
  key: 'abandoned-cart',
  name: 'Abandoned cart',
  messageClass: 'marketing',
  trigger: { type: 'event', event: 'cart.updated' },
  goals: [{ key: 'order', event: 'order.placed', within: 'P5D', value: 'event.total' }],
  steps: [
    { id: 'pause', type: 'wait', for: 'PT45M' },
    { id: 'reminder', type: 'email', template: 'abandoned-cart/reminder', reason: 'it waits' },
  ],
};

describe('crediting orders', () => {
  let database: TestDatabase;
  let store: TestStore;
  let figures: Figures;
  const recorder = new StoredConversions();

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    const parsed = parseScenario(DOCUMENT);
    const made = parsed.ok ? compileScenario(parsed.scenario) : parsed;
    if (!made.ok) throw new Error(JSON.stringify(made.problems));
    const registry = {
      versions: (_: unknown, refs: VersionRef[]) =>
        Promise.resolve(new Map(refs.map((ref) => [versionKey(ref), made.compiled]))),
    };
    const values = new ConversionValues(new StoresService(), BLIND_KEYS);
    const attribution = new Attribution(database.engine, registry as unknown as ScenarioRegistry, values);
    figures = new Figures(database.engine, attribution, new Rollup(database.engine));
  });
  afterAll(() => database.close());

  /** A person with letters sent at these instants. */
  async function aReader(
    ...sentAt: string[]
  ): Promise<{ readonly contactId: string; readonly letters: readonly string[] }> {
    const contactId = await aContact(database.engine, store.liveId);
    const letters: string[] = [];
    for (const at of sentAt)
      letters.push(
        await aLetter(database.engine, {
          environmentId: store.liveId,
          storeId: store.storeId,
          contactId,
          sentAt: new Date(at),
        }),
      );
    return { contactId, letters };
  }

  const act = (
    messageId: string,
    action: 'open' | 'click',
    receivedAt: string,
    actor: 'person' | 'machine' = 'person',
  ) =>
    recordEngagement(database.engine, {
      id: newId(),
      environmentId: store.liveId,
      messageId,
      action,
      actor,
      verdict: actor,
      linkIndex: null,
      url: null,
      receivedAt,
      userAgent: null,
    });

  async function order(
    contactId: string,
    at: string,
    fields: { data?: object; key?: string; type?: string } = {},
  ): Promise<string> {
    const eventId = newId();
    const { data = { total: 5980, currency: 'RUB' }, key: orderKey = eventId, type = 'order.placed' } = fields;
    await recorder.record(database.engine, [
      {
        environmentId: store.liveId,
        eventId,
        orderKey,
        type,
        contactId,
        occurredAt: new Date(at),
        data: data as Record<string, unknown>,
      },
    ]);
    return eventId;
  }

  async function credit(eventId: string): Promise<Record<string, unknown> | undefined> {
    await figures.apply(REAL_LANE);
    const [row] = await database.engine.query(
      'SELECT state, message_id, credited_for, amount, currency FROM conversions WHERE event_id = $1',
      [eventId],
    );
    return row;
  }

  it('goes to the letter last clicked, though another was opened later', async () => {
    const { contactId, letters } = await aReader(SENT, '2026-11-22T09:45:00.000Z', '2026-11-23T09:45:00.000Z');
    await act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    await act(letters[1]!, 'click', '2026-11-22T10:00:00.000Z');
    await act(letters[2]!, 'open', '2026-11-23T10:00:00.000Z');
    expect(await credit(await order(contactId, '2026-11-24T10:00:00.000Z'))).toEqual({
      state: 'credited',
      message_id: letters[1],
      credited_for: 'order',
      amount: '5980',
      currency: 'RUB',
    });
  });

  it('goes to the letter last opened when none was clicked', async () => {
    const { contactId, letters } = await aReader(SENT, '2026-11-22T09:45:00.000Z');
    await act(letters[1]!, 'open', '2026-11-22T10:00:00.000Z');
    await act(letters[0]!, 'open', '2026-11-22T10:00:01.000Z');
    expect(await credit(await order(contactId, '2026-11-24T10:00:00.000Z'))).toMatchObject({ message_id: letters[0] });
  });

  it('counts both ends of the window and the instant of the act itself', async () => {
    for (const [at, credited] of [
      ['2026-11-21T09:45:00.000Z', true],
      ['2026-11-26T09:45:00.000Z', true],
      ['2026-11-26T09:45:00.001Z', false],
    ] as const) {
      const { contactId, letters } = await aReader(SENT);
      await act(letters[0]!, 'open', SENT);
      expect([at, (await credit(await order(contactId, at)))?.['message_id']]).toEqual([
        at,
        credited ? letters[0] : null,
      ]);
    }
  });

  it('gives nothing for what a machine did, for an act after the order, for another kind of event', async () => {
    const { contactId, letters } = await aReader(SENT);
    await act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z', 'machine');
    await act(letters[0]!, 'open', '2026-11-21T12:00:00.000Z');
    expect(await credit(await order(contactId, '2026-11-21T11:00:00.000Z'))).toMatchObject({
      state: 'uncredited',
      message_id: null,
    });
    expect(await credit(await order(contactId, '2026-11-21T13:00:00.000Z', { type: 'order.paid' }))).toMatchObject({
      state: 'uncredited',
    });
  });

  it('credits an order once, however often it is told', async () => {
    const { contactId, letters } = await aReader(SENT);
    await act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    expect(await credit(await order(contactId, '2026-11-21T11:00:00.000Z', { key: 'order 7' }))).toMatchObject({
      state: 'credited',
    });
    expect(await credit(await order(contactId, '2026-11-21T11:00:01.000Z', { key: 'order 7' }))).toBeUndefined();
  });

  it('looks again when an act before the order becomes known after it, and moves the credit and its money', async () => {
    const { contactId, letters } = await aReader(SENT, '2026-12-22T09:45:00.000Z');
    await act(letters[1]!, 'open', '2026-12-22T10:00:00.000Z');
    const later = await order(contactId, '2026-12-23T10:00:00.000Z', { data: { total: '1990.50', currency: 'EUR' } });
    expect(await credit(later)).toMatchObject({ message_id: letters[1], amount: '1990.5', currency: 'EUR' });
    const moved = await aLetter(database.engine, {
      environmentId: store.liveId,
      storeId: store.storeId,
      contactId,
      step: 'follow-up',
      sentAt: new Date('2026-12-21T00:00:00Z'),
    });
    await act(moved, 'click', '2026-12-22T00:00:00.000Z');
    expect(await credit(later)).toMatchObject({ message_id: moved });
    const cells = await database.engine.query(
      `SELECT step_id, orders::integer, revenue FROM stats_daily WHERE day >= '2026-12-21' ORDER BY day`,
    );
    expect(cells).toEqual([
      { step_id: 'follow-up', orders: 1, revenue: { EUR: '1990.5' } },
      { step_id: 'reminder', orders: 0, revenue: {} },
    ]);
  });

  it('sees the letters of a contact that was merged into the buyer', async () => {
    const { contactId: away, letters } = await aReader(SENT);
    const contactId = await aContact(database.engine, store.liveId);
    await act(letters[0]!, 'click', '2026-11-21T10:00:00.000Z');
    await database.engine.query('UPDATE contacts SET merged_into = $2 WHERE id = $1', [away, contactId]);
    expect(await credit(await order(contactId, '2026-11-21T11:00:00.000Z'))).toMatchObject({ message_id: letters[0] });
  });
});
