import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Env } from '../config/env.js';
import { codeOf, DISK_IS_FULL, EngineDatabase } from '../database/engine-database.js';
import { HealthDatabase } from '../database/health-database.js';
import { MIGRATIONS } from '../database/migrations.js';
import { assertNever } from '../../domain/assert-never.js';
import { redisRefusal } from '../queue/redis-refusals.js';
import { type RedisState, redisState } from '../queue/redis-state.js';
import { HealthChecks, OK } from './health-checks.js';
import type { CheckView } from './health.view.js';
import { Readiness } from './readiness.js';

const READ_ONLY = '25006';
/** Seven megabytes of rows that nobody asks for, in a file for the time of the statement; enough that what comes next can be written. */
const ASK_FOR_ROOM = `
SELECT FROM set_config('work_mem', '64kB', true) AS little, LATERAL generate_series(1, 500000 + 0 * length(little)) OFFSET 500000`;
const FULL: CheckView = { state: 'fail', detail: "the database's disk is full: make room there" };
const HELD: CheckView = { state: 'warn', detail: 'all sending is held: SENDING_HOLD is true' };

/** What every process must be sure of, whatever its roles. */
@Injectable()
export class PlatformChecks implements OnModuleInit {
  constructor(
    private readonly checks: HealthChecks,
    private readonly readiness: Readiness,
    private readonly database: HealthDatabase,
    private readonly engine: EngineDatabase,
    private readonly env: Env,
  ) {}

  onModuleInit(): void {
    this.checks.register('started', () => Promise.resolve(this.started()));
    this.checks.register('database', () => this.answers());
    this.checks.register('schema', () => this.schema());
    this.checks.register('partitions', () => this.partitions());
    if (this.env.SENDING_HOLD) this.checks.register('sending', () => Promise.resolve(HELD));
    const { REDIS_URL: redis } = this.env;
    if (redis) this.checks.register('redis', async () => redisResult(await redisState(redis)));
  }

  private started(): CheckView {
    return this.readiness.isReady() ? OK : { state: 'fail', detail: 'the service is starting or stopping' };
  }

  /** Asks as a statement does that writes: a standby answers every other one. No row is touched. */
  private async answers(): Promise<CheckView> {
    try {
      await this.database.query('SELECT FROM installation WHERE false FOR UPDATE');
      return (await this.hasRoom()) ? OK : FULL;
    } catch (error) {
      if (codeOf(error) !== READ_ONLY) throw error;
      return { state: 'fail', detail: 'the database takes no writing: a standby, or default_transaction_read_only' };
    }
  }

  /** A server with a full disk still reads. The engine's own writes tell of it; only then is room asked for, until there is some. */
  private async hasRoom(): Promise<boolean> {
    if (!this.engine.isDiskFull) return true;
    try {
      await this.database.query(ASK_FOR_ROOM);
    } catch (error) {
      if (codeOf(error) !== DISK_IS_FULL) throw error;
      return false;
    }
    this.engine.foundRoom();
    return true;
  }

  /** An older database under newer code would fail in places; a newer one belongs to a release that is being rolled out. */
  private async schema(): Promise<CheckView> {
    const done = await this.database.query<{ name: string }>('SELECT name FROM migrations');
    const known = new Set(done.map(({ name }) => name));
    const missing = MIGRATIONS.filter((migration) => !known.has(migration.name)).length;
    return missing === 0 ? OK : { state: 'fail', detail: `${missing} migrations are missing: npm run cli -- migrate` };
  }

  private async partitions(): Promise<CheckView> {
    const rows = await this.database.query<{ name: string }>('SELECT default_partition_rows() AS name');
    if (rows.length === 0) return OK;
    const names = rows.map(({ name }) => name).join(', ');
    return { state: 'warn', detail: `rows in ${names}: a month had no partition (docs/operations.md)` };
  }
}

/** Redis only wakes: while it is away stages go on by their sweeps. One that may drop keys breaks BullMQ in silence. */
export function redisResult(state: RedisState): CheckView {
  switch (state.kind) {
    case 'answers':
      return policyResult(state.policy);
    case 'refuses': {
      const known = redisRefusal(state.says);
      const told = known ? `Redis ${known.what} (${known.mend})` : `Redis answers ${state.says}`;
      return { state: 'warn', detail: `${told}; stages go on by their sweeps` };
    }
    case 'away':
      return { state: 'warn', detail: `Redis cannot be reached (${state.reason}); stages go on by their sweeps` };
    default:
      return assertNever(state);
  }
}

function policyResult(policy: string | null): CheckView {
  if (policy === 'noeviction') return OK;
  if (policy === null)
    return { state: 'warn', detail: 'Redis does not tell its maxmemory-policy: it must be noeviction' };
  return { state: 'fail', detail: `maxmemory-policy is ${policy}: set it to noeviction` };
}
