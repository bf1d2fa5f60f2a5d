import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import { messageRow } from '../../test/support/planned-letters.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { newId } from '../platform/ids.js';
import type { JudgedHit } from './hit.js';
import { HitCounter } from './hit-counter.js';
import { Mailbox } from './hits.builder.js';
import { recordEngagement } from './record-engagement.js';
import { storeHits } from './store-hits.js';

describe('recording an engagement', () => {
  let database: TestDatabase;
  let store: TestStore;
  let mailbox: Mailbox;
  let contactId: string;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    mailbox = new Mailbox(database, store);
    contactId = await aContact(database.engine, store.liveId);
  });
  afterAll(() => database.close());

  const letter = (): Promise<string> => mailbox.letter(contactId);
  const hit: Mailbox['hit'] = (...of) => mailbox.hit(...of);
  const figures: Mailbox['figures'] = (id) => mailbox.figures(id);
  const record = (one: JudgedHit): Promise<boolean> => recordEngagement(database.engine, one);

  it('counts every open on its letter and keeps the earliest instant', async () => {
    const id = await letter();
    expect(await record(hit(id, { receivedAt: '2026-11-21T10:05:00.000Z' }))).toBe(true);
    await record(hit(id));
    await record(hit(id, { action: 'click', linkIndex: 0, url: 'https://shop.example/' }));
    expect(await figures(id)).toMatchObject({
      opens: 2,
      clicks: 1,
      first_opened_at: new Date('2026-11-21T10:00:00Z'),
      first_clicked_at: new Date('2026-11-21T10:00:00Z'),
    });
  });

  it('counts one that is repeated only once', async () => {
    const id = await letter();
    const open = hit(id);
    expect([await record(open), await record(open)]).toEqual([true, false]);
    expect(await figures(id)).toMatchObject({ opens: 1, clicks: 0 });
  });

  it('remembers the first unsubscribe and counts it as nothing else', async () => {
    const id = await letter();
    await record(hit(id, { action: 'unsubscribe', receivedAt: '2026-11-21T10:05:00.000Z' }));
    await record(hit(id, { action: 'unsubscribe' }));
    const [row] = await database.engine.query('SELECT opens, clicks, unsubscribed_at FROM messages WHERE id = $1', [
      id,
    ]);
    expect(row).toEqual({ opens: 0, clicks: 0, unsubscribed_at: new Date('2026-11-21T10:00:00Z') });
  });

  it('counts a click as a click alone', async () => {
    const id = await letter();
    await record(hit(id, { action: 'click' }));
    expect(await figures(id)).toMatchObject({ opens: 0, clicks: 1, first_opened_at: null });
  });

  it('keeps machines apart from people', async () => {
    const id = await letter();
    await record(hit(id, { actor: 'machine', verdict: 'known_bot' }));
    expect(await figures(id)).toMatchObject({
      opens: 0,
      machine_opens: 1,
      first_opened_at: null,
      first_machine_opened_at: new Date('2026-11-21T10:00:00Z'),
    });
  });

  it('lets an older hit that comes late move the first instant back', async () => {
    const id = await letter();
    await record(hit(id));
    await record(hit(id, { receivedAt: '2026-11-21T09:50:00.000Z' }));
    expect(await figures(id)).toMatchObject({ opens: 2, first_opened_at: new Date('2026-11-21T09:50:00Z') });
  });

  it('stores nothing for a letter that is gone, nor for one of another environment', async () => {
    const id = await letter();
    expect(await record(hit(newId()))).toBe(false);
    expect(await record(hit(id, { environmentId: store.sandboxId }))).toBe(false);
  });

  it("happens at the sandbox's now in a sandbox", async () => {
    const environmentId = store.sandboxId;
    const id = await aLetter(database.engine, { environmentId, storeId: store.storeId, clock: 'virtual' });
    await record(hit(id, { environmentId }));
    expect(await figures(id)).toMatchObject({ first_opened_at: new Date('2026-11-21T09:00:00Z') });
  });

  it('names the cell to be counted anew and whose orders to look at', async () => {
    await database.engine.query('DELETE FROM stats_dirty');
    const id = await letter();
    await record(hit(id));
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

  it('looks at no orders for what a machine did, nor for an unsubscribe', async () => {
    await database.engine.query('DELETE FROM stats_dirty');
    const id = await letter();
    await record(hit(id, { actor: 'machine', verdict: 'known_bot' }));
    await record(hit(id, { action: 'unsubscribe' }));
    expect(await database.engine.query('SELECT acted_at FROM stats_dirty')).toEqual([
      { acted_at: null },
      { acted_at: null },
    ]);
  });

  it.each([
    ['opens', {}, 'first_opened_at'],
    ['clicks', { action: 'click' }, 'first_clicked_at'],
    ['machine_opens', { actor: 'machine', verdict: 'known_bot' }, 'first_machine_opened_at'],
    ['machine_clicks', { action: 'click', actor: 'machine', verdict: 'known_bot' }, 'first_machine_clicked_at'],
  ] as const)('keeps the earliest instant of %s, at once or counted later', async (counter, of, first) => {
    const minutes = ['10:05', '10:02', '10:09'].map((time) => `2026-11-21T${time}:00.000Z`);
    const [one, other] = [await letter(), await letter()];
    for (const receivedAt of minutes) {
      await record(hit(one, { ...of, receivedAt }));
      await storeHits(database.engine, [
        hit(other, { ...of, receivedAt }),
        hit(other, { ...of, receivedAt: minutes[0]! }),
      ]);
      await new HitCounter(database.engine, new ProcessClock()).drain(new AbortController().signal, () => undefined);
    }
    const row = (id: string) => messageRow(database.engine, id);
    expect(await row(one)).toMatchObject({ [counter]: 3, [first]: new Date(minutes[1]!) });
    expect(await row(other)).toMatchObject({ [counter]: 6, [first]: new Date(minutes[1]!) });
  });

  it('counts a test letter, which is in no figure, on the letter alone', async () => {
    await database.engine.query('DELETE FROM stats_dirty');
    const ids = [await letter(), await letter()];
    await database.engine.query(
      'UPDATE messages SET scenario_key = NULL, version = NULL, step_id = NULL, step_number = NULL WHERE id = ANY ($1)',
      [ids],
    );
    await record(hit(ids[0]!));
    await storeHits(database.engine, [hit(ids[1]!)]);
    await new HitCounter(database.engine, new ProcessClock()).drain(new AbortController().signal, () => undefined);
    for (const id of ids) expect(await figures(id)).toMatchObject({ opens: 1 });
    expect(await database.engine.query('SELECT 1 FROM stats_dirty')).toEqual([]);
  });
});
