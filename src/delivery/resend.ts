import { Injectable } from '@nestjs/common';
import { environmentTime } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Scope } from '../platform/database/request-database.js';
import { Conflict, NotFound } from '../platform/http/domain-error.js';
import { StageWaker } from '../platform/queue/stages.js';

/** Sends a letter again because somebody asks for it. */
@Injectable()
export class Resend {
  constructor(
    private readonly db: EngineDatabase,
    private readonly waker: StageWaker,
  ) {}

  /**
   * Plans a letter again that ended `rejected`, `failed` or `unresolved`, with all its tries; one that may have arrived is marked as a
   * possible duplicate, one that was certainly never taken is not. The last guard asks everything anew. Throws NotFound, or 409 `not_resendable` for any other letter and for tests.
   */
  async resend({ environmentId }: Scope, id: string): Promise<void> {
    const now = await environmentTime(this.db, environmentId);
    const [row] = await this.db.query<{ state: string; planned: boolean }>(RESEND, [environmentId, id, now]);
    if (!row) throw new NotFound('message');
    if (!row.planned) throw new Conflict('not_resendable', `a letter that is ${row.state} cannot be sent again`);
    this.waker.wake('delivery');
  }
}

/** What the letter brought so far is counted on the day on which it goes out again. */
const RESEND = `
WITH planned AS (
  UPDATE messages AS m SET state = 'planned', reason = NULL, detail = NULL, dup_risk = m.dup_risk OR m.state = 'unresolved', due_at = $3, meant_at = NULL, next_attempt_at = NULL, held = false,
    cancel_requested = false, claim_token = NULL, claimed_by = NULL, lease_until = NULL, unknown_since = NULL
  WHERE m.environment_id = $1 AND m.id = $2 AND m.state IN ('rejected', 'failed', 'unresolved') AND m.enrollment_id IS NOT NULL
  RETURNING m.id, m.environment_id, m.scenario_key, m.step_id, m.sent_on),
dirty AS (
  INSERT INTO stats_dirty (environment_id, scenario_key, step_id, day)
  SELECT environment_id, scenario_key, step_id, sent_on FROM planned WHERE sent_on IS NOT NULL)
SELECT m.state, EXISTS (SELECT 1 FROM planned) AS planned FROM messages AS m WHERE m.environment_id = $1 AND m.id = $2`;
