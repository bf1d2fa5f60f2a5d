import pg from 'pg';
import { newId } from '../ids.js';
import { logger } from '../logging/logger.js';
import { WorkerIncarnation } from '../worker-incarnation.js';
import { connectionOf } from './connection.js';

const RETRY_MS = 1_000;
/** A route that swallows everything looks like a quiet connection: the server is asked whether it is still there. */
const HEARTBEAT_MS = 10_000;
const ANSWER_MS = 5_000;

/** Holds the advisory lock of this process's life; takes it again, with the same key, when the connection broke. */
export class PostgresIncarnation extends WorkerIncarnation {
  readonly id = newId();
  private readonly log = logger(PostgresIncarnation.name);
  private client: pg.Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private ended = false;

  private constructor(private readonly url: string) {
    super();
  }

  /** Begins a life: a row in `workers` and its lock, before anything can be claimed in its name. */
  static async begin(url: string): Promise<PostgresIncarnation> {
    const incarnation = new PostgresIncarnation(url);
    await incarnation.hold();
    return incarnation;
  }

  /** Ends it: the row goes, and with the connection the lock. */
  async end(): Promise<void> {
    this.ended = true;
    clearTimeout(this.retry);
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
      query_timeout: _q,
      idle_in_transaction_session_timeout: _i,
      ...config
    } = connectionOf(this.url, 'touchmap_engine', 1);
    const client = new pg.Client(config);
    client.on('error', (error) => this.again(client, error));
    await client.connect();
    const { rows } = await client.query<{ key: string }>('SELECT hashtextextended($1, 0) AS key', [this.id]);
    await client.query('SELECT pg_advisory_lock($1)', [rows[0]!.key]);
    await client.query('INSERT INTO workers (id, lock_key) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING', [
      this.id,
      rows[0]!.key,
    ]);
    this.client = client;
    clearInterval(this.heartbeat);
    this.heartbeat = setInterval(() => void this.ask(client), HEARTBEAT_MS);
    this.heartbeat.unref();
  }

  private async ask(client: pg.Client): Promise<void> {
    try {
      // pg reads the limit of one query from its config; its typings know it of connections only.
      await client.query({ text: 'SELECT 1', query_timeout: ANSWER_MS } as pg.QueryConfig);
    } catch (error) {
      client.connection.stream.destroy();
      this.again(client, error as Error);
    }
  }

  private again(broken: pg.Client | undefined, error: Error): void {
    if (this.ended || (broken && broken !== this.client)) return;
    this.client = undefined;
    clearInterval(this.heartbeat);
    this.lost(error);
    this.retry = setTimeout(() => void this.hold().catch((failure: Error) => this.again(undefined, failure)), RETRY_MS);
  }

  private lost(error: Error): void {
    this.log.warn('the connection that shows this worker alive broke', {
      event: 'worker.lock_lost',
      worker: this.id,
      reason: error.message,
    });
  }
}
