import { ApiProperty } from '@nestjs/swagger';
import type { MessageState } from '../domain/reasons.js';
import type { MessageClass } from '../domain/scenario-schema.js';
import { Instant } from '../platform/http/described.js';
import { stepConditionSql } from '../scenarios/condition-sql.js';
import type { Outcome } from './outcome.js';

/** A letter as the API lists it. Instants of a sandbox are in its own time. */
export class MessageView {
  /** Ours. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  /** Id of the person; null for a test. */
  @ApiProperty({ format: 'uuid' })
  readonly contact!: string | null;
  /** Id of the run; null for a test. */
  @ApiProperty({ format: 'uuid' })
  readonly enrollment!: string | null;
  /** Null for a test of a template: it belongs to no scenario and is counted nowhere. */
  readonly scenario!: string | null;
  /** Id of the scenario's email step; null for a test. */
  readonly step!: string | null;
  /** Key of the template, `folder/name`. */
  readonly template!: string;
  /** The version that was rendered; null as long as nothing was. */
  @ApiProperty({ type: 'integer' })
  readonly templateVersion!: number | null;
  /** Which consent it needs; a test is `service`. */
  readonly messageClass!: MessageClass;
  /** The last six are ends, the others are on the way: `unknown` may have gone out, `unresolved` stayed so. */
  readonly state!: MessageState;
  /** Why it was not sent, why it waits (`planned`: quiet_hours, minimum_gap, …), or the provider's code. */
  readonly reason!: string | null;
  /**
   * Of a `template_error`: which variable or helper was at fault, in which locale. Of a `condition_false`: what an undetermined
   * condition missed. Else null.
   */
  readonly detail!: string | null;
  /** Of a `condition_false`: the condition, as the run's version says it. Else null. */
  readonly condition!: string | null;
  /** Where it went, or where it would go now. */
  readonly to!: string | null;
  /** Language in which it was rendered; null as long as it was not. */
  readonly locale!: string | null;
  /** As it was rendered; null as long as it was not. */
  readonly subject!: string | null;
  /** When it is, or was, to go. */
  @Instant()
  readonly dueAt!: string;
  /** When it went out, or may have (`sending`, `unknown`, `unresolved`). */
  @Instant()
  readonly sentAt!: string | null;
  /** How often it was handed to a provider. */
  @ApiProperty({ type: 'integer' })
  readonly attempts!: number;
  /** The person may get it twice: an ambiguous attempt was repeated. */
  readonly mayBeDuplicate!: boolean;
  /** How far the provider says that it came, and never back; null as long as it said nothing. */
  readonly delivery!: 'processed' | 'deferred' | 'delivered' | 'blocked' | 'bounced' | 'dropped' | 'complained' | null;
  /** When the provider says that the mailbox took it. */
  @Instant()
  readonly deliveredAt!: string | null;
  /** When a person opened it first. */
  @Instant()
  readonly firstOpenedAt!: string | null;
  /** When a person clicked in it first. */
  @Instant()
  readonly firstClickedAt!: string | null;
}

/** A link of a letter. */
export class LetterLinkView {
  /** Its place in the letter, from 0. */
  @ApiProperty({ type: 'integer' })
  readonly index!: number;
  /** Where it leads. */
  readonly url!: string;
}

/** One time that a letter was handed to a provider. */
export class SendAttemptView {
  /** From 1. */
  @ApiProperty({ type: 'integer' })
  readonly attempt!: number;
  /** When the provider was called. */
  @Instant()
  readonly startedAt!: string;
  /** When it answered; null as long as it did not. */
  @Instant()
  readonly finishedAt!: string | null;
  /** `retry` counts towards the limit of tries; `throttled`, `config` and `not_started` do not. Null as long as nothing is known. */
  readonly outcome!: Outcome['result'] | null;
  /** The provider's status: HTTP or SMTP. */
  @ApiProperty({ type: 'integer' })
  readonly status!: number | null;
  /** The provider's words, without addresses. */
  readonly detail!: string | null;
}

/** What was done with a letter. */
export class EngagementView {
  /** A click is no open. */
  readonly action!: 'open' | 'click' | 'unsubscribe';
  /** Only people's acts are counted. */
  readonly actor!: 'person' | 'machine';
  /** The rule that told a person from a machine (`person`, `image_proxy`, `prefetch`, …), or how somebody unsubscribed. */
  readonly verdict!: string;
  /** Index of the clicked link. */
  @ApiProperty({ type: 'integer' })
  readonly link!: number | null;
  /** Where the clicked link leads. */
  readonly url!: string | null;
  /** When it was done. */
  @Instant()
  readonly occurredAt!: string;
}

/** What the provider, or the mailbox for bounces, told of a letter's delivery. */
export class DeliveryReportView {
  /** How far it came by this report. */
  readonly kind!: NonNullable<MessageView['delivery']>;
  /** When it happened. */
  @Instant()
  readonly at!: string;
  /** The mail server's or the provider's words, without addresses: `550 5.1.1 no such user`. */
  readonly detail!: string | null;
}

/** A letter with its content and its history. */
export class MessageDetailView extends MessageView {
  /** As it went out; null as long as nothing was rendered, and when its person was erased. */
  readonly html!: string | null;
  /** The same without markup. */
  readonly text!: string | null;
  /** Headers of the mail that are its own, by name. */
  readonly headers!: Record<string, string>;
  /** Links that are counted, as they stand in the letter. */
  readonly links!: LetterLinkView[];
  /** Each time that it was handed to a provider, oldest first. */
  readonly sendAttempts!: SendAttemptView[];
  /** What was reported of its delivery, oldest first: `delivery` is the furthest of them. */
  readonly deliveryReports!: DeliveryReportView[];
  /** What people and machines did with it, oldest first. */
  readonly engagements!: EngagementView[];
}

const CONDITION = stepConditionSql({
  storeId: 'm.store_id',
  scenario: 'm.scenario_key',
  version: 'm.version',
  step: 'm.step_id',
});

/** The columns of a message that are shown, of the aliases `m` (messages) and `c` (contacts, LEFT JOIN). */
export const MESSAGE_COLUMNS = `m.id, m.contact_id, m.enrollment_id, m.scenario_key, m.step_id, m.template_key,
  m.template_version, m.message_class, m.state, m.reason, m.detail, CASE WHEN m.reason = 'condition_false' THEN ${CONDITION} END AS condition,
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
  readonly message_class: MessageClass;
  readonly state: MessageState;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly condition: string | null;
  readonly to_address: string | null;
  readonly locale: string | null;
  readonly subject: string | null;
  readonly due_at: Date;
  readonly sent_at: Date | null;
  readonly attempts: number;
  readonly dup_risk: boolean;
  readonly delivery: MessageView['delivery'];
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
    condition: row.condition,
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
