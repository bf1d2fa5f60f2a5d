import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { BoundedClient } from '../platform/database/bounded-client.js';
import { connectionProblem } from '../platform/database/database-error.js';
import { EngineDatabase } from '../platform/database/engine-database.js';

const ASK_AGAIN_MS = 20;

/**
 * Lets one call at a time move a sandbox's clock, in all processes: a queue of callers here, an advisory lock towards the
 * others. The locks are held on a connection of their own and not on one of the pool: waiting callers would use it up
 * and leave none to whoever has the turn.
 */
@Injectable()
export class SandboxTurns implements OnApplicationShutdown {
  private readonly queues = new Map<string, Promise<unknown>>();
  private client: Promise<BoundedClient> | null = null;

  constructor(private readonly database: EngineDatabase) {}

  /** Runs `work` when it is this call's turn in the environment. */
  async take<T>(environmentId: string, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(environmentId);
    const turn = (before ?? Promise.resolve()).then(() => this.locked(environmentId, work));
    const settled = turn.catch(() => undefined);
    this.queues.set(environmentId, settled);
    try {
      return await turn;
    } finally {
      if (this.queues.get(environmentId) === settled) this.queues.delete(environmentId);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await (await this.client?.catch(() => undefined))?.end();
  }

  private async locked<T>(environmentId: string, work: () => Promise<T>): Promise<T> {
    while (!(await this.ask(LOCK, environmentId))) await setTimeout(ASK_AGAIN_MS);
    try {
      return await work();
    } finally {
      // A connection that broke has let go of its locks already.
      await this.ask(UNLOCK, environmentId).catch(() => undefined);
    }
  }

  private async ask(statement: string, environmentId: string): Promise<boolean> {
    const connection = (this.client ??= this.connect());
    try {
      return (await (await connection).query<{ done: boolean }>(statement, [environmentId])).rows[0]!.done;
    } catch (error) {
      if (connectionProblem(error)) this.forget(connection);
      throw error;
    }
  }

  private connect(): Promise<BoundedClient> {
    const client = new BoundedClient(this.database.pool.options);
    const connection = client.connect().then(() => client);
    client.on('end', () => this.forget(connection));
    return connection;
  }

  private forget(connection: Promise<BoundedClient>): void {
    if (this.client === connection) this.client = null;
  }
}

const LOCK = `SELECT pg_try_advisory_lock(hashtextextended('touchmap.sandbox.' || $1, 0)) AS done`;
const UNLOCK = `SELECT pg_advisory_unlock(hashtextextended('touchmap.sandbox.' || $1, 0)) AS done`;
