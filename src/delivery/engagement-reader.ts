import { Injectable } from '@nestjs/common';
import type { StepMessageFacts } from '../domain/run.js';
import { EngagementReader, type RunRef } from '../enrollments/ports.js';
import type { Sql } from '../platform/database/sql.js';

interface StepRow {
  readonly enrollment_id: string;
  readonly step_id: string;
  readonly sent: boolean;
  readonly opened: boolean;
  readonly clicked: boolean;
}

/** Answers opened(), clicked() and sent() from the ledger's own columns, which tracking keeps. */
@Injectable()
export class SqlEngagementReader extends EngagementReader {
  async ofRuns(
    tx: Sql,
    runs: readonly (RunRef & { readonly pass: number })[],
  ): Promise<ReadonlyMap<string, readonly StepMessageFacts[]>> {
    const byRun = new Map<string, StepMessageFacts[]>();
    if (runs.length === 0) return byRun;
    const rows = await tx.query<StepRow>(OF_RUNS, [
      runs.map((r) => r.environmentId),
      runs.map((r) => r.enrollmentId),
      runs.map((r) => r.pass),
    ]);
    for (const row of rows) {
      const facts = { stepId: row.step_id, sent: row.sent, opened: row.opened, clicked: row.clicked };
      const known = byRun.get(row.enrollment_id);
      if (known) known.push(facts);
      else byRun.set(row.enrollment_id, [facts]);
    }
    return byRun;
  }
}

/**
 * A click counts as an open: many mail programs load no images. What may have gone out counts as sent. OFFSET 0 keeps the
 * plan on each run's own messages, whatever the planner believes about a table that has just begun to grow.
 */
const OF_RUNS = `
SELECT DISTINCT ON (r.enrollment_id, m.step_id) r.enrollment_id, m.step_id,
  m.state IN ('sending', 'unknown', 'accepted', 'unresolved') AS sent,
  m.first_opened_at IS NOT NULL OR m.first_clicked_at IS NOT NULL AS opened,
  m.first_clicked_at IS NOT NULL AS clicked
FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS r (environment_id, enrollment_id, pass)
CROSS JOIN LATERAL (SELECT x.step_id, x.round, x.state, x.first_opened_at, x.first_clicked_at FROM messages AS x
  WHERE x.environment_id = r.environment_id AND x.enrollment_id = r.enrollment_id AND x.pass = r.pass OFFSET 0) AS m
ORDER BY r.enrollment_id, m.step_id, m.round DESC`;
