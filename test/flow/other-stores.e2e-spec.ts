import { randomUUID } from 'node:crypto';
import { createStore } from '../../src/stores/create-store.js';
import { insertKey } from '../../src/stores/keys.service.js';
import { type FlowApp, startApp } from '../support/app.js';
import { type Answer, Shop } from '../support/shop.js';

/** Stands in everything that belongs to the store of these tests; nobody else may ever read it. */
const CANARY = 'canary4d1e';
const NOON = '2026-11-21T12:00:00.000Z';
const MJML = `<mjml><mj-head><mj-title>${CANARY}</mj-title></mj-head><mj-body><mj-section><mj-column>
<mj-text>${CANARY}</mj-text></mj-column></mj-section></mj-body></mjml>`;
const chain = (key: string) => ({
  key,
  name: CANARY,
  messageClass: 'service',
  trigger: { type: 'event', event: 'user.registered' },
  steps: [
    { id: 'pause', type: 'wait', for: '1 hour' },
    { id: 'letter', type: 'email', template: `${CANARY}/letter` },
    { id: 'rest', type: 'wait', for: '30 days' },
  ],
});

const NO_ID = '01a20000-0000-7000-8000-000000000000';

/** Something of the store's, by what the API calls it, and the like of it that nobody has. */
interface Thing {
  readonly id: string;
  readonly unknown: string;
  /** Definitions and keys belong to the store, both of whose environments see them. */
  readonly owner: 'environment' | 'store';
}

/** Bodies of routes that need one; `id` is what the path names, or the body where no path does. */
const BODIES: Readonly<Record<string, (id: string) => object>> = {
  'PUT /v1/contacts/{ref}': () => ({ firstName: 'Eve' }),
  'PATCH /v1/contacts/{ref}': () => ({ firstName: 'Eve' }),
  'PUT /v1/suppressions/{email}': () => ({}),
  'PUT /v1/templates/{key}': () => ({ name: 'Eve', locales: { en: MJML } }),
  'PUT /v1/templates/{folder}/{name}': () => ({ name: 'Eve', locales: { en: MJML } }),
  'POST /v1/templates/{key}/test': () => ({ to: ['eve@example.com'] }),
  'POST /v1/templates/{folder}/{name}/test': () => ({ to: ['eve@example.com'] }),
  'PUT /v1/scenarios/{key}': chain,
  'POST /v1/scenarios/{key}/enrollments': () => ({ people: [{ contact: { email: 'eve@example.com' } }] }),
  'POST /v1/scenarios/{key}/simulate': () => ({
    event: { type: 'cart.updated', contact: { email: 'eve@example.com' } },
  }),
  'POST /v1/sandbox/engage': (message) => ({ message, action: 'open', as: 'person' }),
};
/** What a route must be asked beside its path. */
const QUERIES: Readonly<Record<string, string>> = {
  'GET /v1/contacts/{contact}/explain': `?scenario=chain-${CANARY}`,
};
/** Routes that make what they name: for a stranger a thing of his own. */
const CREATES = new Set(['PUT /v1/contacts/{ref}', 'PUT /v1/suppressions/{email}']);
/** Routes whose path names nothing of a store. */
const NAMES_NOTHING = new Set(['POST /v1/presets/{key}/install']);

interface Route {
  readonly method: string;
  readonly path: string;
  readonly name: string;
  readonly query: readonly string[];
}

