import { seededRandom } from './children/faults.js';
import { Fleet } from './support/fleet.js';
import { PostgresServer } from './support/postgres-server.js';
import { FakeProvider, TAKES, type Treatment } from './support/provider.js';
import { type DueRun, MARKETING, SERVICE, ShopInTrouble } from './support/shop-in-trouble.js';
import { brokenReferences } from '../../src/cli/doctor/check-references.js';
import type { TestStore } from '../support/database.js';
import { freePort, until } from '../support/service.js';

const SEED = Number(process.env.FAULT_SEED ?? 20_261_122);
const STORES = 4;
const WORKERS = 4;
/**
 * At least so many runs and kills; runs become due as long as kills are wanting. Each of the fourteen points sees several. For
 * longer: FAULT_SEED=7 FAULT_KILLS=1000 npm test -- test/faults/ledger-proof.
 */
const RUNS = Number(process.env.FAULT_RUNS ?? 1_200);
const KILLS = Number(process.env.FAULT_KILLS ?? 80);
const MOST_RUNS = Math.max(8_000, 40 * KILLS);
/** Of a class and store at a time; more are made when fewer than so many are open. */
const PORTION = 12;
const OPEN_RUNS = 140;
const ORDER_SHARE = 0.1;
const TIMES = {
  leaseMs: 6_000,
  sweepMs: 300,
  repeatUnknownMs: 1_500,
  resolveUnknownMs: 3_000,
  retryFirstMs: 200,
  eventFirstMs: 200,
};
/** Where workers die, and how often of the times that they pass there. */
const POINTS: readonly (readonly [string, number])[] = [
  ['due.open', 0.5], // T0: the transaction that plans a letter
  ['due.committed', 0.6], // planned, nobody woken
  ['claim.answered', 0.6], // T1
  ['rendered', 0.6],
  ['guard.open', 0.5], // T4 before its COMMIT
  ['guard.committed', 0.4], // T4: in `sending`, the provider not called
  ['request.written', 0.2],
  ['answer.accepted', 0.2], // the provider has it, the ledger does not know
  ['settle.answered', 0.5], // T5
  ['sweep.open', 0.8],
  ['sweep.committed', 0.8],
  ['events.open', 0.5],
];
/** What the provider does with letters, beside taking most of them at once. */
const TREATMENTS: readonly (readonly [number, Treatment])[] = [
  [0.02, { takes: false, answer: 429 }],
  [0.03, { takes: false, answer: 503 }],
  [0.02, { takes: false, answer: 500 }],
  [0.02, { takes: true, answer: 502 }],
  [0.02, { takes: false, answer: 'reset' }],
  [0.02, { takes: true, answer: 'reset' }],
  [0.01, { takes: false, answer: 'never' }],
  [0.02, { takes: true, answer: 'never' }],
  [0.01, { takes: true, answer: 202, afterMs: 2_500 }], // behind the sender's deadline
  [0.05, { takes: true, answer: 202, afterMs: 100 }],
];
const HOOK_POINTS = ['webhook.open', 'webhook.committed'];
const FINAL = ['accepted', 'skipped', 'cancelled', 'rejected', 'failed', 'unresolved'];

interface Row {
  readonly id: string;
  readonly policy: string;
  readonly state: string;
  readonly reason: string | null;
  readonly dup_risk: boolean;
  readonly reconciled_by: string | null;
}

