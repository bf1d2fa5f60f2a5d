import type { EndReason } from './reasons.js';
import type { StoreRestraint } from './restraint.js';
import type { ContactFacts, EventFacts, StepRecord, StoreFacts } from './run.js';

/** What comes after the first event. */
export type Reaction = Act | FurtherEvent;

/** What the person does with the first letter that goes out of a step. */
export interface Act {
  readonly kind: 'act';
  readonly stepId: string;
  readonly action: 'open' | 'click' | 'unsubscribe';
  /** How long after the letter went; a duration of the language. */
  readonly after: string;
}

/** What happens to the person besides. */
export interface FurtherEvent {
  readonly kind: 'event';
  readonly event: Omit<EventFacts, 'at'>;
  /** How long after the first event; a duration of the language. */
  readonly after: string;
}

/** One person's story: everything that a simulation looks at beside the scenario. */
export interface Story {
  readonly event: EventFacts;
  readonly reactions: readonly Reaction[];
  /** As the first event finds the person. */
  readonly contact: ContactFacts;
  readonly store: StoreFacts;
  readonly restraint: StoreRestraint;
}

/** A line of a run's history, or what an event did not start. */
export interface SimulatedLine {
  readonly at: Date;
  readonly stepId: string | null;
  /** `planned` once more, with its reason: the letter is put off. `none`: an event started nothing. */
  readonly outcome: StepRecord['outcome'] | 'none';
  /** `other_event`: the scenario does not begin with events of the first one's type. */
  readonly reason: string | null;
  /** What an undetermined condition missed. */
  readonly field?: string;
  /** Number of the run that it is about, null where it is about none. */
  readonly run: number | null;
}

/** What a story comes to. */
export interface Simulated {
  readonly timeline: readonly SimulatedLine[];
  /** When the last run ended, and why. Null: none began, or one goes on beyond what is played. */
  readonly end: { readonly at: Date; readonly reason: EndReason } | null;
}

/** A story while it is played, piece by piece: whoever plays it can serve others in between. */
export type Play = Generator<undefined, Simulated>;
