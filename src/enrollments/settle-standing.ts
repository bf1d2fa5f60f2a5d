import { settleRun, standsAtEnd } from '../domain/timeline.js';
import type { Sql } from '../platform/database/sql.js';
import type { MessageLedger } from './ports.js';
import type { WorkingRun } from './working-run.js';

/** Completes those of the runs that stand behind their last step with no message on the way any more. */
export async function settleStanding(
  tx: Sql,
  ledger: MessageLedger,
  runs: Iterable<WorkingRun>,
  at: Date,
): Promise<void> {
  const standing = [...runs].filter((run) => standsAtEnd(run.state));
  if (standing.length === 0) return;
  const refs = standing.map(({ identity }) => ({ environmentId: identity.environmentId, enrollmentId: identity.id }));
  const unsettled = await ledger.unsettled(tx, refs);
  for (const run of standing) if (!unsettled.has(run.identity.id)) run.apply(settleRun(run.state, at));
}
