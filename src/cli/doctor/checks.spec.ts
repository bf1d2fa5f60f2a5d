import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readEnv } from '../../platform/config/read-env.js';
import { checkDataDir, room } from './check-data-dir.js';
import { connections, durability, latency, server, sessions, skew, unreachable } from './check-database.js';
import { checkSender, type Resolver, type SenderQuestion } from './check-dns.js';
import { checkPublicUrl, type Fetch } from './check-public-url.js';
import type { RedisState } from '../../platform/queue/redis-state.js';
import { checkRedis } from './check-redis.js';
import { checkSettings } from './check-settings.js';
import { checkWebhookSignature } from './check-webhook.js';
import { doctor } from './command.js';
import { type Finding, ok, shownFindings, unchecked, wrong } from './finding.js';

const states = (findings: readonly Finding[]) => Object.fromEntries(findings.map(({ check, state }) => [check, state]));

describe('the doctor’s report', () => {
  it('marks each line, says what to do, and counts the faults', () => {
    expect(shownFindings([ok('a', 'fine'), wrong('b', 'bad', 'mend it'), unchecked('c', 'no DNS')])).toBe(
      '✓ a: fine\n✗ b: bad\n    → mend it\n– c: no DNS\n\n1 of 3 checks found a fault',
    );
    expect(shownFindings([ok('a', 'fine')])).toContain('nothing is wrong');
  });

  it('tells of settings that cannot be read, without their secrets, and is not well', async () => {
    const bad = { PORT: 'x', SECRET_KEY: 'hunter2' };
    const { text, isWell } = await doctor(bad, { json: true, dkimSelector: [] });
    expect(isWell).toBe(false);
    expect(JSON.parse(text)).toMatchObject({ ok: false, checks: [{ check: 'settings', state: 'wrong' }] });
    expect(text).not.toContain('hunter2');
  });
});

describe('the doctor looks at settings', () => {
  it('and says what they mean together', () => {
    const { settings, transport, alerts, recipients } = states(
      checkSettings(readEnv({ LIVE_RECIPIENTS: 'a@b.example' })),
    );
    expect([settings, transport, alerts, recipients]).toEqual(['ok', 'unchecked', 'unchecked', 'unchecked']);
  });

  it('and says that all sending is held', () => {
    expect(states(checkSettings(readEnv({ SENDING_HOLD: '1' })))['sending']).toBe('unchecked');
    expect(states(checkSettings(readEnv({ SENDING_HOLD: '0' })))['sending']).toBeUndefined();
  });

  it('and finds alerts that the outbox would keep', () => {
    expect(states(checkSettings(readEnv({ ALERT_EMAIL: 'a@b.example' })))['alerts']).toBe('wrong');
    const smtp = { TRANSPORT: 'smtp', SMTP_URL: 'smtp://mail', ALERT_EMAIL: 'a@b.example' };
    expect(states(checkSettings(readEnv(smtp)))['alerts']).toBe('ok');
  });
});

describe('the doctor looks at the mail server, and warns of a password that may be sent unencrypted', () => {
  const isWarned = (url: string): boolean =>
    checkSettings(readEnv({ TRANSPORT: 'smtp', SMTP_URL: url })).some(({ check }) => check === 'mail server');

  it.each(['smtp://u:p@mail.example:587', 'smtp://u:p@mail.example?requireTLS=false'])('with %s', (url) => {
    expect(isWarned(url)).toBe(true);
  });

  it.each([
    'smtp://u:p@mail.example:587?requireTLS=true',
    'smtps://u:p@mail.example',
    'smtp://mail.example',
    'smtp://u:p@localhost:1025',
    'smtp://u:p@[::1]',
  ])('and does not with %s', (url) => {
    expect(isWarned(url)).toBe(false);
  });
});

