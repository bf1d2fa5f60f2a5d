import { Injectable } from '@nestjs/common';
import { lockContacts } from '../contacts/contact-facts.js';
import { environmentTime, REAL_LANE } from '../platform/clock/lane.js';
import { connectionProblem } from '../platform/database/database-error.js';
import { codeOf, EngineDatabase, HELD_MS, IS_HELD, waitAtMost } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import { StageWaker } from '../platform/queue/stages.js';
import { ScenarioRuns } from '../scenarios/ports.js';
import { completeRuns, type StandingRun } from './complete-runs.js';
import { freePeople } from './free-people.js';
import { DueMark } from './marks.js';
import { MessageLedger } from './ports.js';
import { RunMover } from './run-mover.js';

const BATCH = 500;
/** A request ends so many runs itself; the rest follows in the worker. */
const BATCHES_A_REQUEST = 20;

interface Left {
  readonly environment_id: string;
  readonly key: string;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Runs of a scenario that is resumed or archived, and runs that a killed process left behind. */
@Injectable()
export class StoredScenarioRuns extends ScenarioRuns {
  private readonly log = logger(StoredScenarioRuns.name);

  constructor(
    private readonly database: EngineDatabase,
    private readonly mover: RunMover,
    private readonly ledger: MessageLedger,
    private readonly mark: DueMark,
    private readonly waker: StageWaker,
  ) {
    super();
  }

  async release(environmentId: string, scenarioKey: string): Promise<void> {
    let released: number;
    do
      released = await this.database.transaction(
        async (tx) => (await tx.query(RELEASE, [environmentId, scenarioKey])).length,
      );
    while (released > 0);
    await this.database.transaction((tx) => this.ledger.release(tx, environmentId, scenarioKey));
    this.mark.reset();
    this.waker.wake('enrollments');
    this.waker.wake('delivery');
  }

  async archive(environmentId: string, scenarioKey: string): Promise<boolean> {
    for (let batch = 1; batch <= BATCHES_A_REQUEST; batch++)
      if ((await this.endBatch(environmentId, scenarioKey)) === 0) {
        await this.archiveLetters(environmentId, scenarioKey);
        return true;
      }
    this.waker.wake('enrollments');
    return false;
  }

  /**
   * Finishes what resuming, archiving and sending left behind: too many runs for a request, a killed process, a worker that
   * for its cache's last second took the scenario for paused, or for published.
   */
  async mend(): Promise<void> {
    for (const left of await this.database.query<Left>(LEFT_HELD))
      await this.contain(left, () => this.release(left.environment_id, left.key));
    for (const left of await this.database.query<Left>(LEFT_RUNNING))
      await this.contain(left, () => this.endLeft(left));
    await this.completeStanding();
  }

  /** What cannot be mended of one scenario must not keep everybody else's from being mended, nor from being done. */
  private async contain({ environment_id: environmentId, key }: Left, mend: () => Promise<void>): Promise<void> {
    try {
      await mend();
    } catch (error) {
      if (connectionProblem(error) && codeOf(error) !== IS_HELD) throw error;
      const what = { event: 'enrollment.mend_failed', environmentId, scenario: key };
      this.log.error('the runs that a scenario left behind could not be mended', what, error);
    }
  }

  private async endLeft({ environment_id: id, key }: Left): Promise<void> {
    while ((await this.endBatch(id, key)) > 0);
    await this.archiveLetters(id, key);
  }

  private archiveLetters(environmentId: string, scenarioKey: string): Promise<void> {
    return this.database.transaction(async (tx) => {
      await waitAtMost(tx, HELD_MS);
      await this.ledger.archive(tx, environmentId, scenarioKey);
    });
  }

