/** A run as the API shows it. */
export class EnrollmentView {
  readonly id!: string;
  readonly scenario!: string;
  readonly version!: number;
  readonly contact!: { readonly id: string; readonly email: string | null };
  /** Key of the thing followed up, such as a cart; '' when the scenario names none. */
  readonly subject!: string;
  readonly state!: 'waiting' | 'sending' | 'ended';
  /** Id of the step at which it stands, null behind the last one. */
  readonly step!: string | null;
  /** When its wait is over, ISO 8601 UTC; null unless it waits. */
  readonly dueAt!: string | null;
  /** The scenario is paused and the run came due meanwhile. */
  readonly held!: boolean;
  readonly enteredAt!: string;
  readonly lastActivityAt!: string;
  /** Letters of this run that went out. */
  readonly touches!: number;
  readonly variant!: string;
  readonly holdout!: boolean;
  /** How it ended, in the words of the scenario language; null while it runs. */
  readonly endReason!: string | null;
  readonly endedAt!: string | null;
}

/** A row of `ENROLLMENT_ROWS`. */
export interface EnrollmentRow {
  readonly id: string;
  readonly scenario_key: string;
  readonly version: number;
  readonly contact_id: string;
  readonly email: string | null;
  readonly subject: string;
  readonly state: EnrollmentView['state'];
  readonly step: string | null;
  readonly due_at: Date | null;
  readonly held: boolean;
  readonly entered_at: Date;
  readonly last_activity_at: Date;
  readonly touches: number;
  readonly variant: string;
  readonly holdout: boolean;
  readonly end_reason: string | null;
  readonly ended_at: Date | null;
}

/** Runs as the API shows them; conditions on `r` are appended. */
export const ENROLLMENT_ROWS = `
SELECT r.id, r.scenario_key, r.version, r.contact_id, c.email, r.subject, r.state, r.due_at, r.held, r.entered_at,
  r.last_activity_at, r.touches, r.variant, r.holdout, r.end_reason, r.ended_at,
  CASE WHEN r.position ~ '^[0-9]+$' THEN v.document -> 'steps' -> r.position::integer ->> 'id' END AS step
FROM enrollments r
JOIN contacts c ON c.environment_id = r.environment_id AND c.id = r.contact_id
JOIN scenario_versions v ON v.store_id = r.store_id AND v.scenario_key = r.scenario_key AND v.version = r.version`;

/** Turns a row into what the API shows. */
export function enrollmentView(row: EnrollmentRow): EnrollmentView {
  return {
    id: row.id,
    scenario: row.scenario_key,
    version: row.version,
    contact: { id: row.contact_id, email: row.email },
    subject: row.subject,
    state: row.state,
    step: row.step,
    dueAt: row.due_at?.toISOString() ?? null,
    held: row.held,
    enteredAt: row.entered_at.toISOString(),
    lastActivityAt: row.last_activity_at.toISOString(),
    touches: row.touches,
    variant: row.variant,
    holdout: row.holdout,
    endReason: row.end_reason,
    endedAt: row.ended_at?.toISOString() ?? null,
  };
}
