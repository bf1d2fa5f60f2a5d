import { type ContactRef, lockContacts } from '../contacts/contact-facts.js';
import { type Lane, laneNow } from '../platform/clock/lane.js';
import { arrayText } from '../platform/database/array-text.js';
import { codeOf, type EngineDatabase, IS_HELD } from '../platform/database/engine-database.js';
import type { RunRef } from './ports.js';
import type { RunMover } from './run-mover.js';

/** A run that may be done, and whose it is. */
export type StandingRun = RunRef & ContactRef;

/**
 * Completes those of these runs that stand behind their last step with no message on the way. A session that keeps somebody's rows for
 * longer than `waitMs` holds up that person's runs, not everybody's: they are answered, and the minute's mend tries them again.
 */
export async function completeRuns(
  db: EngineDatabase,
  mover: RunMover,
  lane: Lane,
  runs: readonly StandingRun[],
  waitMs: number,
): Promise<readonly StandingRun[]> {
  if (await areCompleted(db, mover, lane, runs, waitMs)) return [];
  const free = await freeRuns(db, runs);
  if (!(await areCompleted(db, mover, lane, free, waitMs))) return runs;
  return runs.filter((run) => !free.includes(run));
}

/** All of them together; false, and nothing done, when somebody holds any of their rows. */
async function areCompleted(
  db: EngineDatabase,
  mover: RunMover,
  lane: Lane,
  runs: readonly StandingRun[],
  waitMs: number,
): Promise<boolean> {
  if (runs.length === 0) return true;
  try {
    await db.transaction(async (tx) => {
      await lockContacts(tx, runs, { waitMs });
      await mover.settle(tx, runs, await laneNow(tx, lane));
    });
    return true;
  } catch (error) {
    if (codeOf(error) !== IS_HELD) throw error;
    return false;
  }
}

async function freeRuns(db: EngineDatabase, runs: readonly StandingRun[]): Promise<readonly StandingRun[]> {
  const rows = await db.query<{ id: string }>(FREE, [
    arrayText(runs, ({ environmentId }) => environmentId),
    arrayText(runs, ({ enrollmentId }) => enrollmentId),
    arrayText(runs, ({ contactId }) => contactId),
  ]);
  const free = new Set(rows.map(({ id }) => id));
  return runs.filter(({ enrollmentId }) => free.has(enrollmentId));
}

// It waits for nobody, so it need not keep the order of locks.
const FREE = `
SELECT r.id FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS asked (environment_id, id, contact_id)
JOIN enrollments AS r ON r.environment_id = asked.environment_id AND r.id = asked.id
JOIN contacts AS k ON k.environment_id = asked.environment_id AND k.id = asked.contact_id
FOR NO KEY UPDATE OF r, k SKIP LOCKED`;
