import { migratedDatabase, type TestDatabase, type TestStore } from '../support/database.js';
import { freePort, until } from '../support/service.js';
import { Child } from './support/child.js';
import { FakeProvider, TAKES } from './support/provider.js';
import { MARKETING, SERVICE, ShopInTrouble } from './support/shop-in-trouble.js';

const LETTERS = 60;
const TIMES = {
  leaseMs: 60_000,
  sweepMs: 200,
  repeatUnknownMs: 1_000,
  resolveUnknownMs: 1_500,
  retryFirstMs: 100,
  eventFirstMs: 100,
};
/** As many letters are on their way at once as SendGrid's transport has places. */
const PLACES = 32;

interface Letter extends Record<string, unknown> {
  readonly id: string;
  readonly state: string;
  readonly dup_risk: boolean;
  readonly attempts: number;
  readonly reconciled_by: string | null;
  readonly run: string;
}

describe('a worker killed with kill -9', () => {
  let database: TestDatabase;
  let provider: FakeProvider;
  let shop: ShopInTrouble;
  let store: TestStore;
  const children: Child[] = [];

  beforeEach(async () => {
    database = await migratedDatabase();
    provider = await FakeProvider.start();
    shop = new ShopInTrouble(database.url);
    store = await shop.store();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.end('SIGKILL');
    await provider.close();
    await shop.close();
    await database.close();
  });

  const env = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
    DATABASE_URL: database.url,
    SENDGRID_API_URL: provider.url,
    TIMES: JSON.stringify(TIMES),
    DEADLINE_MS: '20000',
    ...more,
  });
  const start = async (more: Readonly<Record<string, string>> = {}, name = 'worker'): Promise<Child> => {
    const child = await Child.start(name, env(more));
    children.push(child);
    return child;
  };
  const letters = (): Promise<Letter[]> =>
    shop.sql.query<Letter>(
      `SELECT m.id, m.state, m.dup_risk, m.attempts, m.reconciled_by, r.end_reason AS run
       FROM messages m JOIN enrollments r ON r.environment_id = m.environment_id AND r.id = m.enrollment_id`,
    );
  const times = ({ id }: Letter): number => provider.taken.get(id) ?? 0;

  /** One worker after the other dies at its point, then one goes on until every run has ended; the letters as they are then. */
  async function killedAt(points: readonly string[], scenario: typeof MARKETING): Promise<Letter[]> {
    await shop.dueRuns(store, scenario, { count: LETTERS });
    for (const point of points) await dies('worker', { FAULT: `${point}:kill:1:1` });
    await start();
    await ended();
    return letters();
  }

  async function dies(name: string, more: Readonly<Record<string, string>>): Promise<void> {
    const killed = await start(more, name);
    await killed.ended;
    expect(killed.process.signalCode).toBe('SIGKILL');
  }

  async function ended(): Promise<void> {
    await until(
      async () =>
        (await shop.sql.query(`SELECT 1 FROM enrollments WHERE state = 'ended' AND end_reason = 'completed'`))
          .length === LETTERS,
      () => `runs stay open:\n${children.map(({ output }) => output).join('\n')}`,
    );
  }

  it.each([
    ['while it plans letters', 'due.open'],
    ['when letters are planned and nobody was woken', 'due.committed'],
    ['with claimed letters', 'claim.answered'],
    ['with rendered letters', 'rendered'],
    ['in the guard’s transaction', 'guard.open'],
  ])('%s costs nothing: each letter goes out once', async (_, point) => {
    const all = await killedAt([point], MARKETING);
    expect(all).toHaveLength(LETTERS);
    expect(all.filter((letter) => letter.state === 'accepted' && letter.attempts === 1 && times(letter) === 1)).toEqual(
      all,
    );
  });

  it('behind the guard leaves marketing letters unresolved, as many as the transport has places, and sends none of them', async () => {
    const all = await killedAt(['guard.committed'], MARKETING);
    const unresolved = all.filter(({ state }) => state === 'unresolved');
    expect(unresolved.length).toBeGreaterThan(0);
    expect(unresolved.length).toBeLessThanOrEqual(PLACES);
    expect(unresolved.filter((letter) => times(letter) > 0)).toEqual([]);
    expect(all.filter((letter) => letter.state === 'accepted' && times(letter) === 1)).toHaveLength(
      LETTERS - unresolved.length,
    );
  });

  it('behind the guard has its service letters repeated, each marked as a possible duplicate', async () => {
    const all = await killedAt(['guard.committed'], SERVICE);
    expect(all.filter((letter) => letter.state === 'accepted' && times(letter) === 1)).toHaveLength(LETTERS);
    const repeated = all.filter(({ attempts }) => attempts > 1);
    expect(repeated.length).toBeGreaterThan(0);
    expect(repeated.filter(({ dup_risk }) => !dup_risk)).toEqual([]);
  });

  it.each([
    ['with the request written', 'request.written'],
    ['when the provider has accepted and the ledger does not know', 'answer.accepted'],
  ])('%s sends no marketing letter twice, and says of which it cannot know', async (_, point) => {
    const all = await killedAt([point], MARKETING);
    expect(all.filter((letter) => times(letter) > 1)).toEqual([]);
    expect(all.filter((letter) => letter.state === 'accepted' && times(letter) !== 1)).toEqual([]);
    const unresolved = all.filter(({ state }) => state === 'unresolved');
    expect(unresolved.filter((letter) => times(letter) === 1).length).toBeGreaterThan(0);
    expect(all.filter(({ state }) => !['accepted', 'unresolved'].includes(state))).toEqual([]);
  });

  it('when the provider has accepted repeats service letters at most once, each marked', async () => {
    const all = await killedAt(['answer.accepted'], SERVICE);
    const twice = all.filter((letter) => times(letter) > 1);
    expect(twice.length).toBeGreaterThan(0);
    expect(twice.filter((letter) => !letter.dup_risk || times(letter) > 2)).toEqual([]);
    expect(all.filter((letter) => letter.state !== 'accepted' || times(letter) === 0)).toEqual([]);
  });

  it('behind the record of an answer leaves nothing to do but to complete the run', async () => {
    const all = await killedAt(['settle.answered'], MARKETING);
    expect(all.filter((letter) => letter.state === 'accepted' && times(letter) !== 1)).toEqual([]);
    expect(all.filter((letter) => letter.state !== 'accepted').every((letter) => letter.state === 'unresolved')).toBe(
      true,
    );
  });

  it.each([
    ['while it takes over a dead worker’s letters', 'sweep.open'],
    ['when it has just taken them over', 'sweep.committed'],
  ])('%s leaves them to the next one', async (_, point) => {
    const all = await killedAt(['claim.answered', point], MARKETING);
    expect(all.filter((letter) => letter.state === 'accepted' && times(letter) === 1)).toHaveLength(LETTERS);
  });

  it('and a report that is taken while its process is killed counts once, when the provider repeats it', async () => {
    const port = await freePort();
    const connector = await shop.connector(store, provider.publicKey);
    provider.treat = () => ({ ...TAKES, answer: 'reset' });
    provider.reports = { urlFor: () => `http://127.0.0.1:${port}/hooks/sendgrid/${connector}`, copies: () => [0, 50] };
    await shop.dueRuns(store, MARKETING, { count: LETTERS });
    const hooks = { PORT: String(port) };
    await start();
    for (const point of ['webhook.open', 'webhook.committed'])
      await dies('hooks', { ...hooks, FAULT: `${point}:kill:1:1` });
    await start(hooks, 'hooks');
    await ended();
    await provider.reported();
    const all = await letters();
    expect(all.filter((letter) => letter.state === 'accepted' && times(letter) === 1)).toEqual(all);
    const [reports] = await shop.sql.query(
      `SELECT count(*)::int AS kept FROM provider_events WHERE outcome = 'applied'`,
    );
    expect(reports).toEqual({ kept: 2 * LETTERS });
  });

  it('is outdone by SIGSTOP: a worker that wakes behind its lease does not send what others may have taken over', async () => {
    // A second between both is all that the stop must outlast; a deadline that a busy machine misses would leave letters unknown.
    const quick = {
      TIMES: JSON.stringify({ ...TIMES, leaseMs: 6_000, resolveUnknownMs: 60_000 }),
      DEADLINE_MS: '5000',
    };
    await shop.dueRuns(store, MARKETING, { count: LETTERS });
    const stopped = await start({ ...quick, FAULT: 'guard.committed:stop:1:1' });
    await stopped.says(/^fault guard.committed$/m);
    await start(quick);
    const held = async (): Promise<number> =>
      (await shop.sql.query(`SELECT 1 FROM messages WHERE state IN ('planned', 'claimed', 'sending')`)).length;
    await until(
      async () => (await held()) === 0,
      () => 'nobody takes over',
    );
    const unknown = (await letters()).filter(({ state }) => state === 'unknown');
    expect(unknown.length).toBeGreaterThan(0);
    const answered = [...provider.answers.values()].reduce((sum, n) => sum + n, 0);
    expect(answered).toBe(LETTERS - unknown.length);
    stopped.process.kill('SIGCONT');
    // It says that it never called the provider: so they are tried again, and arrive once.
    await ended();
    const all = await letters();
    expect(all.filter((letter) => letter.state === 'accepted' && times(letter) === 1)).toEqual(all);
  });
});
