import { aCollector } from '../../test/support/a-collector.js';
import { anEvent } from '../../test/support/an-event.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import { aScenario } from '../../test/support/planned-letters.js';
import { newId } from '../platform/ids.js';
import { EnvironmentsService } from '../stores/environments.service.js';
import { StoresService } from '../stores/stores.service.js';
import type { Unsubscriber } from '../tracking/unsubscriber.js';
import { SandboxAgenda } from './sandbox-agenda.js';
import type { SandboxClock } from './sandbox-clock.js';
import { CLEARED, clearEnvironment, KEPT } from './reset-sandbox.js';
import { SandboxPeople } from './sandbox-people.js';
import { SandboxService } from './sandbox.service.js';
import { SandboxTurns } from './sandbox-turns.js';

describe('a sandbox', () => {
  let database: TestDatabase;
  let store: TestStore;
  let turns: SandboxTurns;

  beforeAll(async () => {
    database = await migratedDatabase();
    turns = new SandboxTurns(database.engine);
  });
  beforeEach(async () => {
    store = await aStore(database.engine);
  });
  afterAll(async () => {
    await turns.onApplicationShutdown();
    await database.close();
  });

  const aSandboxLetter = async (fields: { state?: string; contactId?: string } = {}): Promise<string> => {
    const letter = { environmentId: store.sandboxId, storeId: store.storeId, clock: 'virtual' as const, ...fields };
    const id = await aLetter(database.engine, letter);
    await database.engine.query(
      `INSERT INTO message_bodies (environment_id, message_id, html, text, headers, links) VALUES ($1, $2, '', '', '{}', $3)`,
      [
        store.sandboxId,
        id,
        JSON.stringify([
          { index: 0, url: 'https://shop.example/a' },
          { index: 1, url: 'https://shop.example/b' },
        ]),
      ],
    );
    return id;
  };

  describe('played recipients', () => {
    const unsubscribed: unknown[] = [];
    let people: SandboxPeople;
    beforeAll(() => {
      const unsubscriber = { unsubscribe: (ref: unknown) => Promise.resolve(void unsubscribed.push(ref)) };
      people = new SandboxPeople(database.engine, unsubscriber as unknown as Unsubscriber);
    });

    it("do what is asked, at the sandbox's now, as often as it is asked", async () => {
      const message = await aSandboxLetter();
      for (let i = 0; i < 2; i++) await people.engage(store.sandboxId, { message, action: 'open' });
      const clicked = await people.engage(store.sandboxId, { message, action: 'click', link: 1 });
      expect(clicked).toMatchObject({
        as: 'person',
        link: 1,
        url: 'https://shop.example/b',
        at: '2026-11-21T09:00:00.000Z',
      });
      await people.engage(store.sandboxId, { message, action: 'click', as: 'machine' });
      const [row] = await database.engine.query(
        'SELECT opens, clicks, machine_clicks, first_opened_at FROM messages WHERE id = $1',
        [message],
      );
      expect(row).toEqual({
        opens: 2,
        clicks: 1,
        machine_clicks: 1,
        first_opened_at: new Date('2026-11-21T09:00:00Z'),
      });
    });

    it("are people when they unsubscribe: a machine's visit changes nothing", async () => {
      const message = await aSandboxLetter();
      await people.engage(store.sandboxId, { message, action: 'unsubscribe', as: 'machine' });
      expect(unsubscribed).toEqual([]);
      await people.engage(store.sandboxId, { message, action: 'unsubscribe' });
      expect(unsubscribed).toEqual([{ environmentId: store.sandboxId, messageId: message }]);
    });

    it('cannot touch a letter that is not theirs, did not go out, or has no such link', async () => {
      const problem = (act: Promise<unknown>): Promise<unknown> => act.catch((error: unknown) => error);
      const open = { message: newId(), action: 'open' } as const;
      expect(await problem(people.engage(store.sandboxId, open))).toMatchObject({ status: 404 });
      const message = await aSandboxLetter();
      expect(await problem(people.engage(store.liveId, { message, action: 'open' }))).toMatchObject({ status: 404 });
      expect(await problem(people.engage(store.sandboxId, { message, action: 'click', link: 2 }))).toMatchObject({
        status: 422,
        code: 'unknown_link',
      });
      const planned = await aSandboxLetter({ state: 'planned' });
      expect(await problem(people.engage(store.sandboxId, { message: planned, action: 'open' }))).toMatchObject({
        status: 422,
        code: 'not_accepted',
      });
    });
  });

  it('knows whether letters of one person compete', async () => {
    const agenda = new SandboxAgenda(database.engine);
    const contactId = await aContact(database.engine, store.sandboxId);
    const first = await aSandboxLetter({ state: 'planned', contactId });
    await aSandboxLetter({ state: 'planned' });
    const [{ due_at: dueAt }] = (await database.engine.query('SELECT due_at FROM messages WHERE id = $1', [first])) as [
      { due_at: Date },
    ];
    expect(await agenda.hasRivals(store.sandboxId, dueAt)).toBe(false);
    const second = await aSandboxLetter({ state: 'planned', contactId });
    await database.engine.query(`UPDATE messages SET message_class = 'care' WHERE id = $1`, [second]);
    expect(await agenda.hasRivals(store.sandboxId, dueAt)).toBe(false);
    await aSandboxLetter({ state: 'planned', contactId });
    expect(await agenda.hasRivals(store.sandboxId, dueAt)).toBe(true);
    expect(await agenda.hasRivals(store.sandboxId, new Date(dueAt.getTime() - 1))).toBe(false);
  });

  it('knows what it has to do, from one look', async () => {
    const agenda = new SandboxAgenda(database.engine);
    const now = new Date('2026-11-21T09:00:00Z');
    const look = () => agenda.read(store.sandboxId, now);
    const nothing = { hasEvents: false, runAt: null, letterAt: null, hasHits: false };
    expect(await look()).toEqual(nothing);
    const planned = await aSandboxLetter({ state: 'planned' });
    const [{ due_at: dueAt }] = (await database.engine.query('SELECT due_at FROM messages WHERE id = $1', [
      planned,
    ])) as [{ due_at: Date }];
    expect(await look()).toEqual({ ...nothing, letterAt: dueAt });
    await database.engine.query(`UPDATE messages SET held = true WHERE id = $1`, [planned]);
    expect(await look()).toEqual(nothing);
    await aSandboxLetter({ state: 'retry' });
    expect(await look()).toEqual({ ...nothing, letterAt: now });
    expect(await agenda.read(store.liveId, now)).toEqual(nothing);
    await aCollector(database.engine).submit([anEvent({ environmentId: store.sandboxId, clock: 'virtual' })]);
    expect(await look()).toEqual({ ...nothing, letterAt: now, hasEvents: true });
  });

  it('has nothing to do for another sandbox, nor for runs that are held', async () => {
    const other = await aStore(database.engine);
    const { sandboxId, storeId } = other;
    await aScenario(database.engine, other);
    const at = new Date('2026-11-21T08:00:00Z');
    await aCollector(database.engine).submit([anEvent({ environmentId: sandboxId, clock: 'virtual' })]);
    await database.engine.query(
      `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state, due_at,
         position, previous_at, entered_at, last_activity_at, event)
       VALUES ($1, $2, $3, 'virtual', 'abandoned-cart', 1, 'marketing', $4, '81', 'waiting', $5, '1', $5, $5, $5, '{}')`,
      [sandboxId, newId(), storeId, await aContact(database.engine, sandboxId), at],
    );
    const agenda = new SandboxAgenda(database.engine);
    expect(await agenda.read(sandboxId, at)).toMatchObject({ hasEvents: true, runAt: at });
    expect(await agenda.read(store.sandboxId, at)).toMatchObject({ hasEvents: false, runAt: null });
    const own = [turns, {} as SandboxClock, agenda] as const;
    const service = new SandboxService(database.engine, new EnvironmentsService(), new StoresService(), ...own);
    expect(await service.state(sandboxId)).toMatchObject({ waiting: 1, nextDueAt: at.toISOString() });
    await database.engine.query('UPDATE enrollments SET held = true WHERE environment_id = $1', [sandboxId]);
    expect(await agenda.read(sandboxId, at)).toMatchObject({ runAt: null });
    expect(await service.state(sandboxId)).toMatchObject({ waiting: 0, nextDueAt: null });
  });

  describe('its service', () => {
    let played: string[];
    let clock: SandboxClock;
    let service: SandboxService;
    const aService = (own: SandboxTurns): SandboxService => {
      const agenda = new SandboxAgenda(database.engine);
      return new SandboxService(database.engine, new EnvironmentsService(), new StoresService(), own, clock, agenda);
    };
    beforeEach(() => {
      played = [];
      const playing = {
        async play(environmentId: string, from: Date, target: Date): Promise<number> {
          played.push(`from ${from.toISOString().slice(11, 16)}`);
          await database.engine.query('UPDATE environments SET virtual_now = $2 WHERE id = $1', [
            environmentId,
            target,
          ]);
          played.push(`to ${target.toISOString().slice(11, 16)}`);
          return 0;
        },
      };
      clock = playing as unknown as SandboxClock;
      service = aService(turns);
    });

    it('moves its clock for one caller at a time, also of several processes', async () => {
      const other = new SandboxTurns(database.engine);
      const elsewhere = aService(other);
      const moved = await Promise.all(
        [service, elsewhere, service, elsewhere].map((one) => one.advance(store.sandboxId, { by: '1 hour' })),
      );
      await other.onApplicationShutdown();
      expect(moved.map(({ now }) => now.slice(11, 16)).sort()).toEqual(['10:00', '11:00', '12:00', '13:00']);
      expect(played).toEqual([
        'from 09:00',
        'to 10:00',
        'from 10:00',
        'to 11:00',
        'from 11:00',
        'to 12:00',
        'from 12:00',
        'to 13:00',
      ]);
    });

    it('lets the next caller have its turn after one that failed', async () => {
      await expect(service.advance(store.sandboxId, { by: 'soon' })).rejects.toMatchObject({
        code: 'invalid_duration',
      });
      expect(await service.advance(store.sandboxId, { by: 'PT0S' })).toEqual({
        now: '2026-11-21T09:00:00.000Z',
        messages: 0,
      });
    });

    it('forgets people and their history at a reset, of this environment only', async () => {
      const contactId = await aContact(database.engine, store.sandboxId);
      await aSandboxLetter({ contactId });
      const livePerson = await aContact(database.engine, store.liveId);
      const state = await service.reset(store.sandboxId, new Date('2027-01-01T00:00:00Z'));
      expect(state).toEqual({ now: '2027-01-01T00:00:00.000Z', waiting: 0, nextDueAt: null });
      for (const table of ['contacts', 'contact_keys', 'messages', 'message_bodies'])
        expect(
          await database.engine.query(`SELECT 1 FROM ${table} WHERE environment_id = $1`, [store.sandboxId]),
        ).toEqual([]);
      expect(await database.engine.query('SELECT id FROM contacts WHERE environment_id = $1', [store.liveId])).toEqual([
        { id: livePerson },
      ]);
    });

    it('leaves nothing by half of somebody whose first event comes during a reset', async () => {
      const environmentId = store.sandboxId;
      const first = anEvent({ environmentId, clock: 'virtual', key: 'cart-1' });
      let isPosted = false;
      await database.engine.transaction((tx) =>
        clearEnvironment(
          {
            query: async (text, values) => {
              const rows = await tx.query(text, values);
              if (!isPosted) await aCollector(database.engine).submit([first]);
              isPosted = true;
              return rows as never[];
            },
          },
          environmentId,
        ),
      );
      const left = await Promise.all(
        ['contacts', 'contact_keys', 'event_keys', 'storefront_events'].map((table) =>
          database.engine.query(`SELECT 1 FROM ${table} WHERE environment_id = $1`, [environmentId]),
        ),
      );
      expect(left.map(({ length }) => length)).toEqual([0, 0, 0, 0]);
    });

    it('leaves no table of people out of a reset', async () => {
      const tables = await database.engine.query<{ name: string }>(
        `SELECT DISTINCT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'environment_id'
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1`,
      );
      expect(tables.map(({ name }) => name)).toEqual([...CLEARED, ...KEPT].sort());
    });
  });
});
