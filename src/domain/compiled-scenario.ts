import type { EventFacts, Facts, RunState } from './run.js';
import type { EmailStep, ExitStep, MessageClass, Scenario, WaitStep } from './scenario-schema.js';

/** What an expression sees. `run` is absent in triggers. */
export interface ConditionInput {
  readonly event: EventFacts;
  readonly run: Pick<RunState, 'event' | 'enteredAt' | 'touches' | 'variant' | 'subject'> | null;
  readonly facts: Facts;
  readonly now: Date;
}

/** What became of a condition: undetermined (null) names the field that was missing or of a wrong type. */
export interface Verdict {
  readonly value: boolean | null;
  readonly field: string | null;
}

/** A checked expression, ready to be evaluated any number of times. Never throws. */
export interface Condition {
  readonly source: string;
  evaluate(input: ConditionInput): Verdict;
}

/** A checked expression that gives a text or a number; null when undetermined. */
export interface ValueExpression {
  readonly source: string;
  text(input: ConditionInput): string | null;
  number(input: ConditionInput): number | null;
}

/** What conditions look at beyond the event, the contact and the store; read off their syntax trees. */
export interface FactNeeds {
  /** opened(), clicked() or sent() occur: load the run's messages. */
  readonly engagement: boolean;
  /** happened(), count() and bought(): the contact's events of these types, this far back (null: all). */
  readonly history: readonly HistoryNeed[];
}

export interface HistoryNeed {
  readonly type: string;
  readonly withinMs: number | null;
  /** The events' data is looked at (products of orders). */
  readonly data: boolean;
}

export interface CompiledExit {
  /** Its place in the document. */
  readonly index: number;
  readonly event: string;
  readonly reason: string;
  readonly when: Condition | null;
  readonly subject: ValueExpression | null;
  /** The subject is read off the event alone, so that it is the same whichever run is looked at. */
  readonly namesSubject: boolean;
}

export interface CompiledGoal {
  readonly key: string;
  readonly event: string;
  readonly withinMs: number;
  readonly value: ValueExpression | null;
}

export type CompiledStep =
  | { readonly type: 'wait'; readonly step: WaitStep; readonly when: Condition | null }
  | CompiledEmail
  | { readonly type: 'exit'; readonly step: ExitStep; readonly when: Condition | null };

export interface CompiledEmail {
  readonly type: 'email';
  readonly step: EmailStep;
  readonly when: Condition | null;
  /** 1 for the first email step in document order. */
  readonly stepNumber: number;
  /** `folder/name`, without a pin. */
  readonly template: string;
  /** 3 of `folder/name@3`, else null. */
  readonly templatePin: number | null;
  readonly lateAfterMs: number;
}

/** A scenario version with its expressions checked and its durations read: immutable, safe to cache for ever. */
export interface CompiledScenario {
  readonly scenario: Scenario;
  readonly key: string;
  readonly messageClass: MessageClass;
  /** What people decline it by: its group's key, else its own. */
  readonly group: string;
  readonly triggerEvent: string;
  readonly trigger: {
    readonly when: Condition | null;
    readonly subject: ValueExpression | null;
    readonly maxAgeMs: number;
  };
  /** Milliseconds, or the word. */
  readonly afterExit: number | 'never' | 'always';
  readonly needs: FactNeeds;
  /** Distinct references as written: `folder/name` or `folder/name@3`. */
  readonly templates: readonly string[];
  readonly emailSteps: readonly { readonly stepId: string; readonly stepNumber: number }[];
  readonly steps: readonly CompiledStep[];
  readonly exits: readonly CompiledExit[];
  readonly goals: readonly CompiledGoal[];
}
