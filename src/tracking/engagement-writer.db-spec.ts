import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import { eraseContact } from '../contacts/erase-contact.js';
import { SqlEngagementReader } from '../delivery/engagement-reader.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { newId } from '../platform/ids.js';
import { EngagementStore } from './engagement-store.js';
import { EngagementWriter } from './engagement-writer.js';
import type { Hit } from './hit.js';
import { HitClock } from './hit-clock.js';
import { HitCounter } from './hit-counter.js';
import { HitsOnDisk } from './hits-on-disk.js';
import { Spool } from './spool.js';

/** PostgreSQL that can be taken away. */
class FlakyStore extends EngagementStore {
  away = false;
  readonly groups: number[] = [];

  override async record(hits: readonly Hit[]): Promise<void> {
    if (this.away) throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
    this.groups.push(hits.length);
    return super.record(hits);
  }

  override probe(): Promise<void> {
    return this.away ? Promise.reject(new Error('connection refused')) : super.probe();
  }
}

describe('the writer of hits', () => {
  let database: TestDatabase;
  let store: TestStore;
  let directory: string;
  let postgres: FlakyStore;
  let counter: HitCounter;
  let onDisk: HitsOnDisk;
  let writer: EngagementWriter;
  let letter: string;
  let contactId: string;

  beforeAll(async () => {
    Logger.overrideLogger(false); // outages are what this is about
    database = await migratedDatabase();
    store = await aStore(database.engine);
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'touchmap-spool-'));
    counter = new HitCounter(database.engine, new ProcessClock());
    postgres = new FlakyStore(database.engine, new HitClock(new ProcessClock()), counter);
    onDisk = new HitsOnDisk();
    writer = new EngagementWriter(postgres, new Spool(directory), onDisk);
    contactId = await aContact(database.engine, store.liveId);
    letter = await aLetter(database.engine, { environmentId: store.liveId, storeId: store.storeId, contactId });
  });
  afterEach(async () => {
    await writer.onApplicationShutdown();
    await rm(directory, { recursive: true });
  });
  afterAll(() => database.close());

  const hit = (fields: Partial<Hit> = {}): Hit => ({
    id: newId(),
    environmentId: store.liveId,
    messageId: letter,
    action: 'click',
    linkIndex: 0,
    url: 'https://shop.example/',
    receivedAt: '2026-11-21T10:00:00.000Z',
    method: 'GET',
    purpose: null,
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    ...fields,
  });

  /** What is counted on the letter once the stage has been there. */
  const clicks = async (): Promise<{ clicks: number; machine_clicks: number }> => {
    await counter.drain(new AbortController().signal, () => undefined);
    return (
      await database.engine.query<{ clicks: number; machine_clicks: number }>(
        'SELECT clicks, machine_clicks FROM messages WHERE id = $1',
        [letter],
      )
    )[0]!;
  };

  it('keeps neither browser nor address of what an erased person does with an old letter, and counts it', async () => {
    await writer.write(hit());
    postgres.away = true;
    await writer.write(hit()); // waits in the spool while its person is erased
    await eraseContact(database.engine, { environmentId: store.liveId, contactId }, new Date(), BLIND_KEYS);
    postgres.away = false;
    await writer.replay();
    await writer.write(hit());
    const kept = await database.engine.query(
      'SELECT link_index, user_agent, url FROM engagements WHERE message_id = $1',
      [letter],
    );
    expect(kept).toEqual(Array.from({ length: 3 }, () => ({ link_index: 0, user_agent: null, url: null })));
    expect(await clicks()).toMatchObject({ clicks: 3 });
  });

  it('keeps browser and address of everybody else', async () => {
    await writer.write(hit({ userAgent: 'Firefox/145.0' }));
    const [kept] = await database.engine.query('SELECT user_agent, url FROM engagements WHERE message_id = $1', [
      letter,
    ]);
    expect(kept).toEqual({ user_agent: 'Firefox/145.0', url: 'https://shop.example/' });
  });

  it('lets hits that arrive while a statement runs go together in the next', async () => {
    await Promise.all(Array.from({ length: 100 }, () => writer.write(hit())));
    expect(await clicks()).toMatchObject({ clicks: 100 });
    expect(postgres.groups.length).toBeLessThanOrEqual(3);
  });

  it('judges by the pause since the sending, which the hit itself does not know', async () => {
    await writer.write(hit({ receivedAt: '2026-11-21T09:45:01.900Z' }));
    await writer.write(hit({ receivedAt: '2026-11-21T09:45:02.000Z' }));
    expect(await clicks()).toEqual({ clicks: 1, machine_clicks: 1 });
  });

  it('answers while PostgreSQL is away and counts every hit once when it is back', async () => {
    postgres.away = true;
    await Promise.all(Array.from({ length: 50 }, () => writer.write(hit())));
    expect(await clicks()).toMatchObject({ clicks: 0 });
    expect((await readdir(directory)).length).toBe(1);
    await expect(writer.replay()).rejects.toThrow('connection refused');
    postgres.away = false;
    await writer.replay();
    expect(await clicks()).toMatchObject({ clicks: 50 });
    expect(await readdir(directory)).toEqual([]);
    await writer.write(hit());
    expect(await clicks()).toMatchObject({ clicks: 51 });
    expect(await readdir(directory)).toEqual([]);
  });

  describe('that is on disk alone', () => {
    const BEFORE = { opened: false, clicked: false };
    const OPEN = { action: 'open', linkIndex: null, url: null } as const;
    /** What conditions see of the letter. */
    const facts = async (): Promise<unknown> => {
      const enrollmentId = newId();
      await database.engine.query('UPDATE messages SET enrollment_id = $2 WHERE id = $1', [letter, enrollmentId]);
      const reader = new SqlEngagementReader(onDisk);
      const runs = await reader.ofRuns(database.engine, [{ environmentId: store.liveId, enrollmentId, pass: 1 }]);
      return runs.get(enrollmentId)?.map(({ opened, clicked }) => ({ opened, clicked }))[0];
    };

    it.each([
      ['an open', [OPEN], { opened: true, clicked: false }],
      ['a click', [{}], { opened: true, clicked: true }],
      ['an open and a click', [OPEN, {}, OPEN], { opened: true, clicked: true }],
      ['a click of a scanner at once', [{ receivedAt: '2026-11-21T09:45:01.999Z' }], BEFORE],
      [
        'a click in time and one of a scanner',
        [{}, { receivedAt: '2026-11-21T09:45:01.999Z' }],
        { opened: true, clicked: true },
      ],
      ["a program's request", [{ method: 'HEAD' }], BEFORE],
      ['an open of another letter', [{ ...OPEN, messageId: newId() }], BEFORE],
    ])('is seen by conditions as it will be later: %s', async (_what, hits: Partial<Hit>[], expected) => {
      postgres.away = true;
      for (const fields of hits) await writer.write(hit(fields));
      await expect(writer.replay()).rejects.toThrow('connection refused');
      expect(await facts()).toEqual(expected);
      postgres.away = false;
      await writer.replay();
      expect(onDisk.seen()(letter)).toBeUndefined();
      expect(await facts()).toEqual(expected);
    });

    it('is known to whoever asked before it was stored, and what comes meanwhile to whoever asks later', async () => {
      postgres.away = true;
      await writer.write(hit(OPEN));
      await expect(writer.replay()).rejects.toThrow('connection refused');
      const seen = onDisk.seen();
      await writer.write(hit());
      expect(onDisk.seen()(letter)).toEqual({ opened: true, clickedAt: new Date('2026-11-21T10:00:00Z') });
      postgres.away = false;
      await writer.replay();
      expect(seen(letter)).toMatchObject({ opened: true });
    });
  });

  it('counts nothing twice when a kill comes between the counting of a file and its removal', async () => {
    postgres.away = true;
    await writer.write(hit());
    await writer.write(hit());
    const [name] = await readdir(directory);
    const content = await readFile(join(directory, name!), 'utf8');
    postgres.away = false;
    await writer.replay();
    await writeFile(join(directory, 'left-over.sealed'), content);
    await writeFile(join(directory, 'half-written.open'), content.slice(0, -20));
    await writer.replay();
    expect(await clicks()).toMatchObject({ clicks: 2 });
    expect(await readdir(directory)).toEqual([]);
  });

  it('counts the good lines of a damaged file and puts it aside', async () => {
    postgres.away = true;
    for (let i = 0; i < 3; i++) await writer.write(hit());
    const [name] = await readdir(directory);
    const content = await readFile(join(directory, name!), 'utf8');
    await writeFile(join(directory, name!), content.replace('"action"', '"octian"'));
    postgres.away = false;
    for (let round = 1; round <= 2; round++) await writer.replay();
    expect(await clicks()).toMatchObject({ clicks: 2 });
    expect(await readdir(directory)).toEqual([name!.replace('.open', '.sealed.damaged')]);
  });

  it('loses no line to a reader that takes the file away while hits come in', async () => {
    postgres.away = true;
    const reader = new Spool(directory);
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await writer.write(hit());
        if (i % 5 === 0) await reader.seal();
      }),
    );
    postgres.away = false;
    await writer.replay();
    expect(await clicks()).toMatchObject({ clicks: 20 });
  });

  it('does not let one bad hit keep its neighbours out', async () => {
    await Promise.all([
      writer.write(hit()),
      writer.write(hit()),
      writer.write(hit({ userAgent: 'a\u0000b' })),
      writer.write(hit()),
    ]);
    expect(await clicks()).toMatchObject({ clicks: 3 });
  });
});
