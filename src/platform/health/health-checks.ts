import { connectionProblem, hasNoConnectionLeft } from '../database/database-error.js';
import { logger } from '../logging/logger.js';
import { Seldom } from '../logging/seldom.js';
import type { CheckView, HealthView } from './health.view.js';

export const OK: CheckView = { state: 'ok' };

const WAIT_MS = 5_000;

/** Everything that a process must be sure of to call itself ready; modules add what they know. */
export class HealthChecks {
  private readonly log = logger(HealthChecks.name);
  private readonly seldom = new Seldom();
  private readonly checks = new Map<string, () => Promise<CheckView>>();

  constructor(private readonly waitMs = WAIT_MS) {}

  /** To be called once a name, in onModuleInit. A check that throws or takes longer than 5 seconds has failed. */
  register(name: string, check: () => Promise<CheckView>): void {
    this.checks.set(name, check);
  }

  /** Asks all of them at once. */
  async report(): Promise<HealthView> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await this.ask(name, check)] as const),
    );
    const failed = results.some(([, { state }]) => state === 'fail');
    return { status: failed ? 'not_ready' : 'ready', checks: Object.fromEntries(results) };
  }

  private async ask(name: string, check: () => Promise<CheckView>): Promise<CheckView> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<CheckView>((resolve) => {
      timer = setTimeout(() => resolve({ state: 'fail', detail: `no answer within ${this.waitMs} ms` }), this.waitMs);
    });
    try {
      return await Promise.race([check().catch((error: unknown) => this.failure(name, error)), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private failure(name: string, error: unknown): CheckView {
    if (hasNoConnectionLeft(error))
      return { state: 'fail', detail: 'the database has no connection left: others hold all of max_connections' };
    if (connectionProblem(error)) return { state: 'fail', detail: 'the database cannot be reached' };
    if (this.seldom.mayTell(name))
      this.log.error('a check of /health/ready failed', { event: 'health.check_failed', check: name }, error);
    return { state: 'fail', detail: 'the check itself failed; see the log' };
  }
}
