/** Why things ended or did not happen, in the words of the scenario language (design: "Ends and skips are named"). */

/** Why a run ended. */
export type EndReason =
  | 'completed'
  | `exited:${string}`
  | `ended_by_step:${string}`
  | 'unsubscribed'
  | 'suppressed'
  | 'erased'
  | 'merged'
  | 'scenario_archived'
  | `failed:${string}`;

/** Why a message was not sent although its step was reached. */
export type SkipReason =
  | 'condition_false'
  | 'no_address'
  | 'no_consent'
  | 'not_confirmed'
  | 'class_declined'
  | 'group_declined'
  | 'paused_by_person'
  | 'not_allowed_yet'
  | 'suppressed'
  | 'frequency_cap'
  | `lost_to:${string}`
  | 'quiet_hours_expired'
  | 'late'
  | 'holdout'
  | 'order_feed_silent'
  | 'empty_content';

/** Why a planned message waits longer than its step meant. */
export type WaitReason =
  | 'quiet_hours'
  | 'send_window'
  | 'minimum_gap'
  | 'order_feed_silent'
  | 'provider_rate'
  | 'warm_up'
  | `lost_to:${string}`;

/** Why a planned message was taken back before it went out. */
export type CancelReason =
  `exited:${string}` | 'restarted' | 'moved' | 'erased' | 'archived' | 'unsubscribed' | 'suppressed' | 'merged';

/** Why a message could not be made or delivered. */
export type FailReason = 'template_error' | 'attempts_exhausted';

/** Why an event started nothing in a scenario that listens to it. */
export type NoEntryReason =
  | 'condition_false'
  | 'too_old'
  | 'already_running'
  | 'cool_down'
  | 'limit'
  | 'paused'
  | 'suppressed'
  | 'confirmed'
  | `exited:${string}`;

export type MessageState =
  | 'planned'
  | 'claimed'
  | 'sending'
  | 'retry'
  | 'unknown'
  | 'accepted'
  | 'skipped'
  | 'cancelled'
  | 'rejected'
  | 'failed'
  | 'unresolved';
