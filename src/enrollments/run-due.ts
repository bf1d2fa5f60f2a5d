import { Injectable } from '@nestjs/common';
import { advance } from '../domain/timeline.js';
import { type Lane, laneNow } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import type { ScenarioPublication } from '../scenarios/environment-scenarios.js';
import { ScenarioRegistry } from '../scenarios/scenario-registry.js';
import { type FactBook, FactLoader, factQuestion } from './fact-loader.js';
import { DueMark } from './marks.js';
import { MessageLedger, type RunRef } from './ports.js';
import { compiledOf, RunReader } from './run-reader.js';
import { RunWriter } from './run-writer.js';
import { settleStanding } from './settle-standing.js';
import { RUN_COLUMNS, type RunRow, storedRun, type StoredRun } from './stored-run.js';
import { WorkingRun } from './working-run.js';

/** Runs claimed in one transaction. */
export const DUE_BATCH = 500;

/** Moves runs on whose wait is over. */
@Injectable()
export class RunDue {
  private readonly log = logger(RunDue.name);

  constructor(
    private readonly database: EngineDatabase,
    private readonly registry: ScenarioRegistry,
    private readonly reader: RunReader,
    private readonly facts: FactLoader,
    private readonly ledger: MessageLedger,
    private readonly writer: RunWriter,
    private readonly mark: DueMark,
  ) {}

  /**
   * Claims up to 500 due runs, decides and writes them in one transaction; answers how many, 0 when none is due. Takes no
   * locks but these runs' and, where a scenario is archived, their letters', and waits for none, so it may go without their contacts' locks: an event that is being applied
   * waits for it and then finds the letter planned.
   */
  async batch(lane: Lane): Promise<number> {
    const { claimed, moved } = await this.claimAndMove(lane).catch((error: unknown) => {
      this.mark.reset(); // another batch may have gone past the runs that this one gives back
      throw error;
    });
    const last = claimed.at(-1)?.state.dueAt;
    if (lane.clock === 'real' && last) this.mark.reached(last);
    this.writer.wakeDelivery(moved);
    return claimed.length;
  }

  private claimAndMove(
    lane: Lane,
  ): Promise<{ readonly claimed: readonly StoredRun[]; readonly moved: readonly WorkingRun[] }> {
    return this.database.transaction(async (tx) => {
      const now = await laneNow(tx, lane);
      const claimed = await this.claim(tx, lane, now);
      return { claimed, moved: await this.move(tx, lane, claimed, now) };
    });
  }

  private async claim(tx: Sql, lane: Lane, now: Date): Promise<StoredRun[]> {
    const rows = await (lane.clock === 'real'
      ? tx.query<RunRow>(CLAIM, [now, this.mark.from()])
      : tx.query<RunRow>(CLAIM_VIRTUAL, [now, lane.environmentId]));
    return rows.map(storedRun);
  }

  /** A fault of ours in deciding one run must not stop everybody else's: the run is held and tried again every minute. */
  private decide(run: WorkingRun, facts: FactBook, now: Date): boolean {
    try {
      run.apply(advance(run.compiled, run.state, facts.ofRun(run), now));
      return true;
    } catch (error) {
      this.log.error('a due run could not be decided', { event: 'enrollment.run_failed', id: run.identity.id }, error);
      return false;
    }
  }

  private async move(tx: Sql, lane: Lane, due: readonly StoredRun[], now: Date): Promise<readonly WorkingRun[]> {
    if (due.length === 0) return [];
    const scenarios = await this.registry.inEnvironments(
      tx,
      due.map(({ identity }) => identity.environmentId),
      lane,
    );
    const versions = await this.reader.versionsOf(tx, due);
    const isIn = ({ identity }: StoredRun | WorkingRun, state: ScenarioPublication['state']): boolean =>
      scenarios.get(identity.environmentId)?.publications.get(identity.scenarioKey)?.state === state;
    const held: StoredRun[] = [];
    const moving: WorkingRun[] = [];
    for (const run of due) {
      const compiled = compiledOf(versions, run.identity);
      // A version that cannot be read any more waits for a mended service instead of being lost.
      if (!compiled || isIn(run, 'paused')) held.push(run);
      else moving.push(new WorkingRun(run, compiled, false));
    }
    const facts = await this.facts.load(tx, moving.map(factQuestion), now);
    const ending = moving.filter((run) => isIn(run, 'archived'));
    // A run of which somebody keeps a letter is left to the mend, which may wait for it.
    const kept = await this.ledger.held(tx, ending.map(refOf));
    for (const run of moving)
      if (kept.has(run.identity.id)) held.push(stored(run));
      else if (isIn(run, 'archived')) run.end('scenario_archived', now);
      else if (!this.decide(run, facts, now)) held.push(stored(run));
    await hold(tx, held);
    await settleStanding(tx, this.ledger, moving, now);
    await this.writer.write(tx, moving, now);
    return moving;
  }
}

function refOf({ identity }: WorkingRun): RunRef {
  return { environmentId: identity.environmentId, enrollmentId: identity.id };
}

function stored({ identity, state }: WorkingRun): StoredRun {
  return { identity, state };
}

async function hold(tx: Sql, runs: readonly StoredRun[]): Promise<void> {
  if (runs.length === 0) return;
  const refs = runs.map(({ identity: { environmentId, id } }) => ({ environmentId, id }));
  await tx.query(HOLD, [JSON.stringify(refs)]);
}

const CLAIM = `
SELECT ${RUN_COLUMNS} FROM enrollments r
WHERE r.state = 'waiting' AND r.clock = 'real' AND NOT r.held AND r.due_at <= $1 AND r.due_at >= $2
ORDER BY r.due_at LIMIT ${DUE_BATCH} FOR NO KEY UPDATE SKIP LOCKED`;

const CLAIM_VIRTUAL = `
SELECT ${RUN_COLUMNS} FROM enrollments r
WHERE r.environment_id = $2 AND r.state = 'waiting' AND r.clock = 'virtual' AND NOT r.held AND r.due_at <= $1
ORDER BY r.due_at LIMIT ${DUE_BATCH} FOR NO KEY UPDATE SKIP LOCKED`;

const HOLD = `
UPDATE enrollments r SET held = true FROM jsonb_to_recordset($1::jsonb) AS v("environmentId" uuid, id uuid)
WHERE r.environment_id = v."environmentId" AND r.id = v.id`;