describe('the doctor looks up a sender', () => {
  const KEY = 'k=rsa; p=MIGfMA0GCSqGSIb3';
  const GOOD: Readonly<Record<string, string[]>> = {
    'shop.example': ['google-site-verification=x', 'v=spf1 include:sendgrid.net ~all'],
    '_dmarc.shop.example': ['v=DMARC1; p=none'],
    's1._domainkey.shop.example': [KEY],
    's2._domainkey.shop.example': [KEY],
  };
  const dns = (records: Readonly<Record<string, string[]>>, code = 'ENOTFOUND'): Resolver => ({
    resolveTxt: (name) =>
      records[name]
        ? Promise.resolve(records[name].map((text) => [text.slice(0, 5), text.slice(5)]))
        : Promise.reject(Object.assign(new Error(name), { code })),
  });
  const look = async (resolver: Resolver, more: Partial<SenderQuestion> = {}) => {
    const question: SenderQuestion = { domain: 'shop.example', transport: 'sendgrid', selectors: [], ...more };
    const findings = await checkSender(resolver, question);
    return findings.map(({ check, state }) => `${check.split(' ')[0]} ${state}`);
  };

  it('and finds SPF, DKIM and DMARC, also in parts', async () => {
    expect(await look(dns(GOOD))).toEqual(['spf ok', 'dkim ok', 'dmarc ok']);
  });

  it('and finds that they are not there', async () => {
    expect(await look(dns({}))).toEqual(['spf wrong', 'dkim wrong', 'dmarc wrong']);
    expect(await look(dns({}, 'ENODATA'))).toEqual(['spf wrong', 'dkim wrong', 'dmarc wrong']);
  });

  it('and finds the DMARC policy of a domain above the sender’s, which holds for it too', async () => {
    const above = dns({ '_dmarc.shop.example': ['v=DMARC1; p=reject'], '_dmarc.example': ['v=DMARC1; p=none'] });
    for (const domain of ['mail.shop.example', 'a.mail.shop.example'])
      expect(await checkSender(above, { domain, transport: 'smtp', selectors: [] })).toContainEqual(
        ok(`dmarc ${domain}`, 'v=DMARC1; p=reject (of shop.example)'),
      );
    expect(await look(above, { domain: 'other.example' })).toContain('dmarc wrong');
  });

  it('and finds two SPF records, an empty key and a DMARC record of another kind', async () => {
    const bad = {
      'shop.example': ['v=spf1 -all', 'v=spf1 ~all'],
      '_dmarc.shop.example': ['p=none'],
      's1._domainkey.shop.example': [KEY],
      's2._domainkey.shop.example': ['k=rsa; p='],
    };
    expect(await look(dns(bad))).toEqual(['spf wrong', 'dkim wrong', 'dmarc wrong']);
  });

  it.each(['ECONNREFUSED', 'ETIMEOUT', 'ESERVFAIL', 'EAI_AGAIN'])(
    'and says that it could not, without DNS: %s',
    async (code) => {
      expect(await look(dns({}, code))).toEqual(['spf unchecked', 'dkim unchecked', 'dmarc unchecked']);
    },
  );

  it('and asks for a selector that only the operator knows', async () => {
    expect(await look(dns(GOOD), { transport: 'smtp' })).toEqual(['spf ok', 'dkim unchecked', 'dmarc ok']);
    expect(await look(dns(GOOD), { transport: 'smtp', selectors: ['s1'] })).toEqual(['spf ok', 'dkim ok', 'dmarc ok']);
    expect(await look(dns(GOOD), { transport: 'smtp', selectors: ['s9'] })).toContain('dkim wrong');
  });

  it('and finds a sender that nobody can answer', async () => {
    expect(await look(dns({}), { domain: 'localhost' })).toEqual(['sender wrong']);
    expect(await look(dns({}), { domain: 'localhost', transport: 'outbox' })).toEqual(['sender unchecked']);
  });
});

describe('the doctor calls on the public address', () => {
  const ours = (status = 404) => new Response('', { status, headers: { 'x-request-id': '1' } });
  const asked: string[] = [];
  const answering =
    (answer: (method: string) => Promise<Response>): Fetch =>
    (url, { method, body }) => {
      asked.push([method, url, typeof body === 'string' ? body : ''].join(' ').trim());
      return answer(String(method));
    };
  beforeEach(() => {
    asked.length = 0;
  });
  const call = async (fetch: Fetch, url = 'https://mail.shop.example/') =>
    states(await checkPublicUrl(fetch, url, 'smtp'));

  it('and finds that links and one-click unsubscribes arrive', async () => {
    expect(await call(answering(() => Promise.resolve(ours())))).toEqual({
      'public url': 'ok',
      links: 'ok',
      'one-click unsubscribe': 'ok',
    });
    expect(asked).toEqual([
      'GET https://mail.shop.example/t/o/doctor',
      'POST https://mail.shop.example/u/doctor List-Unsubscribe=One-Click',
    ]);
  });

  it('and finds a proxy that lets no POST through', async () => {
    const answer = (method: string) => Promise.resolve(method === 'GET' ? ours() : new Response('no', { status: 405 }));
    expect(await call(answering(answer))).toMatchObject({ links: 'ok', 'one-click unsubscribe': 'wrong' });
  });

  it.each([
    ['somebody else', () => Promise.resolve(new Response('', { status: 404 }))],
    ['a redirect', () => Promise.resolve(ours(301))],
    ['nobody', () => Promise.reject(new Error('ECONNREFUSED'))],
    ['silence', () => Promise.reject(new DOMException('', 'TimeoutError'))],
  ])('and finds %s there', async (_, answer) => {
    expect(await call(answering(answer))).toMatchObject({ links: 'wrong', 'one-click unsubscribe': 'wrong' });
  });

  it('and finds plain http, and no address at all', async () => {
    const fetch = answering(() => Promise.resolve(ours()));
    expect((await call(fetch, 'http://mail.shop.example'))['public url']).toBe('wrong');
    expect(states(await checkPublicUrl(fetch, undefined, 'smtp'))).toEqual({ 'public url': 'wrong' });
    expect(states(await checkPublicUrl(fetch, undefined, 'outbox'))).toEqual({ 'public url': 'unchecked' });
  });
});