describe('the ledger of letters', () => {
  const random = seededRandom(SEED);
  const draw = <T>(choices: readonly (readonly [number, T])[], otherwise: T): T => {
    let left = random();
    for (const [share, choice] of choices) if ((left -= share) < 0) return choice;
    return otherwise;
  };
  let postgres: PostgresServer;
  let provider: FakeProvider;
  let shop: ShopInTrouble;

  beforeAll(async () => {
    [postgres, provider] = await Promise.all([PostgresServer.start(['synchronous_commit=on']), FakeProvider.start()]);
    shop = new ShopInTrouble(postgres.url);
  });
  afterAll(async () => {
    await provider.close();
    await shop.close();
    await postgres.close();
  });

  it(
    'loses no letter in silence and sends no marketing letter twice, whoever is killed and whatever the provider does',
    async () => {
      const began = Date.now();
      const hookPort = await freePort();
      const connectors = new Map<string, string>();
      const stores: TestStore[] = [];
      for (let i = 0; i < STORES; i++) stores.push(await shop.store());
      for (const store of stores) connectors.set(store.liveId, await shop.connector(store, provider.publicKey));
      provider.hangsUp = () => random() < 0.02;
      provider.treat = () => draw(TREATMENTS, TAKES);
      provider.reports = {
        urlFor: (to) =>
          `http://127.0.0.1:${hookPort}/hooks/sendgrid/${connectors.get(/@(.+)\.example$/.exec(to)?.[1] ?? '')}`,
        // A tenth is lost, three tenths come twice, in any order.
        copies: () =>
          draw(
            [
              [0.1, []],
              [0.3, [random() * 2_000, random() * 2_000]],
            ],
            [random() * 1_500],
          ),
      };

      let killing = true;
      const base = {
        DATABASE_URL: postgres.url,
        SENDGRID_API_URL: provider.url,
        TIMES: JSON.stringify(TIMES),
        DEADLINE_MS: '1500',
      };
      const workers = new Fleet(
        'worker',
        WORKERS,
        (life) => {
          const [point, probability] = POINTS[life % POINTS.length]!;
          return killing ? { ...base, FAULT: `${point}:kill:${probability}:${SEED + life}` } : base;
        },
        () => (killing ? 4_000 + random() * 2_000 : Infinity),
      );
      const hooks = new Fleet('hooks', 1, (life) => ({
        ...base,
        PORT: String(hookPort),
        ...(killing ? { FAULT: `${HOOK_POINTS[life % 2]}:kill:0.05:${SEED + life}` } : {}),
      }));
      try {
        const killed = (): number => workers.killed + hooks.killed;
        const orders: Promise<void>[] = [];
        for (let stopped = false; (killed() < KILLS || runs < RUNS) && runs < MOST_RUNS;) {
          if (!stopped && killed() >= KILLS / 2) {
            stopped = true;
            await postgres.end('immediate');
            await postgres.begin();
          }
          if ((await open()) < OPEN_RUNS) orders.push(...(await moreRuns(stores)));
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
        expect(killed()).toBeGreaterThanOrEqual(KILLS);
        killing = false;
        workers.killAll();
        hooks.killAll();
        await Promise.all(orders);
        await until(
          async () => (await open()) === 0,
          () => `letters or runs stay open: ${left}\n${workers.output}`,
          120,
        );
        await provider.reported();
        await print(workers, hooks, began);
        await judge();
      } finally {
        await Promise.all([workers.stop(), hooks.stop()]);
      }
    },
    Math.max(600_000, KILLS * 3_000),
  );

  let runs = 0;

  /** Makes more runs due within a second; some of the people of marketing order, at any time around their letter. */
  async function moreRuns(stores: readonly TestStore[]): Promise<Promise<void>[]> {
    const orders: Promise<void>[] = [];
    for (const store of stores)
      for (const scenario of [MARKETING, SERVICE]) {
        const made = await shop.surely(() => shop.dueRuns(store, scenario, { count: PORTION, spreadMs: 1_000 }));
        runs += made.length;
        if (scenario === MARKETING)
          for (const run of made) if (random() < ORDER_SHARE) orders.push(order(store.liveId, run));
      }
    return orders;
  }

  async function order(environmentId: string, { contactId, dueAt }: DueRun): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, dueAt.getTime() - Date.now() + random() * 600 - 100));
    await shop.surely(() => shop.order(environmentId, contactId));
  }

  let left = '';

  /** Letters and runs that have not come to their end. */
  async function open(): Promise<number> {
    const kinds = await shop.surely(() => shop.sql.query<{ kind: string; n: number }>(OPEN, [FINAL]));
    left = told(new Map(kinds.map(({ kind, n }) => [kind, n])));
    return kinds.reduce((sum, { n }) => sum + n, 0);
  }

  async function rows(): Promise<readonly Row[]> {
    return shop.sql.query<Row & Record<string, unknown>>(
      'SELECT id, policy, state, reason, dup_risk, reconciled_by FROM messages',
    );
  }

  const times = (id: string): number => provider.taken.get(id) ?? 0;

  async function judge(): Promise<void> {
    const letters = await rows();
    expect(letters.length).toBeGreaterThanOrEqual(RUNS * 0.85);
    const known = new Set(letters.map(({ id }) => id));
    expect([...provider.taken.keys()].filter((id) => !known.has(id))).toEqual([]);
    // None is lost in silence: what is called accepted was taken, and what is called anything certain else was not.
    expect(letters.filter(({ id, state }) => state === 'accepted' && times(id) === 0)).toEqual([]);
    expect(letters.filter(({ id, state }) => !['accepted', 'unresolved'].includes(state) && times(id) > 0)).toEqual([]);
    expect(letters.filter(({ state, reason }) => !['accepted', 'unresolved'].includes(state) && !reason)).toEqual([]);
    // At most once is at most once, counted where the mail arrives; a repeated service letter says that it may be one.
    expect(letters.filter(({ id, policy }) => policy === 'at-most-once' && times(id) > 1)).toEqual([]);
    expect(letters.filter(({ id, dup_risk }) => times(id) > 1 && !dup_risk)).toEqual([]);
    expect(letters.filter(({ id }) => times(id) > 2)).toEqual([]);
    const [ended] = await shop.sql.query<{ all: number; unnamed: number; late: number }>(
      `SELECT count(*)::int AS all, count(*) FILTER (WHERE state <> 'ended' OR end_reason IS NULL)::int AS unnamed,
         (SELECT count(*)::int FROM messages m JOIN storefront_events e ON e.environment_id = m.environment_id
           AND e.contact_id = m.contact_id WHERE m.sent_at > e.received_at) AS late FROM enrollments`,
    );
    // No letter began after the order that ends its run was stored.
    expect(ended).toEqual({ all: runs, unnamed: 0, late: 0 });
    expect(await brokenReferences(shop.sql)).toEqual([]);
  }

  async function print(workers: Fleet, hooks: Fleet, began: number): Promise<void> {
    const letters = await rows();
    const tally = (keys: readonly string[]): string => {
      const counts = new Map<string, number>();
      for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
      return told(counts);
    };
    const twice = (policy: string): number =>
      letters.filter((row) => row.policy === policy && times(row.id) > 1).length;
    const ends = await shop.sql.query<{ end_reason: string }>('SELECT end_reason FROM enrollments');
    const [attempts] = await shop.sql.query<{ n: number }>('SELECT count(*)::int AS n FROM send_attempts');
    const settled = letters.filter(({ reconciled_by }) => reconciled_by !== null);
    process.stdout.write(
      `
The ledger under faults, seed ${SEED}, ${((Date.now() - began) / 1_000).toFixed(0)} s
  messages          ${letters.length} of ${runs} runs, ${attempts!.n} attempts, 1 immediate stop of PostgreSQL
  kills             ${workers.killed} of workers, ${hooks.killed} of the webhook process
    by point        ${told(new Map([...workers.figures.kills, ...hooks.figures.kills]))}
  restarts          ${workers.killed + hooks.killed} after kills, ${workers.figures.failedStarts + hooks.figures.failedStarts} more while the database was away
  provider          ${told(provider.answers)}
  reports taken     ${provider.reportsTaken} posts
  states            ${tally(letters.map(({ policy, state, reason }) => `${policy} ${state}${reason ? ` (${reason})` : ''}`))}
  settled by        ${tally(settled.map(({ reconciled_by }) => reconciled_by!))}
  runs ended        ${tally(ends.map(({ end_reason }) => end_reason))}
  duplicates        ${twice('at-most-once')} of marketing, ${twice('at-least-once')} of service, all flagged
  unresolved        ${letters.filter(({ id, state }) => state === 'unresolved' && times(id) > 0).length} had arrived, ${letters.filter(({ id, state }) => state === 'unresolved' && times(id) === 0).length} had not
`,
    );
  }
});

const OPEN = `
SELECT 'letters ' || state AS kind, count(*)::int AS n FROM messages WHERE state <> ALL ($1) GROUP BY 1
UNION ALL
SELECT 'runs ' || state || ' at ' || position, count(*)::int FROM enrollments WHERE state <> 'ended' GROUP BY 1`;

function told(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
