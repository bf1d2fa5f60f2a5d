import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aPlannedLetter, aScenario, TWO_LETTERS } from '../../test/support/planned-letters.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import { SqlEngagementReader } from '../delivery/engagement-reader.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { newId } from '../platform/ids.js';
import { HitCounter } from './hit-counter.js';
import { HitsOnDisk } from './hits-on-disk.js';
import { Mailbox } from './hits.builder.js';
import { storeHits } from './store-hits.js';

/** The follow-up is for those only who have not opened the reminder. */
const UNLESS_OPENED = {
  ...TWO_LETTERS,
  steps: TWO_LETTERS.steps.map((step) => (step.id === 'follow-up' ? { ...step, when: "!opened('reminder')" } : step)),
};

describe('hits that are stored', () => {
  let database: TestDatabase;
  let store: TestStore;
  let mailbox: Mailbox;
  let contactId: string;
  let counter: HitCounter;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    mailbox = new Mailbox(database, store);
    await aScenario(database.engine, store, UNLESS_OPENED);
  });
  beforeEach(async () => {
    await database.engine.query('DELETE FROM uncounted_hits');
    contactId = await aContact(database.engine, store.liveId);
    counter = new HitCounter(database.engine, new ProcessClock());
  });
  afterAll(() => database.close());

  const count = (by = counter, stop = new AbortController().signal): Promise<void> => by.drain(stop, () => undefined);
  const letter = (): Promise<string> => mailbox.letter(contactId);
  const hit: Mailbox['hit'] = (...of) => mailbox.hit(...of);
  const figures: Mailbox['figures'] = (id) => mailbox.figures(id);
  const waiting = async (): Promise<number> => (await database.engine.query('SELECT 1 FROM uncounted_hits')).length;

  it('are counted each on its letter, with the earliest instant, machines apart from people', async () => {
    const [one, other] = [await letter(), await letter()];
    await storeHits(database.engine, [
      hit(one, { receivedAt: '2026-11-21T10:05:00.000Z' }),
      hit(other, { action: 'click' }),
      hit(one),
      hit(other, { actor: 'machine', verdict: 'known_bot' }),
    ]);
    await storeHits(database.engine, [hit(one, { action: 'click', receivedAt: '2026-11-21T10:07:00.000Z' })]);
    expect(await figures(one)).toMatchObject({ opens: 0, first_opened_at: null });
    await count();
    expect(await figures(one)).toMatchObject({
      opens: 2,
      clicks: 1,
      first_opened_at: new Date('2026-11-21T10:00:00Z'),
      first_clicked_at: new Date('2026-11-21T10:07:00Z'),
    });
    expect(await figures(other)).toMatchObject({
      opens: 0,
      first_opened_at: null,
      clicks: 1,
      machine_opens: 1,
      first_machine_opened_at: new Date('2026-11-21T10:00:00Z'),
    });
    expect(await waiting()).toBe(0);
  });

  it('are counted once when they are stored again, wholly or in part, before or after they were counted', async () => {
    const id = await letter();
    const hits = [hit(id), hit(id), hit(id, { action: 'click' })];
    await storeHits(database.engine, hits.slice(0, 2));
    await storeHits(database.engine, hits);
    await count();
    await storeHits(database.engine, hits);
    await count();
    expect(await figures(id)).toMatchObject({ opens: 2, clicks: 1 });
  });

  it('are counted once by many processes that count at the same time, however many groups there are', async () => {
    const letters = await Promise.all(Array.from({ length: 5 }, letter));
    for (let group = 0; group < 250; group++)
      await storeHits(database.engine, [hit(letters[group % 5]!), hit(letters[(group + 1) % 5]!)]);
    const processes = Array.from({ length: 4 }, () => new HitCounter(database.engine, new ProcessClock()));
    await Promise.all(processes.map((process) => count(process)));
    for (const id of letters) expect(await figures(id)).toMatchObject({ opens: 100 });
    expect(await waiting()).toBe(0);
  });

  it('add to what was counted before their month was dropped', async () => {
    const id = await letter();
    await storeHits(database.engine, [hit(id)]);
    await count();
    await database.engine.query('DELETE FROM engagements WHERE message_id = $1', [id]);
    await storeHits(database.engine, [hit(id, { receivedAt: '2027-11-21T10:00:00.000Z' })]);
    await count();
    expect(await figures(id)).toMatchObject({ opens: 2, first_opened_at: new Date('2026-11-21T10:00:00Z') });
  });

  it('name the cell to be counted anew and whose orders to look at, once a letter', async () => {
    const id = await letter();
    await storeHits(database.engine, [hit(id, { receivedAt: '2026-11-21T10:01:00.000Z' })]);
    const later = hit(id, { action: 'click', receivedAt: '2026-11-21T10:02:00.000Z' });
    await storeHits(database.engine, [hit(id), hit(id), later]);
    await database.engine.query('DELETE FROM stats_dirty');
    await count();
    expect(
      await database.engine.query('SELECT scenario_key, step_id, day::text, contact_id, acted_at FROM stats_dirty'),
    ).toEqual([
      {
        scenario_key: 'abandoned-cart',
        step_id: 'reminder',
        day: '2026-11-21',
        contact_id: contactId,
        acted_at: new Date('2026-11-21T10:00:00Z'),
      },
    ]);
  });

  it('are nothing for a letter that is gone, nor for one of another environment', async () => {
    const id = await letter();
    await storeHits(database.engine, [hit(newId()), hit(id, { environmentId: store.sandboxId })]);
    expect(await waiting()).toBe(0);
    expect(await database.engine.query('SELECT 1 FROM engagements WHERE message_id = $1', [id])).toEqual([]);
  });

  it('of a letter that went after they were stored count nothing and hold nobody up', async () => {
    const [gone, there] = [await letter(), await letter()];
    await storeHits(database.engine, [hit(gone), hit(there)]);
    await database.engine.query('DELETE FROM messages WHERE id = $1', [gone]);
    await count();
    expect(await figures(there)).toMatchObject({ opens: 1 });
    expect(await waiting()).toBe(0);
  });

  it('of a letter whose row a session keeps wait for it, and everybody else’s are counted', async () => {
    const [held, free] = [await letter(), await letter()];
    await storeHits(database.engine, [hit(held), hit(free), hit(held, { action: 'click' })]);
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT FROM messages WHERE id = $1 FOR UPDATE', [held]);
      for (let round = 1; round <= 2; round++) await count();
      expect(await figures(held)).toMatchObject({ opens: 0, clicks: 0 });
      expect(await figures(free)).toMatchObject({ opens: 1 });
      expect(await waiting()).toBe(1);
    });
    await count();
    expect(await figures(held)).toMatchObject({ opens: 1, clicks: 1 });
    expect(await figures(free)).toMatchObject({ opens: 1 });
    expect(await waiting()).toBe(0);
  });

  it('wait for the next process when this one is to end', async () => {
    await storeHits(database.engine, [hit(await letter())]);
    await count(counter, AbortSignal.abort());
    expect(await waiting()).toBe(1);
  });

  it("of a sandbox happen at its now and are counted for whoever asks for that environment's", async () => {
    const environmentId = store.sandboxId;
    const id = await aLetter(database.engine, { environmentId, storeId: store.storeId, clock: 'virtual' });
    const live = await letter();
    await storeHits(database.engine, [hit(live)]);
    expect(await storeHits(database.engine, [hit(id, { environmentId })])).toMatchObject({
      sandboxes: [environmentId],
    });
    await counter.countAll(environmentId);
    expect(await figures(id)).toMatchObject({ first_opened_at: new Date('2026-11-21T09:00:00Z') });
    expect(await figures(live)).toMatchObject({ opens: 0 });
  });

  it('are counted when an environment has been asked for, also those that another process was at', async () => {
    const id = await letter();
    await storeHits(database.engine, [hit(id)]);
    const isBlocked = 'SELECT 1 FROM pg_locks WHERE NOT granted';
    let counting: Promise<void> | undefined;
    await database.engine.transaction(async (tx) => {
      await tx.query('SELECT FROM uncounted_hits FOR UPDATE');
      let isDone = false;
      counting = counter.countAll(store.liveId).then(() => void (isDone = true));
      while (!isDone && (await database.engine.query(isBlocked)).length === 0);
    });
    await counting;
    expect(await figures(id)).toMatchObject({ opens: 1 });
  });

  it.each([
    ["an open in live is a person's", {}, 'live', { opens: 1, machine_opens: 0 }],
    ["a click in live is a machine's", { action: 'click' as const }, 'live', { clicks: 0, machine_clicks: 1 }],
    ["a click in a sandbox, where time stands, is a person's", { action: 'click' as const }, 'sandbox', { clicks: 1 }],
  ])('right after the sending: %s', async (_what, act, where, counted) => {
    const sandbox = { environmentId: store.sandboxId, storeId: store.storeId, clock: 'virtual' } as const;
    const id = where === 'live' ? await letter() : await aLetter(database.engine, sandbox);
    const environmentId = where === 'live' ? store.liveId : store.sandboxId;
    await storeHits(database.engine, [hit(id, { ...act, environmentId, receivedAt: '2026-11-21T09:45:00.500Z' })]);
    await counter.countAll(environmentId);
    expect(await figures(id)).toMatchObject(counted);
  });

  describe('and never counted', () => {
    const aFollowUp = async (): Promise<{ reminder: string; follow: string; enrollmentId: string }> => {
      const { messageId: follow, enrollmentId } = await aPlannedLetter(database.engine, store, contactId, {
        step: 'follow-up',
        position: '3',
        template: 'abandoned-cart/follow-up',
      });
      const reminder = await letter();
      await database.engine.query('UPDATE messages SET enrollment_id = $2 WHERE id = $1', [reminder, enrollmentId]);
      return { reminder, follow, enrollmentId };
    };
    const facts = async (enrollmentId: string): Promise<unknown> => {
      const runs = [{ environmentId: store.liveId, enrollmentId, pass: 1 }];
      const known =
        (await new SqlEngagementReader(new HitsOnDisk()).ofRuns(database.engine, runs)).get(enrollmentId) ?? [];
      return known.map(({ stepId, opened, clicked }) => ({ stepId, opened, clicked })).at(-1);
    };
    const sent = async (): Promise<unknown[]> => {
      const worker = aWorker(database.engine);
      await worker.batch.run(REAL_LANE);
      return worker.transport.sent.map(({ to }) => to.length > 0);
    };

    it.each([
      ['an open', {}],
      ['a click', { action: 'click' as const }],
    ])('keep the second letter of somebody back after %s of the first', async (_what, act) => {
      const { reminder, follow } = await aFollowUp();
      await storeHits(database.engine, [hit(reminder, act)]);
      expect(await sent()).toEqual([]);
      expect(await database.engine.query('SELECT state FROM messages WHERE id = $1', [follow])).toEqual([
        { state: 'skipped' },
      ]);
    });

    it.each([
      ['nobody opened the first', []],
      ['a machine opened the first', [{ actor: 'machine' as const }]],
      ['a scanner followed its link at once', [{ action: 'click' as const, receivedAt: '2026-11-21T09:45:01.999Z' }]],
    ])('let the second letter go when %s', async (_what, acts) => {
      const { reminder } = await aFollowUp();
      if (acts.length > 0)
        await storeHits(
          database.engine,
          acts.map((act) => hit(reminder, act)),
        );
      expect(await sent()).toHaveLength(1);
    });

    it('are known as they will be when they are counted', async () => {
      const { reminder, enrollmentId } = await aFollowUp();
      const of = (opened: boolean, clicked: boolean) => ({ stepId: 'reminder', opened, clicked });
      expect(await facts(enrollmentId)).toEqual(of(false, false));
      await storeHits(database.engine, [hit(reminder)]);
      expect(await facts(enrollmentId)).toEqual(of(true, false));
      await count();
      await storeHits(database.engine, [hit(reminder, { action: 'click' })]);
      expect(await facts(enrollmentId)).toEqual(of(true, true));
      await count();
      expect(await facts(enrollmentId)).toEqual(of(true, true));
    });
  });
});