describe('the doctor looks at the machine', () => {
  it('wants a PostgreSQL that is new enough and takes writing', () => {
    const at = (number: number, isReadOnly: boolean) => server({ number, text: '15.18', isReadOnly }).state;
    expect([at(150_018, false), at(140_000, false), at(150_018, true)]).toEqual(['ok', 'wrong', 'wrong']);
  });

  it('and one that keeps what it was given when it is killed', () => {
    expect([durability([]).state, durability(['synchronous_commit']).state]).toEqual(['ok', 'wrong']);
  });

  it('and finds clocks that differ and a database that is far away', () => {
    expect([skew(4_900).state, skew(-5_100).state, skew(600_000).state]).toEqual(['ok', 'wrong', 'wrong']);
    expect([latency(0.4).state, latency(51).state]).toEqual(['ok', 'wrong']);
  });

  it('and finds that others leave too few connections for a process of the service', () => {
    const of = (taken: number) => connections({ most: 97, taken }, 32);
    expect([of(0).state, of(65).state, of(66).state]).toEqual(['ok', 'ok', 'wrong']);
  });

  it('and finds a pooler on the way to the database, which may drop what keeps stores apart', () => {
    expect(sessions(null).state).toBe('ok');
    expect(sessions('two connections share one session')).toMatchObject({
      state: 'wrong',
      remedy: expect.stringContaining('without a pooler'),
    });
    expect(unreachable('08P01')).toMatchObject({ remedy: expect.stringContaining('lead to PostgreSQL itself') });
  });

  it('and tells a database that does not answer from one that does and lets nobody in', () => {
    expect(unreachable('ECONNREFUSED').detail).toBe('it does not answer (ECONNREFUSED)');
    expect(unreachable('53300').detail).toBe('it has no connection left (53300)');
    expect(unreachable('28P01').detail).toBe('it does not accept the password (28P01)');
  });

  it('and finds a disk that is nearly full', () => {
    expect(room(1024 ** 3 - 1).state).toBe('wrong');
    expect(room(1024 ** 3)).toMatchObject({ state: 'ok', detail: '1.0 GiB of its disk are free' });
  });

  it('and finds a Redis that is away, refuses, or may drop jobs, and says what to do', async () => {
    const redis = (state: RedisState) => checkRedis('redis://r', () => Promise.resolve(state));
    expect(await redis({ kind: 'answers', policy: 'noeviction' })).toMatchObject({ state: 'ok' });
    expect(await redis({ kind: 'answers', policy: 'allkeys-lru' })).toMatchObject({ state: 'wrong' });
    expect(await redis({ kind: 'answers', policy: null })).toMatchObject({ state: 'wrong' });
    expect(await redis({ kind: 'away', reason: 'ECONNREFUSED' })).toMatchObject({
      detail: 'it cannot be reached (ECONNREFUSED)',
    });
    const refused = await redis({ kind: 'refuses', says: 'NOAUTH Authentication required.' });
    expect(shownFindings([refused])).toMatch(/✗ redis: it asks for a password: NOAUTH .*\n.*put it into REDIS_URL/);
    expect(await redis({ kind: 'refuses', says: 'ERR x' })).toMatchObject({ detail: 'it answers ERR x' });
    expect((await checkRedis(undefined)).state).toBe('unchecked');
  });

  it('and tests the signature of webhooks by itself, whatever the clock says', () => {
    for (const now of ['2026-11-21T12:00:00Z', '1999-01-01T00:00:00Z'])
      expect(checkWebhookSignature(new Date(now), 1_000).state).toBe('ok');
    expect(checkWebhookSignature(new Date('2026-11-21T12:00:00.999Z'), 1).state).toBe('wrong');
  });

  it('and finds secrets that others may read', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'touchmap-doctor-'));
    try {
      const data = path.join(dir, 'data');
      const state = async () => (await checkDataDir(data))[0]!.state;
      expect(await state()).toBe('unchecked');
      await mkdir(data, { mode: 0o700 });
      await writeFile(path.join(data, 'secret'), 'x', { mode: 0o600 });
      expect(await state()).toBe('ok');
      await chmod(path.join(data, 'secret'), 0o644);
      expect((await checkDataDir(data))[0]).toMatchObject({ state: 'wrong', detail: 'others may read secret' });
      expect((await checkDataDir(path.join(data, 'secret')))[0]!.state).toBe('wrong');
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
