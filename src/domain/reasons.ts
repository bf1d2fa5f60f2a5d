/**
 * Why things ended or did not happen, in the words of the scenario language: what each means is in docs/glossary.md. A word with a
 * colon is followed by whose doing it was: `exited:purchased`.
 */
type Said<Word extends string> = Word extends `${string}:` ? `${Word}${string}` : Word;

/** Why a run ended. */
export const END_REASONS = [
  'completed',
  'exited:',
  'ended_by_step:',
  'unsubscribed',
  'suppressed',
  'erased',
  'merged',
  'scenario_archived',
  'failed:',
] as const;
export type EndReason = Said<(typeof END_REASONS)[number]>;

/** Why a message was not sent although its step was reached. */
export const SKIP_REASONS = [
  'condition_false',
  'no_address',
  'no_consent',
  'not_confirmed',
  'class_declined',
  'group_declined',
  'paused_by_person',
  'not_allowed_yet',
  'suppressed',
  'frequency_cap',
  'lost_to:',
  'quiet_hours_expired',
  'late',
  'holdout',
  'order_feed_silent',
  'empty_content',
] as const;
export type SkipReason = Said<(typeof SKIP_REASONS)[number]>;

/** Why a wait for a moment was not waited. */
export const PAST_REASONS = ['date_past', 'date_unknown'] as const;
export type PastReason = Said<(typeof PAST_REASONS)[number]>;

/** Why a planned message waits longer than its step meant. */
export const WAIT_REASONS = [
  'quiet_hours',
  'send_window',
  'minimum_gap',
  'order_feed_silent',
  'provider_rate',
  'warm_up',
  'lost_to:',
] as const;
export type WaitReason = Said<(typeof WAIT_REASONS)[number]>;

/** Why a planned message was taken back before it went out. */
export const CANCEL_REASONS = [
  'exited:',
  'restarted',
  'moved',
  'erased',
  'archived',
  'unsubscribed',
  'suppressed',
  'merged',
] as const;
export type CancelReason = Said<(typeof CANCEL_REASONS)[number]>;

/** Why a message could not be made or delivered. */
export const FAIL_REASONS = ['template_error', 'attempts_exhausted'] as const;
export type FailReason = Said<(typeof FAIL_REASONS)[number]>;

/** Why an event started nothing in a scenario that listens to it. */
export const NO_ENTRY_REASONS = [
  'condition_false',
  'too_old',
  'already_running',
  'cool_down',
  'limit',
  'paused',
  'suppressed',
  'confirmed',
  'exited:',
] as const;
export type NoEntryReason = Said<(typeof NO_ENTRY_REASONS)[number]>;

/** Where a message stands in the ledger (src/delivery/README.md). */
export const MESSAGE_STATES = [
  'planned',
  'claimed',
  'sending',
  'retry',
  'unknown',
  'accepted',
  'skipped',
  'cancelled',
  'rejected',
  'failed',
  'unresolved',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];
