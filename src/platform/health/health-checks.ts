import { connectionProblem } from '../database/database-error.js';

/** `warn` is for people to look at soon; `fail` means that this process should get no work. */
export interface CheckResult {
  readonly state: 'ok' | 'warn' | 'fail';
  /** What is wrong and what to do; absent when ok. Never data. */
  readonly detail?: string;
}

export const OK: CheckResult = { state: 'ok' };

/** What /health/ready answers. */
export interface HealthReport {
  readonly status: 'ready' | 'not_ready';
  readonly checks: Readonly<Record<string, CheckResult>>;
}

const WAIT_MS = 5_000;

/** Everything that a process must be sure of to call itself ready; modules add what they know. */
export class HealthChecks {
  private readonly checks = new Map<string, () => Promise<CheckResult>>();

  constructor(private readonly waitMs = WAIT_MS) {}

  /** To be called once a name, in onModuleInit. A check that throws or takes longer than 5 seconds has failed. */
  register(name: string, check: () => Promise<CheckResult>): void {
    this.checks.set(name, check);
  }

  /** Asks all of them at once. */
  async report(): Promise<HealthReport> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await this.ask(check)] as const),
    );
    const failed = results.some(([, { state }]) => state === 'fail');
    return { status: failed ? 'not_ready' : 'ready', checks: Object.fromEntries(results) };
  }

  private async ask(check: () => Promise<CheckResult>): Promise<CheckResult> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<CheckResult>((resolve) => {
      timer = setTimeout(() => resolve({ state: 'fail', detail: `no answer within ${this.waitMs} ms` }), this.waitMs);
    });
    try {
      return await Promise.race([check().catch(failure), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function failure(error: unknown): CheckResult {
  return {
    state: 'fail',
    detail: connectionProblem(error) ? 'the database cannot be reached' : 'the check itself failed; see the log',
  };
}
