import pg from 'pg';
import { Service, temporaryDirectory, until } from '../support/service.js';
import { LiveShop, QUICK } from './support/live-shop.js';
import { PostgresServer } from './support/postgres-server.js';
import { FakeProvider, TAKES } from './support/provider.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const PEOPLE = Array.from({ length: 12 }, (_, i) => `${i}`);

/** A job that was under way when its connection broke: BullMQ's lock of 30 s runs out, and two looks, 30 s apart, find it. */
const LOST_JOB_S = 120;

describe('the service, while its PostgreSQL', () => {
  let dir: Awaited<ReturnType<typeof temporaryDirectory>>;
  let postgres: PostgresServer;
  let proxy: TcpProxy;
  let provider: FakeProvider;
  let service: Service;
  let shop: LiveShop;

  beforeAll(async () => {
    dir = await temporaryDirectory();
    [postgres, provider] = await Promise.all([PostgresServer.start(['max_connections=60']), FakeProvider.start()]);
    let url: string;
    ({ proxy, url } = await TcpProxy.before(postgres.url));
    service = await Service.start(dir.path, {
      ...QUICK,
      SENDGRID_API_URL: provider.url,
      DATABASE_URL: url,
    });
    shop = await LiveShop.open(service, provider);
  });
  afterAll(async () => {
    await service?.end('SIGKILL');
    await proxy?.close();
    await provider?.close();
    await postgres?.close();
    await dir.remove();
  });

  const names = (what: string): string[] => PEOPLE.map((n) => `${what}-${n}`);
  const storedCarts = async (name: string): Promise<number> =>
    (await postgres.query(`SELECT 1 FROM storefront_events WHERE key = 'cart-of-${name}'`)).length;

  it('loses one process to kill -9, lives on and works again', async () => {
    const [backend] = await postgres.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'touchmap_engine' LIMIT 1`,
    );
    process.kill(backend!.pid, 'SIGKILL');
    await shop.cartTaken('after-a-backend');
    expect(await shop.lettersOf(['after-a-backend'])).toEqual([1]);
    expect(service.child.exitCode).toBeNull();
  });

  it.each(['kill', 'immediate'] as const)(
    'is ended by %s and comes back, keeps what it had answered 202 for',
    async (mode) => {
      const carts = names(mode);
      const answers = await Promise.all(carts.map((name) => shop.cart(name)));
      await postgres.end(mode);
      expect(answers.map(({ status }) => status)).toEqual(carts.map(() => 202));
      expect((await shop.cart(`${mode}-in-between`)).status).toBe(503);
      expect(await shop.ready()).toBe(503);
      await postgres.begin();
      expect(await shop.lettersOf(carts)).toEqual(carts.map(() => 1));
      await shop.becomesReady();
      expect(service.child.exitCode).toBeNull();
    },
  );

  it('stands still, answers 503 within seconds, and stores what is repeated once', async () => {
    await postgres.freeze();
    const asked = performance.now();
    const answers = await Promise.all(names('frozen').map((name) => shop.cart(name)));
    const seconds = (performance.now() - asked) / 1_000;
    const whileFrozen = await shop.ready();
    await postgres.thaw();
    expect(answers.map(({ status }) => status)).toEqual(PEOPLE.map(() => 503));
    expect(seconds).toBeLessThan(8);
    expect(whileFrozen).toBe(503);
    // A write that timed out may have happened all the same: whoever repeats it is told, and it stands there once.
    for (const name of names('frozen')) await shop.cartTaken(name);
    expect(await shop.lettersOf(names('frozen'))).toEqual(PEOPLE.map(() => 1));
    expect(await Promise.all(names('frozen').map(storedCarts))).toEqual(PEOPLE.map(() => 1));
  });

  it('cannot be reached although connections look open, finds out within 30 seconds and connects anew', async () => {
    const swallowed = performance.now();
    proxy.blackhole();
    expect((await shop.cart('swallowed')).status).toBe(503);
    proxy.restore();
    await shop.cartTaken('after-the-hole', 30);
    await shop.lettersOf(['after-the-hole'], 30);
    expect((await shop.shop.call('GET', '/v1/scenarios')).status).toBe(200);
    await shop.becomesReady();
    expect((performance.now() - swallowed) / 1_000).toBeLessThan(30);
  });

  it('drops every connection, takes wake-ups again', async () => {
    await postgres.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    );
    await shop.cartTaken('after-the-drop');
    expect(await shop.lettersOf(['after-the-drop'])).toEqual([1]);
    await until(
      async () => (await postgres.query(`SELECT 1 FROM bullmq.job`)).length === 0,
      () => `wake-ups are left lying:\n${service.output.slice(-2_000)}`,
      LOST_JOB_S,
    );
  }, 180_000);

  it('keeps every connection of the API busy, makes others wait a bounded time for their 503 and stays ready', async () => {
    const holder = new pg.Client({ connectionString: postgres.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE scenarios IN ACCESS EXCLUSIVE MODE');
    const asked = performance.now();
    const asking = Promise.all(Array.from({ length: 30 }, () => shop.shop.call('GET', '/v1/scenarios')));
    expect(await shop.ready()).toBe(200);
    const answers = await asking;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect((performance.now() - asked) / 1_000).toBeLessThan(20);
    await holder.end();
    expect((await shop.shop.call('GET', '/v1/scenarios')).status).toBe(200);
  });

  it('has no connection left for it, is not ready, and works again when there are some', async () => {
    const others: pg.Client[] = [];
    const taken = async (): Promise<boolean> => {
      const client = new pg.Client({ connectionString: postgres.url });
      client.on('error', () => undefined); // told by connect as well
      try {
        await client.connect();
        others.push(client);
        return false;
      } catch (error) {
        return (error as { code?: string }).code === '53300';
      }
    };
    // The service's own connections go and find their places taken.
    await until(
      async () => {
        while (!(await taken()));
        for (const client of others.slice(0, 1))
          await client.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'touchmap%'`,
          );
        while (!(await taken()));
        const left = await others[0]!.query(`SELECT FROM pg_stat_activity WHERE application_name LIKE 'touchmap%'`);
        return left.rowCount === 0 && (await shop.ready()) === 503; // one that was quick keeps its place
      },
      () => 'the service stays ready',
    );
    expect((await shop.cart('no-place')).status).toBe(503);
    await Promise.all(others.map((client) => client.end()));
    await shop.cartTaken('no-place');
    expect(await shop.lettersOf(['no-place'])).toEqual([1]);
    await shop.becomesReady();
    expect(service.child.exitCode).toBeNull();
  });

  it('is fine: SIGTERM in the middle of sending ends it within 30 seconds and leaves no letter held', async () => {
    provider.treat = () => ({ ...TAKES, afterMs: 1_500 });
    const carts = names('last');
    for (const name of carts) await shop.cartTaken(name);
    await until(
      async () => (await postgres.query(`SELECT 1 FROM messages WHERE state = 'sending'`)).length > 0,
      () => 'nothing is being sent',
    );
    const asked = performance.now();
    expect(await service.end('SIGTERM')).toBe(0);
    expect((performance.now() - asked) / 1_000).toBeLessThan(30);
    const open = await postgres.query(
      `SELECT state FROM messages WHERE state NOT IN ('accepted', 'planned', 'skipped', 'unresolved')`,
    );
    expect(open).toEqual([]);
    expect(carts.filter((name) => (provider.mailboxes.get(`${name}@example.com`) ?? 0) > 1)).toEqual([]);
  });
});
