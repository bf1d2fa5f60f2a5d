import { jest } from '@jest/globals';
import type * as BullMq from 'bullmq';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type FlowApp, startApp } from '../support/app.js';
import { importByNode } from '../support/import-by-node.js';
import { misbehavingHttp, type MisbehavingServer } from '../support/misbehaving-servers.js';
import { until } from '../support/service.js';
import { aCart, anOrder, Shop } from '../support/shop.js';
import { onServer } from '../support/template-database.js';

/** Stands in every address, name, payload, link and secret of these tests; no output may ever show it. */
const CANARY = 'canary7f3a';

describe('operations', () => {
  let provider: MisbehavingServer;
  let app: FlowApp;
  let live: Shop;
  let nobody: Shop;
  const written: string[] = [];
  const added: unknown[] = [];

  beforeAll(async () => {
    for (const stream of [process.stdout, process.stderr])
      jest.spyOn(stream, 'write').mockImplementation((chunk: string | Uint8Array) => written.push(String(chunk)) > 0);
    const { Queue } = await importByNode<typeof BullMq>('bullmq'); // the one that the service has
    type Add = BullMq.Queue['add'];
    const add = Reflect.get(Queue.prototype, 'add') as Add;
    jest.spyOn(Queue.prototype, 'add').mockImplementation(function (this: BullMq.Queue, ...args: Parameters<Add>) {
      added.push(args);
      return add.apply(this, args);
    });
    provider = await misbehavingHttp();
    app = await startApp({
      env: {
        LOG_LEVEL: 'debug',
        TRANSPORT: 'sendgrid',
        SENDGRID_API_URL: provider.url,
        SENDGRID_API_KEY: `SG.${CANARY}`,
      },
    });
    live = new Shop(app.url, app.liveKey);
    nobody = new Shop(app.url, '');
    for (const step of ['reminder', 'follow-up'])
      await live.must('POST', `/v1/templates/abandoned-cart/${step}/publish`, {});
    await live.must('POST', '/v1/scenarios/abandoned-cart/publish', {});
  });
  afterAll(async () => {
    await app.close();
    await provider.close();
    jest.restoreAllMocks();
  });

  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
  const metrics = async () => {
    const answer = await nobody.call<string>('GET', '/metrics');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    return answer.body;
  };
  /** A cart old enough for its letter to be due at once; ends when the provider has had its say. */
  const letterTo = async (name: string, behaviour: MisbehavingServer['behaviour'], state: string) => {
    provider.behaviour = behaviour;
    const email = `${name}.${CANARY}@example.com`;
    const cart = aCart(email, ago(46), { cartId: `${name}-${CANARY}` });
    await live.event(cart);
    await until(
      async () => (await live.messages({ contact: email })).some((message) => message.state === state),
      () => `no letter of ${name} is ${state}`,
      30,
    );
    return cart;
  };

  it('counts and times what the provider answers, and says how late the work is', async () => {
    await letterTo('good', 'accept', 'accepted');
    await letterTo('bad', 'reject', 'rejected');
    await letterTo('lost', 'hang-up-after', 'unknown');
    const text = await metrics();
    expect(text).toContain('touchmap_provider_answers_total{provider="sendgrid",outcome="accepted"} 1\n');
    expect(text).toContain('touchmap_provider_answers_total{provider="sendgrid",outcome="rejected"} 1\n');
    expect(text).toContain('touchmap_provider_answers_total{provider="sendgrid",outcome="unknown"} 1\n');
    expect(text).toContain('touchmap_provider_seconds_count{provider="sendgrid"} 3\n');
    expect(text).toMatch(/^touchmap_letters\{state="unknown"\} [01]$/m);
    for (const name of [
      'due\\{kind="runs"\\}',
      'due_lag_max_seconds\\{kind="letters"\\}',
      'due_lag_p99_seconds\\{kind="runs"\\}',
      'letters\\{state="unresolved"\\}',
      'inbox_oldest_seconds',
      'database_horizon_xids',
      'queue_jobs\\{stage="delivery"\\}',
      'spool_bytes',
      'process_resident_bytes',
      'process_uptime_seconds',
    ])
      expect(text).toMatch(new RegExp(`^touchmap_${name} \\d+(\\.\\d+)?(e[-+]?\\d+)?$`, 'm'));
  });

  it('says of each check how it stands, and tells of rows whose month has no partition', async () => {
    const ready = () => nobody.call<{ status: string; checks: object }>('GET', '/health/ready');
    const ok = { state: 'ok' };
    const checks = { started: ok, database: ok, schema: ok, partitions: ok, stages: ok };
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready', checks } });
    const lost = `FROM (VALUES (gen_random_uuid())) AS v(id)`;
    await app.engine.query(
      `INSERT INTO engagements (environment_id, id, received_at, message_id, action, actor, verdict, occurred_at)
       SELECT id, id, '2001-01-01', id, 'open', 'person', 'test', '2001-01-01' ${lost}`,
    );
    expect((await ready()).body.checks).toMatchObject({ partitions: { state: 'warn' }, database: ok });
    await app.engine.query(`DELETE FROM engagements WHERE received_at = '2001-01-01'`);
    await onServer(app.databaseUrl, `DELETE FROM migrations WHERE name LIKE 'Maintenance%'`);
    const old = await ready();
    await onServer(
      app.databaseUrl,
      `INSERT INTO migrations (timestamp, name) VALUES (1763740000004, 'Maintenance1763740000004')`,
    );
    expect(old).toMatchObject({ status: 503, body: { status: 'not_ready', checks: { schema: { state: 'fail' } } } });
    expect((await ready()).status).toBe(200);
  });

  /** A job is written while the process is busy with a stage itself: here it waits for a lock. */
  async function callForHelp(): Promise<void> {
    const holder = new pg.Client({ connectionString: app.databaseUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE enrollments IN ACCESS EXCLUSIVE MODE');
      let carts = 0;
      await until(
        async () => {
          // Another person each time: the stage holds those of the first.
          await live.event(aCart(`busy-${++carts}.${CANARY}@example.com`, ago(1), { cartId: `busy-${carts}` }));
          return added.length > 0;
        },
        () => 'nobody was called',
        30,
      );
    } finally {
      await holder.end();
    }
  }

  it('writes no address, payload or key into logs, metrics, health or jobs, whatever goes wrong', async () => {
    const cart = await letterTo('again', 'accept', 'accepted');
    const problems = await everyRefusal(app);
    await live.call('POST', '/v1/events', { ...cart, id: `id-${CANARY}` });
    await live.call('POST', '/v1/events', { ...aCart(`other.${CANARY}@example.com`, ago(1)), id: `id-${CANARY}` });
    await live.call('POST', '/v1/events', { type: CANARY, contact: { email: `no address ${CANARY}` }, data: [CANARY] });
    await live.call('POST', '/v1/events', `{"type": "${CANARY}`);
    await new Shop(app.url, `tm_live_${CANARY}`).call('GET', `/v1/contacts/${CANARY}@example.com`);
    await nobody.call('GET', `/t/c/${CANARY}?email=${CANARY}@example.com`);
    const admin = (sql: string) => onServer(app.databaseUrl, sql);
    const before = written.length;
    await admin('ALTER TABLE conversions RENAME TO conversions_gone');
    try {
      await live.event(anOrder(`again.${CANARY}@example.com`, ago(1), { orderId: `order-${CANARY}` }));
      await until(
        () => Promise.resolve(written.slice(before).some((line) => line.includes('"level":"error"'))),
        () => 'the failure was not logged',
        30,
      );
    } finally {
      await admin('ALTER TABLE conversions_gone RENAME TO conversions');
    }
    await admin('ALTER TABLE event_keys RENAME TO event_keys_gone');
    try {
      const failed = await live.call('POST', '/v1/events', { ...cart, id: `late-${CANARY}` });
      expect(failed.status).toBeGreaterThanOrEqual(500);
    } finally {
      await admin('ALTER TABLE event_keys_gone RENAME TO event_keys');
    }
    // The provider's words go into the log, without what they repeat.
    provider.behaviour = 'wrong-key';
    await live.event(aCart(`named.${CANARY}@example.com`, ago(46), { cartId: `named-${CANARY}` }));
    await until(
      () => Promise.resolve(written.some((line) => line.includes('delivery.circuit_open'))),
      () => 'the refusal was not logged',
      30,
    );
    await callForHelp();
    const jobs = await jobRows(app);
    const health = await Promise.all(['/health/ready', '/health/live'].map((at) => nobody.call('GET', at)));
    const outputs = {
      logs: written.join(''),
      metrics: await metrics(),
      health: JSON.stringify(health.map(({ body }) => body)),
      jobs: JSON.stringify([jobs, added]),
      problems: JSON.stringify(problems),
    };
    expect(outputs.logs).toContain('"level":"error"');
    expect(added.length).toBeGreaterThan(0);
    const secrets = [CANARY, app.liveKey, app.testKey, ...(await secretsOf(app))];
    for (const [name, text] of Object.entries(outputs))
      for (const secret of secrets) expect([name, linesWith(text, secret)]).toEqual([name, []]);
  });
});

/** The service's own secret, and the secret parts of the keys, which must not stand alone either. */
async function secretsOf(app: FlowApp): Promise<string[]> {
  const own = (await readFile(path.join(app.dataDir, 'secret'), 'utf8')).trim();
  return [own, ...[app.liveKey, app.testKey].map((key) => key.split('_').slice(3).join('_'))];
}

/** Problems of all kinds in the presence of people, keys and secrets that none of them may name. */
async function everyRefusal(app: FlowApp): Promise<unknown[]> {
  const live = new Shop(app.url, app.liveKey);
  const stranger = new Shop(app.url, app.testKey);
  const wrong = new Shop(app.url, `${app.liveKey.slice(0, -1)}_`);
  const [message] = await live.messages();
  const answers = await Promise.all([
    wrong.call('GET', '/v1/store'),
    stranger.call('GET', `/v1/messages/${message!.id}`),
    live.call('POST', `/v1/messages/${message!.id}/resend`),
    live.call('GET', '/v1/messages?cursor=x'),
    live.call('POST', '/v1/keys', { name: '', scopes: ['x'] }),
    live.call('POST', '/v1/connectors', { kind: 'sendgrid', publicKey: 'x' }),
    live.call('POST', '/v1/events', 'x'.repeat(300_000)),
    live.call('POST', '/v1/scenarios/unknown/resume'),
    live.call('POST', '/v1/sandbox/advance', { by: '1 day' }),
    live.call('PUT', '/v1/scenarios/abandoned-cart', []),
    live.call('POST', '/v1/templates/abandoned-cart/reminder/test', { to: ['x'] }),
    live.call('DELETE', `/v1/keys/${app.liveKey.split('_')[2]}`),
    live.call('GET', '/v1/nothing'),
    live.call('PUT', '/v1/keys', {}),
  ]);
  for (const { status } of answers) expect([status, status >= 400 && status < 500]).toEqual([status, true]);
  return answers.map(({ body, headers }) => [body, ...headers]);
}

/** Everything that the queue keeps in the database. */
async function jobRows(app: FlowApp): Promise<unknown[]> {
  const owner = new pg.Client({ connectionString: app.databaseUrl });
  await owner.connect();
  try {
    const { rows: tables } = await owner.query<{ name: string }>(
      `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq'`,
    );
    const rows: unknown[] = [];
    for (const { name } of tables) rows.push((await owner.query(`SELECT t::text FROM bullmq.${name} AS t`)).rows);
    expect(rows.length).toBeGreaterThan(0);
    return rows;
  } finally {
    await owner.end();
  }
}

function linesWith(text: string, secret: string): string[] {
  return text.split('\n').filter((line) => line.includes(secret));
}