  /** Completes runs whose last letter was settled by a process that was killed before it completed them. */
  private async completeStanding(): Promise<void> {
    let held = 0;
    for (let after = FIRST_ID, full = true; full;) {
      const standing = await this.database.query<StandingRun & Record<string, unknown>>(STANDING, [after]);
      const unsettled = await this.ledger.unsettled(this.database, standing);
      const left = standing.filter(({ enrollmentId }) => !unsettled.has(enrollmentId));
      held += (await completeRuns(this.database, this.mover, REAL_LANE, left, HELD_MS)).length;
      full = standing.length === BATCH;
      after = standing.at(-1)?.enrollmentId ?? after;
    }
    if (held > 0)
      this.log.warn('rows of runs stay locked for long: they are completed later', {
        event: 'enrollment.runs_held',
        runs: held,
      });
  }

  /** Answers how many were ended. Those whose rows somebody keeps are left for the next mend. */
  private async endBatch(environmentId: string, scenarioKey: string): Promise<number> {
    const runs = await runningRuns(this.database, environmentId, scenarioKey);
    try {
      return await this.end(environmentId, runs);
    } catch (error) {
      if (codeOf(error) !== IS_HELD) throw error;
      return this.end(environmentId, await freePeople(this.database, this.ledger, runs));
    }
  }

  private async end(environmentId: string, runs: readonly StandingRun[]): Promise<number> {
    if (runs.length === 0) return 0;
    return this.database.transaction(async (tx) => {
      const at = await environmentTime(tx, environmentId);
      await lockContacts(tx, runs);
      await this.mover.exit(
        tx,
        runs.map((run) => ({ ...run, reason: 'scenario_archived' })),
        at,
      );
      return runs.length;
    });
  }
}

/** Unlocked: by the time their contacts are locked some may have ended, which `exit` leaves as they are. */
async function runningRuns(sql: Sql, environmentId: string, scenarioKey: string): Promise<readonly StandingRun[]> {
  const rows = await sql.query<{ id: string; contact_id: string }>(RUNNING, [environmentId, scenarioKey]);
  return rows.map((row) => ({ environmentId, enrollmentId: row.id, contactId: row.contact_id }));
}

function stateIs(state: 'published' | 'archived'): string {
  return `(SELECT p.state FROM publications p WHERE p.environment_id = $1 AND p.kind = 'scenario' AND p.key = $2) = '${state}'`;
}

// In one statement with the scenario's state: whoever enters once it is published again is not among them.
const RUNNING = `
SELECT id, contact_id FROM enrollments
WHERE environment_id = $1 AND scenario_key = $2 AND state <> 'ended'
  AND ${stateIs('archived')}
LIMIT ${BATCH}`;

// It waits for no lock: a run that somebody keeps is released by the next mend. Paused again meanwhile, the scenario keeps the rest: a
// worker would hold again what is released, for as long as this goes on.
const RELEASE = `
UPDATE enrollments r SET held = false
FROM (SELECT environment_id, id FROM enrollments
  WHERE environment_id = $1 AND scenario_key = $2 AND state <> 'ended' AND held AND ${stateIs('published')}
  LIMIT 5000 FOR NO KEY UPDATE SKIP LOCKED) held
WHERE r.environment_id = held.environment_id AND r.id = held.id
RETURNING r.id`;

const LEFT_HELD = `
SELECT DISTINCT p.environment_id, p.key FROM enrollments r
JOIN publications p ON p.environment_id = r.environment_id AND p.kind = 'scenario' AND p.key = r.scenario_key
WHERE r.held AND r.state <> 'ended' AND p.state = 'published'`;

const LEFT_RUNNING = `
SELECT p.environment_id, p.key FROM publications p
WHERE p.kind = 'scenario' AND p.state = 'archived' AND EXISTS (SELECT FROM enrollments r
  WHERE r.environment_id = p.environment_id AND r.scenario_key = p.key AND r.state <> 'ended')`;

const STANDING = `
SELECT environment_id AS "environmentId", id AS "enrollmentId", contact_id AS "contactId" FROM enrollments
WHERE state = 'sending' AND position = 'end' AND clock = 'real' AND id > $1 ORDER BY id LIMIT ${BATCH}`;