describe('what belongs to a store', () => {
  let app: FlowApp;
  let owner: Shop;
  let strangers: readonly (readonly [who: string, shop: Shop, reaches: (thing: Thing) => boolean])[];
  let things: readonly Thing[];
  let routes: readonly Route[];

  beforeAll(async () => {
    app = await startApp();
    owner = new Shop(app.url, app.testKey);
    things = await everything(owner);
    const { storeId } = await createStore(app.engine, 'stranger', 'Stranger');
    const key = async (mode: 'live' | 'sandbox') =>
      new Shop(app.url, (await insertKey(app.engine, { storeId, mode, name: 'stranger', scopes: ['admin'] })).key);
    strangers = [
      ['another store’s sandbox', await key('sandbox'), () => false],
      ['another store’s live', await key('live'), () => false],
      ['the same store’s live', new Shop(app.url, app.liveKey), ({ owner: whose }) => whose === 'store'],
    ];
    routes = await routesOf(owner);
  });
  afterAll(() => app.close());

  it('is tried at every route of the API', () => {
    expect(routes.length).toBeGreaterThan(40);
    expect(routes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['GET /v1/messages/{id}', 'DELETE /v1/connectors/{id}']),
    );
    for (const name of [...Object.keys(BODIES), ...Object.keys(QUERIES), ...CREATES, ...NAMES_NOTHING])
      expect(routes.map((route) => route.name)).toContain(name);
  });

  it('is to strangers as if it were not there: the same answers, no word of it, nothing changed; its owner reaches it', async () => {
    const before = await rowsOf(app);
    const named = routes.filter(({ name, path }) => path.includes('{') || BODIES[name]);
    const answers = new Map<string, { status: number; who: string }[]>();
    const missed = new Map<string, Promise<Answer<unknown>>>();
    const miss = (who: string, stranger: Shop, route: Route, { unknown }: Thing): Promise<Answer<unknown>> => {
      const key = CREATES.has(route.name) ? randomUUID() : `${who} ${route.name} ${unknown}`; // made things are there next time
      const known = missed.get(key) ?? ask(stranger, route, unknown);
      missed.set(key, known);
      return known;
    };
    for (const [who, stranger, reaches] of strangers)
      for (const route of inOrder(named, ['GET', 'POST', 'DELETE', 'PATCH', 'PUT']))
        for (const thing of things.filter((one) => !reaches(one))) {
          const [found, missing] = [await ask(stranger, route, thing.id), await miss(who, stranger, route, thing)];
          const seen = { who, route: route.name, id: thing.id };
          expect({ ...seen, ...wordsOf(found) }).toEqual({ ...seen, ...wordsOf(missing) });
          expect({ ...seen, leak: leakOf(found, thing) }).toEqual({ ...seen, leak: null });
          const key = `${route.name} ${thing.id}`;
          answers.set(key, [...(answers.get(key) ?? []), { status: found.status, who }]);
        }
    expect(await rowsOf(app)).toEqual(before);

    // What nobody could reach with its own key would prove nothing.
    const vain: string[] = [];
    for (const route of inOrder(named, ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'])) {
      if (NAMES_NOTHING.has(route.name)) continue;
      let reached = 0;
      for (const thing of things) {
        const { status } = await ask(owner, route, thing.id);
        if (status >= 300 && status !== 409) continue;
        reached++;
        if (CREATES.has(route.name)) continue;
        for (const answer of answers.get(`${route.name} ${thing.id}`) ?? [])
          expect({ route: route.name, id: thing.id, ...answer }).toMatchObject({
            status: answer.who.endsWith('live') && route.path.startsWith('/v1/sandbox') ? 403 : 404,
          });
      }
      if (reached === 0) vain.push(route.name);
    }
    expect(vain).toEqual([]);
  });

  it('is in no list of a stranger, whatever it asks for and with the owner’s cursors too', async () => {
    const lists = routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
    expect(lists.length).toBeGreaterThan(8);
    // Addresses that a stranger blocked for itself (a PUT makes them) are its own, and not the owner's.
    for (const [, stranger] of strangers)
      for (const { id } of things) await stranger.call('DELETE', `/v1/suppressions/${encodeURIComponent(id)}`);
    for (const { path, query } of lists) {
      const first = await owner.call<{ nextCursor?: string }>('GET', `${path}?limit=1`);
      const cursor = first.body.nextCursor ? [`?cursor=${encodeURIComponent(first.body.nextCursor)}`] : [];
      const asked = query.flatMap((name) => things.map(({ id }) => `?${name}=${encodeURIComponent(id)}`));
      for (const [who, stranger, reaches] of strangers)
        for (const search of ['', ...cursor, ...asked]) {
          const answer = await stranger.call('GET', path + search);
          const hidden = things.filter((thing) => !reaches(thing) && !search.includes(encodeURIComponent(thing.id)));
          const text = JSON.stringify(answer.body);
          const leaks = hidden.filter(({ id }) => text.includes(id)).map(({ id }) => id);
          expect({ who, path, search, leaks }).toEqual({ who, path, search, leaks: [] });
          if (who !== 'the same store’s live' && !search.includes(CANARY)) expect(text).not.toContain(CANARY);
        }
    }
  });
});

function inOrder(routes: readonly Route[], methods: readonly string[]): Route[] {
  return methods.flatMap((method) => routes.filter((route) => route.method === method));
}

function ask(shop: Shop, { method, path, name }: Route, id: string): Promise<Answer<unknown>> {
  const [folder = '', rest = ''] = id.split('/').map(encodeURIComponent);
  const filled = path
    .replace('{folder}/{name}', `${folder}/${rest || 'x'}`)
    .replace('{version}', '1')
    .replace(/\{\w+\}/g, () => encodeURIComponent(id));
  const at = filled + (QUERIES[name] ?? '');
  return shop.call(method, at, method === 'GET' || method === 'DELETE' ? undefined : (BODIES[name]?.(id) ?? {}));
}

