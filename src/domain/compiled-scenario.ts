import type { EventFacts, Facts, RunState } from './run.js';
import type { Weekday } from './local-hours.js';
import type { MessageClass, Scenario } from './scenario-schema.js';
import type { BranchStep, EmailStep, ExitStep, RepeatStep, SplitStep, WaitStep } from './scenario-steps.js';

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

/** A checked expression that names a moment: an instant, or a day (`YYYY-MM-DD`) that begins when it does where somebody is. */
export interface MomentExpression {
  readonly source: string;
  /** `field`: what was missing, or no date. Never throws. */
  moment(input: ConditionInput): { readonly value: Date | string } | { readonly value: null; readonly field: string };
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

/** What every step has beside what it does. */
interface Placed {
  readonly when: Condition | null;
  /** Its path among the document's steps ("0", "3.cases.0.steps.1"): where a run stands is stored as this. */
  readonly position: string;
  /** Index of the step behind it, out of a branch as well; the number of steps behind the last. */
  readonly next: number;
  /** Ids of the letters that may have been reached before it, on whichever way; of a turn before the last one not. */
  readonly lettersBefore: ReadonlySet<string>;
}

export type CompiledStep =
  CompiledWait | CompiledEmail | CompiledBranch | CompiledSplit | CompiledRepeat | CompiledExitStep;

export interface CompiledWait extends Placed {
  readonly type: 'wait';
  readonly step: WaitStep;
  readonly end: WaitEnd;
}

/** How long a wait is. */
export type WaitEnd =
  | { readonly kind: 'for'; readonly iso: string; readonly from: 'previous' | 'entry' }
  /** `zone`: `contact`, `store`, or an IANA zone. */
  | { readonly kind: 'until'; readonly time: string; readonly days: readonly Weekday[] | null; readonly zone: string }
  | {
      readonly kind: 'date';
      readonly at: MomentExpression;
      /** ISO 8601, with a minus in front for before; null where it is the moment itself. */
      readonly offset: string | null;
      readonly ifPast: 'continue' | 'skip-next' | 'exit';
    }
  | AwaitedEvent;

/** An event of the same person that is waited for. */
export interface AwaitedEvent {
  readonly kind: 'event';
  readonly event: string;
  readonly when: Condition | null;
  readonly timeoutMs: number;
  /** Index of the first step of what is done when it comes, and when it has not come. */
  readonly received: number;
  readonly timedOut: number;
}

export interface CompiledBranch extends Placed {
  readonly type: 'branch';
  readonly step: BranchStep;
  /** In order; `go`: index of the case's first step, or of what is behind the branch where it has none. */
  readonly cases: readonly { readonly when: Condition; readonly go: number }[];
  readonly otherwise: number;
}

export interface CompiledSplit extends Placed {
  readonly type: 'split';
  readonly step: SplitStep;
  readonly variants: readonly { readonly key: string; readonly weight: number; readonly go: number }[];
}

export interface CompiledRepeat extends Placed {
  readonly type: 'repeat';
  readonly step: RepeatStep;
  /** Index of the first step of a turn; the last one leads back to the repeat. */
  readonly go: number;
  readonly every: string;
  readonly end:
    | { readonly kind: 'times'; readonly times: number }
    | { readonly kind: 'until'; readonly iso: string }
    | { readonly kind: 'forever' };
}

export interface CompiledExitStep extends Placed {
  readonly type: 'exit';
  readonly step: ExitStep;
}

export interface CompiledEmail extends Placed {
  readonly type: 'email';
  readonly step: EmailStep;
  /** 1 for the first email step in document order. */
  readonly stepNumber: number;
  /** `folder/name`, without a pin. */
  readonly template: string;
  /** 3 of `folder/name@3`, else null. */
  readonly templatePin: number | null;
  readonly lateAfterMs: number;
  /** The letters that a run may begin with and that may come before this one; none of a letter that is such a one itself. */
  readonly firsts: readonly string[];
}

/** A letter among those of its scenario. */
export interface LetterPlace {
  readonly stepId: string;
  /** 1 for the first email step in document order. */
  readonly stepNumber: number;
  /** The letters that a run may begin with and that may come before this one; none of a letter that is such a one itself. */
  readonly firsts: readonly string[];
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
  readonly emailSteps: readonly LetterPlace[];
  /** In document order, those that stand within others behind them. */
  readonly steps: readonly CompiledStep[];
  /** Which of `steps` stands at a position. */
  readonly places: ReadonlyMap<string, number>;
  readonly exits: readonly CompiledExit[];
  readonly goals: readonly CompiledGoal[];
}
