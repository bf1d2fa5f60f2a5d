import type { EndReason, SkipReason } from './reasons.js';

/** An event as conditions and templates see it: the envelope beside the store's own data. */
export interface EventFacts {
  /** The client's id of the event (its idempotency key), else ours. */
  readonly id: string;
  readonly type: string;
  /** When it happened in the store, ISO 8601 UTC. */
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A person as conditions and templates see them. */
export interface ContactFacts {
  readonly id: string;
  readonly email: string | null;
  readonly externalId: string | null;
  /** The browser's id, only of somebody of whom neither an address nor an external id is known; else null. */
  readonly anonymousId: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly locale: string | null;
  /** IANA zone, null when unknown (then the store's zone counts). */
  readonly timezone: string | null;
  readonly tags: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  /** The newest consent evidence for marketing: true given, false withdrawn, null never asked. */
  readonly marketingConsent: boolean | null;
  readonly confirmedAt: string | null;
  /** Topics that the person does not want: `class:…` and `group:…`. */
  readonly declined: readonly string[];
  /** Until then the person wants no letters but service ones. */
  readonly pausedUntil: string | null;
  /** Why nothing may be sent to this address at all (hard bounce, complaint, by hand), else null. */
  readonly suppressed: string | null;
  readonly erased: boolean;
}

/** A store as conditions and templates see it. */
export interface StoreFacts {
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  /** IANA zone. */
  readonly timezone: string;
  readonly locale: string;
  /** Marketing and care mail waits for a confirmed subscription when true. */
  readonly doubleOptIn: boolean;
}

/** What became of a step's latest message in the run's current pass. */
export interface StepMessageFacts {
  readonly stepId: string;
  readonly sent: boolean;
  /** By a person; machines are left out. A click counts as an open (images off). */
  readonly opened: boolean;
  readonly clicked: boolean;
}

/** An event of the contact, for happened(), count() and bought(). `data` only where an expression reads products. */
export interface HistoryEvent {
  /** As of `EventFacts`. */
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly data?: Readonly<Record<string, unknown>>;
  /** False: scenarios have not seen it yet, and will come to it by themselves. */
  readonly isApplied?: boolean;
}

/** Everything that a decision about one run may look at; loaded for a whole batch before anything is decided. */
export interface Facts {
  readonly contact: ContactFacts;
  readonly store: StoreFacts;
  readonly messages: readonly StepMessageFacts[];
  /** In the order of events: instant, then arrival. */
  readonly history: readonly HistoryEvent[];
}

/** A run as it stands, the columns of `enrollments` that decisions read and write. */
export interface RunState {
  readonly state: 'waiting' | 'sending' | 'ended';
  /** Where the run stands: the step's path in the document ("0", "3.cases.0.steps.1"); "end" behind the last step. */
  readonly position: string;
  /** Set while waiting. */
  readonly dueAt: Date | null;
  /** The instant from which the next `for` of kind `previous` counts. */
  readonly previousAt: Date;
  readonly enteredAt: Date;
  readonly lastActivityAt: Date;
  readonly pass: number;
  /** Which turn of the repeat it stands in; 1 outside. */
  readonly round: number;
  /** When the first turn of that repeat began; null outside. */
  readonly repeatAt: Date | null;
  /** Id of the event that its latest wait for one was given, and no later wait is given again; null before. */
  readonly received: string | null;
  /** Letters of this run that went out. */
  readonly touches: number;
  /** The variants of splits that it has taken, in their order, joined by slashes; '' before the first. */
  readonly variant: string;
  readonly holdout: boolean;
  readonly subject: string;
  readonly event: EventFacts;
  readonly endReason: EndReason | null;
  readonly endedAt: Date | null;
}

/** A message that a step asks for: planned, or at once skipped with its reason. One row a step and pass either way. */
export interface PlannedMessage {
  readonly stepId: string;
  /** 1 for the scenario's first email step in document order, 2 for the next… (statistics compare with the first). */
  readonly stepNumber: number;
  readonly pass: number;
  readonly round: number;
  /** As of the run when it came to the step. */
  readonly variant: string;
  readonly template: string;
  /** Version that `folder/name@3` pins, else null. */
  readonly templatePin: number | null;
  readonly policy: 'at-most-once' | 'at-least-once';
  /** When the letter is meant to go; `late` counts from here. */
  readonly dueAt: Date;
  readonly state: 'planned' | 'skipped';
  readonly reason: SkipReason | null;
  /** What there is to say of the reason: what an undetermined condition missed. */
  readonly detail: string | null;
}

/** A line of a run's history (`enrollment_history`). */
export interface StepRecord {
  readonly stepId: string | null;
  readonly pass: number;
  readonly round: number;
  readonly outcome:
    | 'entered'
    | 'restarted'
    | 'refreshed'
    | 'waiting'
    | 'waited'
    | 'branched'
    | 'split'
    | 'repeated'
    | 'received'
    | 'timed_out'
    | 'planned'
    | 'sent'
    | 'skipped'
    | 'unsent'
    | 'ended';
  readonly reason: string | null;
  readonly at: Date;
  readonly dueAt: Date | null;
  /** What the step's condition missed, only where it was undetermined: a field that is not there or of a wrong type. */
  readonly field?: string;
}

/** The result of moving a run on: what to write, all of it in one transaction. */
export interface Advance {
  readonly run: RunState;
  readonly messages: readonly PlannedMessage[];
  readonly steps: readonly StepRecord[];
}

/** What the last guard, or reaching an email step, decides about one letter. */
export type SendDecision =
  | { readonly kind: 'send' }
  /** `field`: what the step's condition missed, only where it was undetermined. */
  | { readonly kind: 'skip'; readonly reason: SkipReason; readonly field?: string }
  /** The run ends with its letter (`late.then: exit`), which is told as skipped. */
  | { readonly kind: 'end'; readonly reason: EndReason; readonly message: SkipReason };

/** How a message left the run's hands, told to the run by the transaction that did it. */
export type MessageOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly field?: string }
  /** Skipped, and the run goes no further. */
  | { readonly kind: 'ended'; readonly reason: SkipReason; readonly end: EndReason }
  | { readonly kind: 'failed'; readonly reason: string };
