import { type FlowApp, startApp } from '../support/app.js';
import { openDatabase, type TestDatabase } from '../support/database.js';
import { until } from '../support/service.js';
import { aCart, anOrder, Shop } from '../support/shop.js';
import { onServer } from '../support/template-database.js';

const THEN = '2026-11-02T12:00:00.000Z';
const NOW = '2026-11-12T12:00:00.000Z';
/** People whose story lies behind them. */
const PAST = 10_000;
const PEOPLE = 30;
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' };
/** Tables that grow with a shop, for ever or until its retention. */
const GROWING = [
  'contacts',
  'contact_keys',
  'consents',
  'storefront_events',
  'event_keys',
  'enrollments',
  'enrollment_history',
  'messages',
  'message_bodies',
  'send_attempts',
  'engagements',
  'conversions',
];

describe('a shop with a long past', () => {
  let database: TestDatabase;
  let app: FlowApp;
  let shop: Shop;
  let live: Shop;

  beforeAll(async () => {
    app = await startApp();
    database = openDatabase(app.databaseUrl);
    shop = new Shop(app.url, app.testKey);
    live = new Shop(app.url, app.liveKey);
    await live.must('PATCH', '/v1/store', { caps: [{ max: 9, per: '30 days' }], minimumGap: '1 minute' });
    for (const step of ['reminder', 'follow-up'])
      await live.must('POST', `/v1/templates/abandoned-cart/${step}/publish`, {});
    await live.must('POST', '/v1/scenarios/abandoned-cart/publish', {});
    await shop.reset(THEN);
    await story(['past@example.com'], THEN);
    await liveStory(['live-past@example.com']);
    await shop.advanceTo(NOW);
    await until(
      () => isOver(database),
      () => 'the story of the past is not over',
    );
    await multiplied(database);
  });
  afterAll(async () => {
    await database.close();
    await app.close();
  });

  /** A cart, a letter that is opened and clicked, an order. */
  async function story(addresses: readonly string[], at: string): Promise<void> {
    await shop.must('POST', '/v1/events/batch', { events: addresses.map((address) => aCart(address, at)) });
    await shop.advance('45 minutes');
    for (const contact of addresses) {
      const [letter] = await shop.messages({ contact, step: 'reminder' });
      await shop.engage(letter!.id, 'open');
      await shop.engage(letter!.id, 'click');
    }
    await shop.must('POST', '/v1/events/batch', { events: addresses.map((address) => anOrder(address, at)) });
    await shop.advance('1 hour');
  }

  /** The same on real time: the carts are old enough for their letters when they arrive. */
  async function liveStory(addresses: readonly string[]): Promise<void> {
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const before = await sent();
    await live.must('POST', '/v1/events/batch', { events: addresses.map((address) => aCart(address, ago(45))) });
    await until(
      async () => (await sent()) >= before + addresses.length,
      () => 'letters are missing',
    );
    for (const contact of addresses.slice(0, 5)) {
      const [letter] = await live.messages({ contact });
      const { html } = await live.message(letter!.id);
      for (const [path] of html.matchAll(/\/t\/[oc]\/[\w-]+/g)) await live.call('GET', path, undefined, BROWSER);
    }
    await live.must('POST', '/v1/events/batch', { events: addresses.map((address) => anOrder(address, ago(0))) });
    await live.call('GET', '/metrics');
  }

  async function sent(): Promise<number> {
    const path = '/v1/stats/scenarios/abandoned-cart?by=step';
    const { items } = await live.must<{ items: { step: string; sent: number }[] }>('GET', path);
    return items.find(({ step }) => step === 'reminder')?.sent ?? 0;
  }

  /** Whatever may be asked about one person, and what a list begins with. */
  async function look(contact: string): Promise<void> {
    const about = ['', '/timeline', '/explain?scenario=abandoned-cart', '/export'];
    for (const path of about) await shop.must('GET', `/v1/contacts/${contact}${path}`);
    for (const list of ['messages', 'events'])
      for (const filter of ['', '?limit=20', `?contact=${contact}`]) await shop.must('GET', `/v1/${list}${filter}`);
    for (const state of ['planned', 'sending', 'retry', 'accepted', 'skipped', 'failed', 'unresolved'])
      await shop.must('GET', `/v1/messages?state=${state}`);
    for (const delivery of ['bounced', 'complained']) await shop.must('GET', `/v1/messages?delivery=${delivery}`);
    for (const state of ['running', 'waiting', 'ended'])
      await shop.must('GET', `/v1/scenarios/abandoned-cart/enrollments?state=${state}`);
    for (const by of ['step', 'version', 'day']) await shop.must('GET', `/v1/stats/scenarios/abandoned-cart?by=${by}`);
  }

  /** A day of the shop, in the sandbox and in live. */
  async function day(): Promise<void> {
    const [buyers, others] = [people('buyer'), people('other')];
    await story(buyers, NOW);
    await shop.must('POST', '/v1/events/batch', { events: others.map((address) => aCart(address, NOW)) });
    await shop.advance('45 minutes');
    await look(buyers[0]!);
    const [letter] = await shop.messages({ contact: others[0]! });
    await shop.engage(letter!.id, 'unsubscribe');
    await shop.must('PATCH', `/v1/contacts/${others[1]!}`, { firstName: 'Ingrid' });
    await shop.must('DELETE', `/v1/contacts/${others[2]!}`);
    await shop.advance('2 days');
    expect(await shop.messages({ contact: others[3]! })).toMatchObject([{ state: 'accepted' }, { state: 'accepted' }]);
    await liveStory(people('live'));
  }

  it('is served without going through it: no table that grows is read as a whole', async () => {
    const before = await rowsRead(database);
    await day().finally(() => app.stop());
    await until(
      async () => (await connections(database)) === 1,
      () => 'the service left connections open',
    );
    const after = await rowsRead(database);
    expect(GROWING.filter((table) => after[table]! - before[table]! >= PAST)).toEqual([]);
  });
});

