import { readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BY_NPM, freePort, Service, temporaryDirectory, until } from '../support/service.js';
import { aCart, Shop } from '../support/shop.js';

/** Pids of processes that work in a database's directory, as PostgreSQL's do (Linux). */
async function postgresOn(dataDir: string): Promise<number[]> {
  const elsewhere = await readFile(path.join(dataDir, 'postgres.location'), 'utf8').catch(() => '');
  const cluster = elsewhere.trim() || path.join(dataDir, 'postgres');
  const pids: number[] = [];
  for (const name of await readdir('/proc'))
    if (/^\d+$/.test(name) && (await readlink(`/proc/${name}/cwd`).catch(() => '')).startsWith(cluster))
      pids.push(Number(name));
  return pids;
}

describe('starting the service', () => {
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  let dataDir: string;
  const started: Service[] = [];
  const start = async (env: Record<string, string> = {}) => {
    const service = await Service.start(dataDir, env);
    started.push(service);
    return service;
  };

  beforeEach(async () => {
    dir = await temporaryDirectory();
    dataDir = path.join(dir.path, 'data');
  });
  afterEach(async () => {
    for (const service of started.splice(0)) await service.end('SIGTERM');
    await dir.remove();
  });

  // One directory after the other's use: a start on an empty one takes twice the work of one that finds its database.
  describe('again and again in one directory', () => {
    let firstDir: Awaited<ReturnType<typeof temporaryDirectory>>;
    let data: string;
    let service: Service;

    beforeAll(async () => {
      firstDir = await temporaryDirectory();
      data = path.join(firstDir.path, 'data');
      service = await Service.start(data);
    });
    afterAll(async () => {
      await service.end('SIGTERM');
      await firstDir.remove();
    });

    it('on an empty directory makes a store, two keys that work and five chains in the sandbox, and tells programs so', async () => {
      const first = await service.firstRun();
      expect(await service.firstRunMode()).toBe(0o600);
      expect(first).toEqual({
        url: expect.stringMatching(/^http:\/\//),
        store: 'default',
        liveKey: expect.stringMatching(/^tm_live_[A-Za-z0-9]{10}_[A-Za-z0-9_-]{43}$/),
        testKey: expect.stringMatching(/^tm_test_[A-Za-z0-9]{10}_[A-Za-z0-9_-]{43}$/),
        consoleUrl: `${first.url}/console`,
      });
      expect(service.output).toContain(first.liveKey);
      expect(service.output).toContain(first.testKey);
      const shop = new Shop(first.url, first.testKey);
      const { items } = await shop.must<{ items: { key: string; live: unknown; sandbox: unknown }[] }>(
        'GET',
        '/v1/scenarios',
      );
      const published = items.filter((s) => s.sandbox).map((s) => s.key);
      expect(published.sort()).toEqual([
        'abandoned-cart',
        'abandoned-checkout',
        'lead-magnet',
        'order-thank-you',
        'trial-ending',
      ]);
      expect(items.filter((s) => s.live)).toEqual([]);
    });

    it('after kill -9 goes on with what it had answered 202 for, on the same keys', async () => {
      const { url, testKey } = await service.firstRun();
      const before = new Shop(url, testKey);
      await before.reset('2026-11-21T12:00:00.000Z');
      await before.event(aCart('anna@example.com', '2026-11-21T12:00:00.000Z', { id: 'kept' }));
      expect(await service.end('SIGKILL')).toBe('SIGKILL');

      service = await Service.start(data);
      const first = await service.firstRun();
      expect(first.testKey).toBe(testKey);
      expect(first.url).not.toBe(url);
      const after = new Shop(first.url, testKey);
      expect((await after.call('GET', '/v1/events/kept')).status).toBe(200);
      expect(await after.advance('45 minutes')).toMatchObject({ messages: 1 });
    });

    it('leaves nothing running after Ctrl-C', async () => {
      expect(await postgresOn(data)).not.toEqual([]);
      expect(await service.end('SIGINT')).toBe(0);
      expect(await postgresOn(data)).toEqual([]);
    });

    it('goes on when nobody reads what it writes any more, and leaves nothing running when its terminal is closed', async () => {
      await service.end('SIGTERM');
      service = await Service.start(data);
      service.stopReading();
      for (const pid of await postgresOn(data)) process.kill(pid, 'SIGKILL'); // which it has lines to write about
      await until(
        async () => (await postgresOn(data)).length > 0 && (await service.isReady()),
        () => `the service does not go on: ${service.child.exitCode}`,
      );
      expect(await service.end('SIGHUP')).toBe(0);
      expect(await postgresOn(data)).toEqual([]);
    });

    it('and again on a directory whose data was deleted, begins with an empty database', async () => {
      const { testKey } = await service.firstRun();
      await service.end('SIGTERM');
      await rm(data, { recursive: true });
      service = await Service.start(data, {}, BY_NPM);
      expect((await service.firstRun()).testKey).not.toBe(testKey);
    });

    it('leaves nothing running either when npm alone is told to end, as a supervisor does', async () => {
      expect(await postgresOn(data)).not.toEqual([]);
      await service.end('SIGTERM');
      await until(
        async () => (await postgresOn(data)).length === 0 && !(await service.isReady()),
        () => `the service goes on:\n${service.output}`,
      );
    });
  });

  it('lets two processes share one directory', async () => {
    const [one, two] = await Promise.all([start(), start({ PORT: String(await freePort()), ROLES: 'api' })]);
    const { testKey } = await one.firstRun();
    const shop = new Shop((await one.firstRun()).url, testKey);
    expect((await shop.call('GET', '/v1/store')).status).toBe(200);
    await two.end('SIGTERM');
    await one.end('SIGTERM');
  });

  it('stops at a wrong setting and says which and what it should be', async () => {
    const service = await Service.spawn(dataDir, { PORT: 'many', TRANSPORT: 'pigeon', DATABASE_URL: 'mysql://x' });
    expect(await service.ended()).not.toBe(0);
    expect(service.output).toMatch(/PORT\b.*65535/);
    expect(service.output).toMatch(/TRANSPORT\b.*outbox/);
    expect(service.output).toMatch(/DATABASE_URL\b.*postgres/);
    expect(service.output).not.toMatch(/node_modules/);
  });

  it('stops at a data directory that cannot be made, and says so', async () => {
    await writeFile(dataDir, '');
    const service = await Service.spawn(path.join(dataDir, 'below'));
    expect(await service.ended()).toBe(1);
    expect(service.output).toMatch(/DATA_DIR must be a directory in which/);
    expect(service.output).not.toMatch(/node_modules/);
  });
});
