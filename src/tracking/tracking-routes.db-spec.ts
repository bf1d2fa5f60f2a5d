import { jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import fastify, { type FastifyInstance } from 'fastify';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aContact, aLetter } from '../../test/support/letters.js';
import type { RunMover } from '../enrollments/run-mover.js';
import { BlindKeys } from '../platform/blind-keys.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { Secrets } from '../platform/secrets.js';
import { signToken, type TokenPurpose } from '../platform/tokens.js';
import { StoresService } from '../stores/stores.service.js';
import { EngagementStore } from './engagement-store.js';
import { EngagementWriter } from './engagement-writer.js';
import { HitClock } from './hit-clock.js';
import { HitCounter } from './hit-counter.js';
import { HitsOnDisk } from './hits-on-disk.js';
import { Readers } from './readers.js';
import { Spool } from './spool.js';
import { TokenReader } from './token-reader.js';
import { TrackingRoutes } from './tracking-routes.js';
import { Unsubscriber } from './unsubscriber.js';

const TARGET = 'https://shop.example/cart/81?size=M&цвет=белый';
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' };

describe('the addresses inside letters', () => {
  let database: TestDatabase;
  let store: TestStore;
  let directory: string;
  let writer: EngagementWriter;
  let counter: HitCounter;
  let server: FastifyInstance;
  let contactId: string;
  let letter: string;
  const secrets = new Secrets('a secret of this specification only');
  const ended: unknown[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false); // one of them is about an error
    database = await migratedDatabase();
    store = await aStore(database.engine);
    directory = await mkdtemp(join(tmpdir(), 'touchmap-spool-'));
    const clock = new HitClock(new ProcessClock());
    counter = new HitCounter(database.engine, new ProcessClock());
    const hits = new EngagementStore(database.engine, clock, counter);
    writer = new EngagementWriter(hits, new Spool(directory), new HitsOnDisk());
    const runs = { endForContact: (_: unknown, end: unknown) => Promise.resolve(void ended.push(end)) };
    const unsubscriber = new Unsubscriber(
      database.engine,
      new Readers(new StoresService(), new BlindKeys(secrets)),
      runs as unknown as RunMover,
    );
    server = fastify({ routerOptions: { maxParamLength: 8_192 } });
    await server.register(new TrackingRoutes(new TokenReader(secrets), clock, writer, unsubscriber).plugin);
  });
  afterAll(async () => {
    await server.close();
    await writer.onApplicationShutdown();
    await rm(directory, { recursive: true });
    await database.close();
  });
  beforeEach(async () => {
    ended.length = 0;
    contactId = await aContact(database.engine, store.liveId);
    letter = await aLetter(database.engine, { environmentId: store.liveId, storeId: store.storeId, contactId });
  });

  const token = (purpose: TokenPurpose, { messageId = letter, url = purpose === 'click' ? TARGET : '' } = {}): string =>
    signToken(
      { keyId: secrets.keyId, key: secrets.derive('tokens') },
      { purpose, environmentId: store.liveId, messageId, linkIndex: 0, url },
    );
  /** Of the letter, once the stage has counted. */
  const counts = async (): Promise<Record<string, unknown> | undefined> => {
    await counter.drain(new AbortController().signal, () => undefined);
    const [row] = await database.engine.query(
      'SELECT opens, clicks, machine_clicks, unsubscribed_at FROM messages WHERE id = $1',
      [letter],
    );
    return row;
  };
  const consent = async (): Promise<unknown> =>
    (
      await database.engine.query<{ c: boolean }>('SELECT marketing_consent AS c FROM contacts WHERE id = $1', [
        contactId,
      ])
    )[0]!.c;

  it('the pixel is a picture that is fetched anew each time, and an open', async () => {
    const answer = await server.inject({ url: `/t/o/${token('open')}`, headers: BROWSER });
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'image/gif']);
    expect(answer.headers['cache-control']).toContain('no-store');
    expect(await counts()).toMatchObject({ opens: 1 });
  });

  it('a link leads where its signature says and tells the target nothing', async () => {
    const answer = await server.inject({ url: `/t/c/${token('click')}?url=https://evil.example`, headers: BROWSER });
    expect([answer.statusCode, answer.headers.location]).toEqual([302, new URL(TARGET).href]);
    expect(answer.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex, nofollow' });
    expect(await counts()).toMatchObject({ clicks: 1 });
  });

  it('a HEAD request is answered and is a machine', async () => {
    expect((await server.inject({ method: 'HEAD', url: `/t/c/${token('click')}` })).statusCode).toBe(302);
    expect(await counts()).toMatchObject({ clicks: 0, machine_clicks: 1 });
  });

  it.each(['/t/o/x', '/t/c/x', '/u/x', '/u/'])('%s is a page that leads nowhere', async (url) => {
    const answer = await server.inject(url);
    expect([answer.statusCode, answer.headers.location]).toEqual([404, undefined]);
  });

  it('a one-click POST takes off who is told so, also when the shop has dated their consent ahead', async () => {
    await database.engine.query(
      `UPDATE contacts SET consent_changed_at = clock_timestamp() + interval '3 minutes' WHERE id = $1`,
      [contactId],
    );
    expect((await server.inject({ method: 'POST', url: `/u/${token('unsubscribe')}` })).statusCode).toBe(200);
    expect(await consent()).toBe(false);
    expect(ended).toHaveLength(1);
  });

  it('a token made for one purpose opens no other door', async () => {
    expect((await server.inject(`/t/c/${token('open')}`)).statusCode).toBe(404);
    expect((await server.inject({ method: 'POST', url: `/u/${token('click')}` })).statusCode).toBe(404);
  });

  it('looking at the unsubscribe page changes nothing', async () => {
    const answer = await server.inject(`/u/${token('unsubscribe')}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('<form method="post">');
    expect(answer.body).not.toMatch(/src=|href=|<script/);
    expect([await consent(), ended]).toEqual([true, []]);
  });

  it.each(['ru', 'ru-RU', 'ru_RU'])(
    'is written in the contact’s language, %s, whatever the browser’s',
    async (locale) => {
      await database.engine.query('UPDATE contacts SET locale = $2 WHERE id = $1', [contactId, locale]);
      const headers = { 'accept-language': 'en' };
      expect((await server.inject({ url: `/u/${token('unsubscribe')}`, headers })).body).toContain('Отписаться');
    },
  );

  it.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ],
    ['application/json', '{'],
    ['text/plain', ''],
    ['form', 'List-Unsubscribe=One-Click'],
    ['', 'List-Unsubscribe=One-Click'],
  ])('takes a POST of type “%s”, as often as it comes, once', async (type, payload) => {
    for (let i = 0; i < 2; i++) {
      const answer = await server.inject({
        method: 'POST',
        url: `/u/${token('unsubscribe')}`,
        headers: { 'content-type': type },
        payload,
      });
      expect(answer.statusCode).toBe(200);
    }
    expect(await consent()).toBe(false);
    expect(ended).toEqual([
      { environmentId: store.liveId, contactId, reason: 'unsubscribed', classes: ['marketing', 'care'] },
    ]);
    const [{ evidence }] = (await database.engine.query<{ evidence: number }>(
      'SELECT count(*)::integer AS evidence FROM consents WHERE contact_id = $1',
      [contactId],
    )) as [{ evidence: number }];
    expect(evidence).toBe(1);
    expect((await counts())?.['unsubscribed_at']).toBeInstanceOf(Date);
  });

  describe('a one-click POST', () => {
    const query = (text: string, ...values: unknown[]) => database.engine.query(text, values);
    const post = async () => (await server.inject({ method: 'POST', url: `/u/${token('unsubscribe')}` })).statusCode;

    it('takes off again who has come back since, by the same letter', async () => {
      await post();
      await query('UPDATE contacts SET marketing_consent = true WHERE id = $1', contactId);
      expect(await post()).toBe(200);
      expect([await consent(), ended.length]).toEqual([false, 2]);
    });

    it('is remembered on its letter, also of somebody who had left before', async () => {
      await query('UPDATE contacts SET marketing_consent = false WHERE id = $1', contactId);
      expect(await post()).toBe(200);
      expect((await counts())?.['unsubscribed_at']).toBeInstanceOf(Date);
    });

    it('takes off the person that the reader was recognised as since', async () => {
      const stays = await aContact(database.engine, store.liveId);
      await query('UPDATE contacts SET merged_into = $2 WHERE id = $1', contactId, stays);
      expect(await post()).toBe(200);
      expect(ended).toMatchObject([{ contactId: stays }]);
      expect(await query('SELECT marketing_consent FROM contacts WHERE id = $1', stays)).toEqual([
        { marketing_consent: false },
      ]);
    });

    it('writes nothing down of an erased person', async () => {
      await query('UPDATE contacts SET erased_at = now() WHERE id = $1', contactId);
      expect(await post()).toBe(200);
      expect(await query('SELECT 1 FROM consents WHERE contact_id = $1', contactId)).toEqual([]);
      expect([ended, (await counts())?.['unsubscribed_at']]).toEqual([[], null]);
    });
  });

  it('takes a POST without a body', async () => {
    expect((await server.inject({ method: 'POST', url: `/u/${token('unsubscribe')}` })).statusCode).toBe(200);
    expect(await consent()).toBe(false);
  });

  it('keeps of a browser no more than its name', async () => {
    const headers = { 'user-agent': 'x'.repeat(10_000) };
    await server.inject({ method: 'POST', url: `/u/${token('unsubscribe')}`, headers });
    expect(
      await database.engine.query('SELECT length(user_agent) AS kept FROM engagements WHERE message_id = $1', [letter]),
    ).toEqual([{ kept: 500 }]);
  });

  it('says that a letter is gone', async () => {
    const gone = token('unsubscribe', { messageId: store.storeId });
    expect((await server.inject({ method: 'POST', url: `/u/${gone}` })).statusCode).toBe(404);
  });

  it('asks by no name while the database is away, in the browser’s language', async () => {
    const query = jest.spyOn(database.engine, 'query').mockRejectedValue(new Error('connection refused'));
    const title = async (language: string) => {
      const headers = { 'accept-language': language };
      const { body } = await server.inject({ url: `/u/${token('unsubscribe')}`, headers });
      return /<title>(.*)<\/title>/.exec(body)?.[1];
    };
    const titles = [await title('en'), await title('ru')];
    query.mockRestore();
    expect(titles).toEqual(['Unsubscribe from our letters?', 'Отписаться от наших писем?']);
  });

  it('asks to try again when the unsubscribe cannot be saved', async () => {
    const { pool } = database.engine;
    const connect = pool.connect.bind(pool);
    pool.connect = () => Promise.reject(new Error('connection refused'));
    const answer = await server.inject({ method: 'POST', url: `/u/${token('unsubscribe')}` });
    pool.connect = connect;
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '60']);
    expect(await consent()).toBe(true);
  });
});