function people(name: string): readonly string[] {
  return Array.from({ length: PEOPLE }, (_, i) => `${name}-${i}@example.com`);
}

async function connections({ engine }: TestDatabase): Promise<number> {
  const [row] = await engine.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database()',
  );
  return row!.n;
}

/**
 * Rows that were fetched so far, by an index or without; a connection tells its part when it ends. The partition of a month that has just
 * begun is short, and reading it as a whole is the best there is.
 */
async function rowsRead({ engine }: TestDatabase): Promise<Readonly<Record<string, number>>> {
  const rows = await engine.query<{ name: string; read: number }>(
    `SELECT coalesce(whole.relname, part.relname) AS name,
       coalesce(sum(part.seq_tup_read + part.idx_tup_fetch) FILTER (WHERE part.n_live_tup > ${PAST / 10}), 0)::float8 AS read
     FROM pg_stat_user_tables part LEFT JOIN pg_inherits i ON i.inhrelid = part.relid LEFT JOIN pg_class whole ON whole.oid = i.inhparent
     GROUP BY 1`,
  );
  return Object.fromEntries(rows.map(({ name, read }) => [name, read]));
}

/** Nothing of what happened waits to be applied or credited: ten thousand times that would be work of the day that is measured. */
async function isOver({ engine }: TestDatabase): Promise<boolean> {
  const [row] = await engine.query<{ over: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM storefront_events WHERE processed_at IS NULL)
       AND NOT EXISTS (SELECT FROM conversions WHERE state = 'pending') AS over`,
  );
  return row!.over;
}

/** Writes everything that is there of one person once more for each of many: other ids, another address, the same story. */
async function multiplied({ engine, url }: TestDatabase): Promise<void> {
  const columns = await engine.query<{ of: string; name: string; type: string }>(
    `SELECT table_name AS of, column_name AS name, data_type AS type FROM information_schema.columns
     WHERE table_schema = 'public' AND is_generated = 'NEVER' ORDER BY ordinal_position`,
  );
  await engine.transaction(async (tx) => {
    for (const table of GROWING) {
      const own = columns.filter(({ of }) => of === table);
      await tx.query(
        `INSERT INTO ${table} (${own.map(({ name }) => name).join(', ')})
         SELECT ${own.map(another).join(', ')} FROM ${table}, generate_series(1, ${PAST}) AS i`,
      );
    }
  });
  await onServer(url, 'ANALYZE');
}

/** The column as number `i` has it: its id ends in the number, its address has it in front of the @, and it was 1 to 300 days before. */
function another({ name, type }: { readonly name: string; readonly type: string }): string {
  if (name === 'environment_id' || name === 'store_id') return name;
  if (type === 'uuid') return `(left(${name}::text, 24) || lpad(to_hex(i), 12, '0'))::uuid`;
  if (type === 'date') return `${name} - (i % 300 + 1)`;
  if (type.startsWith('timestamp')) return `${name} - make_interval(days => i % 300 + 1)`;
  if (type !== 'text') return name;
  if (name === 'order_key') return `${name} || ' of ' || i`; // the address in it is behind a blind key
  const isId = `${name} ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$'`;
  return `CASE WHEN ${isId} THEN left(${name}, 24) || lpad(to_hex(i), 12, '0') ELSE replace(${name}, 'past@', 'past-' || i || '@') END`;
}
