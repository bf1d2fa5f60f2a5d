import type { MessageState } from '../domain/reasons.js';

/** A letter as the API lists it. Instants are ISO 8601 UTC, a sandbox's in its own time. */
export interface MessageView {
  readonly id: string;
  /** Id of the person; null for a test. */
  readonly contact: string | null;
  /** Id of the run; null for a test. */
  readonly enrollment: string | null;
  /** Null for a test of a template: it belongs to no scenario and is counted nowhere. */
  readonly scenario: string | null;
  readonly step: string | null;
  readonly template: string;
  /** The version that was rendered; null as long as nothing was. */
  readonly templateVersion: number | null;
  readonly messageClass: string;
  readonly state: MessageState;
  /** Why it was not sent, why it waits (`planned`: quiet_hours, minimum_gap, …), or the provider's code. */
  readonly reason: string | null;
  /**
   * Of a `template_error`: which variable or helper was at fault, in which locale. Of a `condition_false`: what an undetermined
   * condition missed. Else null.
   */
  readonly detail: string | null;
  /** Where it went, or where it would go now. */
  readonly to: string | null;
  readonly locale: string | null;
  readonly subject: string | null;
  readonly dueAt: string;
  /** When it went out, or may have (`sending`, `unknown`, `unresolved`). */
  readonly sentAt: string | null;
  readonly attempts: number;
  /** The person may get it twice: an ambiguous attempt was repeated. */
  readonly mayBeDuplicate: boolean;
  /** How far the provider says that it came, and never back: processed, deferred, delivered, blocked, bounced, dropped, complained. */
  readonly delivery: string | null;
  /** When the provider says that the mailbox took it. */
  readonly deliveredAt: string | null;
  readonly firstOpenedAt: string | null;
  readonly firstClickedAt: string | null;
}

export interface SendAttemptView {
  readonly attempt: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string | null;
  /** The provider's status: HTTP or SMTP. */
  readonly status: number | null;
  readonly detail: string | null;
}

export interface EngagementView {
  readonly action: 'open' | 'click' | 'unsubscribe';
  readonly actor: 'person' | 'machine';
  readonly verdict: string;
  /** Index of the clicked link. */
  readonly link: number | null;
  readonly url: string | null;
  readonly occurredAt: string;
}

/** A letter with its content and its history. */
export interface MessageDetail extends MessageView {
  readonly html: string | null;
  readonly text: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly links: readonly { readonly index: number; readonly url: string }[];
  readonly sendAttempts: readonly SendAttemptView[];
  readonly engagements: readonly EngagementView[];
}

/** The columns of a message that are shown, of the aliases `m` (messages) and `c` (contacts, LEFT JOIN). */
export const MESSAGE_COLUMNS = `m.id, m.contact_id, m.enrollment_id, m.scenario_key, m.step_id, m.template_key,
  m.template_version, m.message_class, m.state, m.reason, m.detail,
  coalesce(m.to_address, c.email) AS to_address, m.locale, m.subject, m.due_at, m.sent_at, m.attempts,
  m.dup_risk, m.delivery, m.delivered_at, m.first_opened_at, m.first_clicked_at`;

export interface MessageRow {
  readonly id: string;
  readonly contact_id: string | null;
  readonly enrollment_id: string | null;
  readonly scenario_key: string | null;
  readonly step_id: string | null;
  readonly template_key: string;
  readonly template_version: number | null;
  readonly message_class: string;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly to_address: string | null;
  readonly locale: string | null;
  readonly subject: string | null;
  readonly due_at: Date;
  readonly sent_at: Date | null;
  readonly attempts: number;
  readonly dup_risk: boolean;
  readonly delivery: string | null;
  readonly delivered_at: Date | null;
  readonly first_opened_at: Date | null;
  readonly first_clicked_at: Date | null;
}

const MAY_HAVE_GONE: readonly MessageState[] = ['sending', 'unknown', 'accepted', 'unresolved'];

/** `sentAt` of a view, of the alias `m`: null for a letter that certainly did not go out, whenever it was tried. */
export const SHOWN_SENT_AT = `CASE WHEN m.state IN (${MAY_HAVE_GONE.map((state) => `'${state}'`).join(', ')}) THEN m.sent_at END`;

/** Reads a row into the API's words. */
export function messageView(row: MessageRow): MessageView {
  return {
    id: row.id,
    contact: row.contact_id,
    enrollment: row.enrollment_id,
    scenario: row.scenario_key,
    step: row.step_id,
    template: row.template_key,
    templateVersion: row.template_version,
    messageClass: row.message_class,
    state: row.state,
    reason: row.reason,
    detail: row.detail,
    to: row.to_address,
    locale: row.locale,
    subject: row.subject,
    dueAt: row.due_at.toISOString(),
    sentAt: MAY_HAVE_GONE.includes(row.state) ? iso(row.sent_at) : null,
    attempts: row.attempts,
    mayBeDuplicate: row.dup_risk,
    delivery: row.delivery,
    deliveredAt: iso(row.delivered_at),
    firstOpenedAt: iso(row.first_opened_at),
    firstClickedAt: iso(row.first_clicked_at),
  };
}

/** ISO 8601 UTC, null for null. */
export function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
