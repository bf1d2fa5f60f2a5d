import type { CompiledScenario } from '../domain/compiled-scenario.js';
import { endRun } from '../domain/exit.js';
import type { CancelReason, EndReason } from '../domain/reasons.js';
import type { Advance, PlannedMessage, RunState, StepRecord } from '../domain/run.js';
import type { InboxEvent } from './inbox.js';
import type { RunIdentity, StoredRun } from './stored-run.js';

/** What the ledger is told of a run: first to take back, then to plan. */
export interface LedgerWave {
  cancel: CancelReason | null;
  readonly plan: PlannedMessage[];
}

/** A run while a batch decides about it: how it stands now, and everything that has to be written in the end. */
export class WorkingRun {
  readonly identity: RunIdentity;
  /** Step records since it was loaded, in order. */
  readonly steps: StepRecord[] = [];
  /** Usually one; a run that plans and is then taken back within one batch needs a second. */
  readonly waves: LedgerWave[] = [{ cancel: null, plan: [] }];
  isChanged = false;
  /** The stored event that the run has taken over last in this batch: its data can be copied where it lies. */
  takenOver: InboxEvent | null = null;
  private current: RunState;

  constructor(
    private readonly stored: StoredRun,
    /** Null: the version cannot be read any more. */
    private readonly version: CompiledScenario | null,
    /** There is no row of it yet. */
    readonly isNew: boolean,
  ) {
    this.identity = stored.identity;
    this.current = stored.state;
  }

  get state(): RunState {
    return this.current;
  }

  /** Whether more can be done with it than to end it and to move it: its version can still be read. */
  get isReadable(): boolean {
    return this.version !== null;
  }

  /** The version that the run is pinned to. Throws when it cannot be read: a fault of this run, and of nobody else's. */
  get compiled(): CompiledScenario {
    if (this.version) return this.version;
    const { scenarioKey, version, id } = this.identity;
    throw new Error(`version ${version} of ${scenarioKey}, which run ${id} has, cannot be read`);
  }

  /** The event was replaced: with it begins what else stays as it is (times of entry and activity, pass). */
  get isEventNew(): boolean {
    return this.current.event !== this.stored.state.event;
  }

  /** The stored event that is the run's event now, if it was taken over in this batch. */
  get storedEvent(): InboxEvent | null {
    return this.takenOver?.facts === this.current.event ? this.takenOver : null;
  }

  get isRunning(): boolean {
    return this.current.state !== 'ended';
  }

  /** Takes over what the domain decided. */
  apply({ run, messages, steps }: Advance): void {
    this.current = run;
    this.steps.push(...steps);
    this.waves.at(-1)!.plan.push(...messages);
    this.isChanged = true;
  }

  /** Letters of another run that count for this one too. */
  countTouches(touches: number): void {
    if (touches === 0) return;
    this.current = { ...this.current, touches: this.current.touches + touches };
    this.isChanged = true;
  }

  /** Ends the run and takes back what it still has to send. */
  end(reason: EndReason, at: Date): void {
    const cancel = cancelReasonOf(reason);
    if (cancel && this.isRunning) this.takeBack(cancel);
    this.apply(endRun(this.current, reason, at));
  }

  /** Takes back what has not gone out yet. A run that has planned nothing costs the ledger nothing. */
  takeBack(reason: CancelReason): void {
    const last = this.waves.at(-1)!;
    if (last.plan.some(({ state }) => state === 'planned')) this.waves.push({ cancel: reason, plan: [] });
    else if (!this.isNew && mayHaveMessages(this.current)) last.cancel ??= reason;
  }
}

/** A letter is on the way only while the run stands on it, or after one went out (an attempt may be repeated). */
function mayHaveMessages(run: RunState): boolean {
  return run.state === 'sending' || run.touches > 0;
}

/** With which reason a run's end takes back its messages; null leaves them: the run came to its own end. */
export function cancelReasonOf(reason: EndReason): CancelReason | null {
  switch (reason) {
    case 'unsubscribed':
    case 'suppressed':
    case 'erased':
    case 'merged':
      return reason;
    case 'scenario_archived':
      return 'archived';
    case 'completed':
      return null;
    default:
      return ofPrefixed(reason);
  }
}

/** Every end that is told with whose doing it was: a new one, as any new end, is to be decided here. */
function ofPrefixed(reason: `${'exited' | 'ended_by_step' | 'failed'}:${string}`): CancelReason | null {
  return reason.startsWith('exited:') ? (reason as `exited:${string}`) : null;
}
