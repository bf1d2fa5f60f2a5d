import type { CancelReason } from '../domain/reasons.js';
import type { StepMessageFacts } from '../domain/run.js';
import type { Sql } from '../platform/database/sql.js';
import { StageWaker, type StageName } from '../platform/queue/stages.js';
import {
  ConversionRecorder,
  type ConversionRow,
  EngagementReader,
  type LedgerRow,
  MessageLedger,
  type RunRef,
} from './ports.js';

/** A message as the recording ledger keeps it. */
export type RecordedMessage = Omit<LedgerRow, 'state' | 'reason'> & { state: string; reason: string | null };

/** A ledger in memory: what runs asked for, in order. A test moves its messages on by writing their `state`. */
export class RecordingLedger extends MessageLedger {
  readonly messages: RecordedMessage[] = [];
  readonly released: string[] = [];

  plan(_tx: Sql, rows: readonly LedgerRow[]): Promise<void> {
    this.messages.push(...rows);
    return Promise.resolve();
  }

  cancel(_tx: Sql, cancels: readonly (RunRef & { readonly reason: CancelReason })[]): Promise<void> {
    for (const { enrollmentId, reason } of cancels)
      for (const message of this.messages)
        if (message.enrollmentId === enrollmentId && message.state === 'planned')
          Object.assign(message, { state: 'cancelled', reason });
    return Promise.resolve();
  }

  unsettled(_tx: Sql, runs: readonly RunRef[]): Promise<ReadonlySet<string>> {
    const asked = new Set(runs.map(({ enrollmentId }) => enrollmentId));
    const onTheWay = this.messages.filter(({ state }) => ['planned', 'sending', 'retry', 'unknown'].includes(state));
    return Promise.resolve(new Set(onTheWay.map(({ enrollmentId }) => enrollmentId).filter((id) => asked.has(id))));
  }

  /** A ledger in memory has no rows that somebody could hold. */
  held(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set());
  }

  release(_tx: Sql, _environmentId: string, scenarioKey: string): Promise<void> {
    this.released.push(scenarioKey);
    return Promise.resolve();
  }

  archive(_tx: Sql, environmentId: string, scenarioKey: string): Promise<void> {
    for (const message of this.messages)
      if (message.environmentId === environmentId && message.scenarioKey === scenarioKey && message.state === 'planned')
        Object.assign(message, { state: 'cancelled', reason: 'archived' });
    return Promise.resolve();
  }

  /** What became of each message, as `step pass: state reason`. */
  summary(): string[] {
    return this.messages.map(({ stepId, pass, state, reason }) =>
      [stepId, `${pass}:`, state, reason].filter(Boolean).join(' '),
    );
  }
}

/** What became of the runs' letters, as a test says it. */
export class RecordingEngagement extends EngagementReader {
  readonly facts: StepMessageFacts[] = [];
  asked = 0;

  ofRuns(
    _tx: Sql,
    runs: readonly (RunRef & { readonly pass: number })[],
  ): Promise<ReadonlyMap<string, readonly StepMessageFacts[]>> {
    this.asked += 1;
    return Promise.resolve(new Map(runs.map(({ enrollmentId }) => [enrollmentId, this.facts])));
  }
}

/** Goal events as they were handed on. */
export class RecordingConversions extends ConversionRecorder {
  readonly rows: ConversionRow[] = [];

  record(_tx: Sql, rows: readonly ConversionRow[]): Promise<void> {
    this.rows.push(...rows);
    return Promise.resolve();
  }
}

/** Which stages were woken. */
export class RecordingWaker extends StageWaker {
  readonly woken: StageName[] = [];

  wake(stage: StageName): void {
    this.woken.push(stage);
  }
}
