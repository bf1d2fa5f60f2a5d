import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../ids.js';
import { logger } from '../logging/logger.js';
import { Seldom } from '../logging/seldom.js';
import { WorkerIncarnation } from '../worker-incarnation.js';
import { BoundedClient } from './bounded-client.js';
import { connectionOf } from './connection.js';

const RETRY_MS = 1_000;
/** A route that swallows everything looks like a quiet connection: the server is asked whether it is still there. */
const HEARTBEAT_MS = 10_000;
const ANSWER_MS = 5_000;

/** Holds the advisory lock of this process's life; takes it again, with the same key, when the connection broke. */
export class PostgresIncarnation extends WorkerIncarnation {
  readonly id = newId();
  private readonly log = logger(PostgresIncarnation.name);
  private readonly seldom = new Seldom();
  private client: BoundedClient | undefined;
  /** Taking the lock again, as long as that goes on. */
  private holding: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private ended = false;

  private constructor(
    private readonly url: string,
    private readonly answerMs: number,
  ) {
    super();
  }

  /** Begins a life: a row in `workers` and its lock, before anything can be claimed in its name. */
  static async begin(url: string, answerMs = ANSWER_MS): Promise<PostgresIncarnation> {
    const incarnation = new PostgresIncarnation(url, answerMs);
    await incarnation.hold();
    return incarnation;
  }

  /** Ends it: the row goes, and with the connection the lock. */
  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.retry);
    // Who is taking the lock again at this moment would leave the row, and a connection that outlives this process's end.
    await this.holding;
    clearInterval(this.heartbeat);
    const { client } = this;
    this.client = undefined;
    // A database that is away has freed the lock already; the row is then left for the sweep.
    await client?.query('DELETE FROM workers WHERE id = $1', [this.id]).catch((error: Error) => this.lost(error));
    await client?.end().catch((error: Error) => this.lost(error));
  }

  private async hold(): Promise<void> {
    const {
      max: _,
      statement_timeout: _s,
      idle_in_transaction_session_timeout: _i,
      ...config
    } = connectionOf(this.url, 'touchmap_engine', 1);
    const client = new BoundedClient({ ...config, query_timeout: this.answerMs });
    client.on('error', (error) => this.again(client, error));
    try {
      await client.connect();
      await this.take(client);
    } catch (error) {
      await client.end(); // should it hold the lock already, the next one could not have it
      throw error;
    }
    this.client = client;
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => void this.ask(client), HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  private async take(client: BoundedClient): Promise<void> {
    const { rows } = await client.query<{ key: string }>('SELECT hashtextextended($1, 0) AS key', [this.id]);
    const key = rows[0]!.key;
    // Until the server notices that the connection before is gone, it is that one's lock that shows this worker alive.
    while (!this.ended && !(await locks(client, key))) await pause(RETRY_MS);
    if (!this.ended)
      await client.query('INSERT INTO workers (id, lock_key) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING', [
        this.id,
        key,
      ]);
  }

  private async ask(client: BoundedClient): Promise<void> {
    try {
      await client.query('SELECT 1');
    } catch (error) {
      client.connection.stream.destroy();
      this.again(client, error as Error);
    }
  }

  private again(broken: BoundedClient | undefined, error: Error): void {
    if (this.ended || (broken && broken !== this.client)) return;
    this.client = undefined;
    clearInterval(this.heartbeat);
    this.lost(error);
    this.retry = setTimeout(() => {
      this.holding = this.hold().catch((failure: Error) => this.again(undefined, failure));
    }, RETRY_MS);
  }

  private lost(error: Error): void {
    if (!this.seldom.mayTell(error.message)) return;
    this.log.warn('the connection that shows this worker alive broke', {
      event: 'worker.lock_lost',
      worker: this.id,
      reason: error.message,
    });
  }
}

async function locks(client: BoundedClient, key: string): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [key]);
  return rows[0]!.held;
}
