import { Injectable } from '@nestjs/common';

/** Where a sandbox's clock stands. */
export interface SandboxState {
  /** The sandbox's now, ISO 8601 UTC. */
  readonly now: string;
  /** Runs that wait for their next step. */
  readonly waiting: number;
  /** When the next thing happens, null when nothing waits. */
  readonly nextDueAt: string | null;
}

/** What moving the clock did. */
export interface Advanced {
  readonly now: string;
  /** Letters accepted on the way. */
  readonly messages: number;
}

/** The clock of a sandbox: it stands until it is moved. */
@Injectable()
export class SandboxService {
  /** Tells the sandbox's now and what waits. */
  state(environmentId: string): Promise<SandboxState> {
    throw new Error(`not ready for ${environmentId}`);
  }

  /** Moves the clock to `target` inclusive, instant by instant; one call at a time per environment. */
  advance(environmentId: string, target: Date): Promise<Advanced> {
    throw new Error(`not ready for ${environmentId} ${target.toISOString()}`);
  }
}