/** What a stranger learns from an answer without reading its text. */
function wordsOf({ status, body }: Answer<unknown>): object {
  return { status, code: (body as { code?: string } | null)?.code ?? null };
}

/** A word of the store's in an answer, other than the id that was asked for. */
function leakOf({ body }: Answer<unknown>, { id }: Thing): string | null {
  const text = JSON.stringify(body ?? null).replaceAll(id, '');
  return text.includes(CANARY) ? text : null;
}

/** Everything under /v1 that the service describes. */
async function routesOf(shop: Shop): Promise<Route[]> {
  interface Operation {
    readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  }
  const { paths } = await shop.must<{ paths: Record<string, Record<string, Operation>> }>('GET', '/docs-json');
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { parameters = [] }]) => ({
        method: method.toUpperCase(),
        path,
        name: `${method.toUpperCase()} ${path}`,
        query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      })),
    )
    .filter(({ path }) => path.startsWith('/v1/'));
}

/** One thing of each kind that a store can have, in the sandbox. */
async function everything(shop: Shop): Promise<Thing[]> {
  const email = `anna.${CANARY}@example.com`;
  const blocked = `blocked.${CANARY}@example.com`;
  const scenario = `chain-${CANARY}`;
  const event = `event-${CANARY}`;
  await shop.reset(NOON);
  await shop.must('POST', '/v1/templates', { key: `${CANARY}/letter`, name: CANARY, locales: { en: MJML } });
  await shop.must('POST', `/v1/templates/${CANARY}/letter/publish`, {});
  await shop.must('POST', '/v1/scenarios', chain(scenario));
  await shop.must('POST', `/v1/scenarios/${scenario}/publish`, {});
  await shop.event({ id: event, type: 'user.registered', contact: { email, firstName: CANARY }, data: { a: CANARY } });
  await shop.advance('1 hour');
  await shop.must('PUT', `/v1/suppressions/${blocked}`, {});
  const message = (await shop.messages())[0]!;
  const contact = await shop.must<{ id: string }>('GET', `/v1/contacts/${email}`);
  const runs = await shop.must<{ items: { id: string }[] }>('GET', `/v1/scenarios/${scenario}/enrollments`);
  const connector = await shop.must<{ id: string }>('POST', '/v1/connectors', { kind: 'bounces', name: CANARY });
  const key = await shop.must<{ id: string }>('POST', '/v1/keys', { name: CANARY, scopes: ['contacts'] });
  const inEnvironment = [contact.id, runs.items[0]!.id, message.id, connector.id];
  return [
    { id: email, unknown: 'nobody.else@example.com', owner: 'environment' },
    { id: blocked, unknown: 'nobody.blocked@example.com', owner: 'environment' },
    { id: event, unknown: 'event-of-nobody', owner: 'environment' },
    ...inEnvironment.map((id) => ({ id, unknown: NO_ID, owner: 'environment' as const })),
    { id: scenario, unknown: 'chain-of-nobody', owner: 'store' },
    { id: `${CANARY}/letter`, unknown: 'of-nobody/letter', owner: 'store' },
    { id: key.id, unknown: alike(key.id), owner: 'store' },
  ];
}

/** Of the same shape: of a random id nobody knows whether it might be a key of a template, which is refused otherwise than a name that can be none. */
function alike(id: string): string {
  return id.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '1');
}

/** A checksum of the store's rows in every table, by environment where they belong to one: the sandbox's, else the store's. */
async function rowsOf(app: FlowApp): Promise<Record<string, string>> {
  const tables = await app.engine.query<{ name: string; environment: boolean }>(
    `SELECT c.table_name AS name, bool_or(c.column_name = 'environment_id') AS environment
     FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND c.column_name IN ('environment_id', 'store_id') AND t.table_type = 'BASE TABLE'
     GROUP BY c.table_name ORDER BY 1`,
  );
  const sums: Record<string, string> = {};
  for (const { name, environment } of tables) {
    const whose = environment && name !== 'api_keys' ? `x.environment_id = e.id` : `x.store_id = e.store_id`;
    const [row] = await app.engine.query<{ sum: string }>(
      `SELECT md5(coalesce(string_agg(row, '|' ORDER BY row), '')) AS sum FROM (
         SELECT (to_jsonb(x) - 'last_used_at')::text AS row FROM ${name} AS x
         JOIN environments AS e ON e.mode = 'sandbox' AND e.store_id = (SELECT id FROM stores WHERE key = 'default') AND ${whose}) AS rows`,
    );
    sums[name] = row!.sum;
  }
  return sums;
}
