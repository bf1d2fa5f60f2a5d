import { Injectable } from '@nestjs/common';
import { FASTEST_CLICK_MS } from '../domain/machine.js';
import type { StepMessageFacts } from '../domain/run.js';
import { EngagementReader, type RunRef } from '../enrollments/ports.js';
import type { Sql } from '../platform/database/sql.js';
import { type SpooledActs, SpooledHits } from './ports.js';

interface StepRow {
  readonly enrollment_id: string;
  readonly id: string;
  readonly step_id: string;
  /** Null where time stands: the pause before a click says nothing there. */
  readonly sent_at: Date | null;
  readonly sent: boolean;
  readonly opened: boolean;
  readonly clicked: boolean;
}

/**
 * Answers opened(), clicked() and sent() from the ledger's own columns, which tracking keeps, and from hits that it has yet to count
 * or, after an outage, yet to store.
 */
@Injectable()
export class SqlEngagementReader extends EngagementReader {
  constructor(private readonly spooled: SpooledHits) {
    super();
  }

  async ofRuns(
    tx: Sql,
    runs: readonly (RunRef & { readonly pass: number })[],
  ): Promise<ReadonlyMap<string, readonly StepMessageFacts[]>> {
    const byRun = new Map<string, StepMessageFacts[]>();
    if (runs.length === 0) return byRun;
    const spooled = this.spooled.seen();
    const rows = await tx.query<StepRow>(OF_RUNS, [
      runs.map((r) => r.environmentId),
      runs.map((r) => r.enrollmentId),
      runs.map((r) => r.pass),
    ]);
    for (const row of rows) {
      const facts = factsOf(row, spooled(row.id));
      const known = byRun.get(row.enrollment_id);
      if (known) known.push(facts);
      else byRun.set(row.enrollment_id, [facts]);
    }
    return byRun;
  }
}

function factsOf(row: StepRow, acts: SpooledActs | undefined): StepMessageFacts {
  const clicked = row.clicked || isPersons(acts?.clickedAt ?? null, row.sent_at);
  return { stepId: row.step_id, sent: row.sent, opened: row.opened || clicked || acts?.opened === true, clicked };
}

/** As the statement that stores hits judges them. */
function isPersons(clickedAt: Date | null, sentAt: Date | null): boolean {
  return clickedAt !== null && (sentAt === null || clickedAt.getTime() >= sentAt.getTime() + FASTEST_CLICK_MS);
}

/**
 * A click counts as an open: many mail programs load no images. What may have gone out counts as sent. OFFSET 0 keeps the
 * plan on each run's own messages, whatever the planner believes about a table that has just begun to grow.
 *
 * Hits are counted up to a second after they were answered, or later when nobody counts (docs/adr/0013), so a letter that
 * was not clicked yet is looked up among the engagements themselves. Those before it was planned are of other letters:
 * the bound, with a margin for clocks, spares the partitions of older months. It cannot serve in a sandbox, where a letter is
 * planned at the sandbox's time.
 */
const OF_RUNS = `
SELECT DISTINCT ON (r.enrollment_id, m.step_id) r.enrollment_id, m.id, m.step_id,
  CASE m.clock WHEN 'real' THEN m.sent_at END AS sent_at,
  m.state IN ('sending', 'unknown', 'accepted', 'unresolved') AS sent,
  m.first_opened_at IS NOT NULL OR m.first_clicked_at IS NOT NULL OR hit.opened AS opened,
  m.first_clicked_at IS NOT NULL OR hit.clicked AS clicked
FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS r (environment_id, enrollment_id, pass)
CROSS JOIN LATERAL (SELECT x.id, x.clock, x.created_at, x.sent_at, x.step_id, x.round, x.state, x.first_opened_at, x.first_clicked_at
  FROM messages AS x
  WHERE x.environment_id = r.environment_id AND x.enrollment_id = r.enrollment_id AND x.pass = r.pass OFFSET 0) AS m
CROSS JOIN LATERAL (SELECT count(*) > 0 AS opened, count(*) FILTER (WHERE e.action = 'click') > 0 AS clicked
  FROM engagements AS e
  WHERE m.first_clicked_at IS NULL AND e.environment_id = r.environment_id AND e.message_id = m.id AND e.actor = 'person'
    AND e.action IN ('open', 'click')
    AND e.received_at >= CASE m.clock WHEN 'real' THEN m.created_at - interval '1 hour' ELSE '-infinity' END) AS hit
ORDER BY r.enrollment_id, m.step_id, m.round DESC`;
