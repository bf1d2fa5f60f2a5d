import { interleaved, ratioOf } from '../median.mjs';
import { aimAt } from '../report.mjs';
import { insertPeople, insertWaitingRuns } from '../waiting-runs.mjs';

const RUNS = 20_000;
const PINNED_RUNS = 50_000;
const OTHERS = 1_000_000;
const AIM_RATE = 5_000;
const AIM_FLAT = 0.2;
const AIM_PINNED = 0.8;

/**
 * Runs whose wait is over, claimed, decided and written: alone, among a million that wait for later, and beside a
 * transaction that stays open, so that nothing of what the rounds leave behind can be cleared away.
 */
export async function dueRuns(bench, rounds) {
  const alone = await Worker.start(bench);
  const among = await Worker.start(bench);
  const pinned = await Worker.start(bench);
  await insertWaitingRuns(bench, among.url, {
    count: OTHERS,
    dueIn: '30 days',
    prefix: 'later',
    people: RUNS,
    slim: true,
  });
  await bench.sql('VACUUM (ANALYZE)', [], among.url);
  const release = await pinned.pin();
  const contestants = {
    alone: () => alone.round(RUNS),
    among: () => among.round(RUNS),
    pinned: () => pinned.round(PINNED_RUNS),
  };
  await interleaved({ alone: contestants.alone, among: contestants.among }, 1);
  const rates = await interleaved(contestants, rounds);
  await release();
  const yardstick = { name: 'no others waiting', rates: rates.alone };
  const flat = ratioOf(rates.among, rates.alone);
  const held = ratioOf(rates.pinned, rates.alone);
  return [
    {
      figure: 'due runs',
      ours: rates.alone,
      unit: 'runs/s',
      yardstick: null,
      ratio: null,
      ...aimAt(AIM_RATE, rates.alone),
    },
    {
      figure: 'due runs, 1 M others waiting',
      ours: rates.among,
      unit: 'runs/s',
      yardstick,
      ratio: flat,
      aim: '1 ± 0.2',
      met: Math.abs(1 - flat) <= AIM_FLAT,
    },
    {
      figure: 'due runs, horizon pinned',
      ours: rates.pinned,
      unit: 'runs/s',
      yardstick,
      ratio: held,
      aim: `≥ ${AIM_PINNED}`,
      met: held >= AIM_PINNED,
    },
  ];
}

/** A worker's enrollments stage with a database of its own. */
class Worker {
  #rounds = 0;
  #letters = 0;

  static async start(bench) {
    const worker = new Worker();
    worker.bench = bench;
    worker.url = await bench.database();
    await insertPeople(bench, worker.url, PINNED_RUNS);
    worker.helper = await bench.helper('figures/due-runs.worker.mjs', worker.url);
    return worker;
  }

  async round(count) {
    const prefix = `round-${++this.#rounds}`;
    await insertWaitingRuns(this.bench, this.url, { count, dueIn: '-1 second', prefix, people: count, slim: false });
    if (this.#rounds === 1) await this.bench.sql('ANALYZE', [], this.url);
    await this.bench.sql('CHECKPOINT');
    const seconds = await this.helper.ask('drain');
    const [{ planned }] = await this.bench.sql('SELECT count(*)::int AS planned FROM messages', [], this.url);
    this.#letters += count;
    if (planned !== this.#letters) throw new Error(`${planned} of ${this.#letters} letters were planned`);
    return count / seconds;
  }

  /** Opens a transaction with a snapshot; answers how to end it. */
  async pin() {
    const client = await this.bench.pool(this.url).connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query('SELECT count(*) FROM contacts');
    return async () => {
      await client.query('ROLLBACK');
      client.release();
    };
  }
}
