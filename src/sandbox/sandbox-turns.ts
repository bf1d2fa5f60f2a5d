import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
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
  private client: Promise<pg.Client> | null = null;

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
    const client = await (this.client ??= this.connect());
    return (await client.query<{ done: boolean }>(statement, [environmentId])).rows[0]!.done;
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client(this.database.pool.options);
    const forget = (): void => {
      this.client = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    try {
      await client.connect();
      return client;
    } catch (error) {
      forget();
      throw error;
    }
  }
}

const LOCK = `SELECT pg_try_advisory_lock(hashtextextended('touchmap.sandbox.' || $1, 0)) AS done`;
const UNLOCK = `SELECT pg_advisory_unlock(hashtextextended('touchmap.sandbox.' || $1, 0)) AS done`;
