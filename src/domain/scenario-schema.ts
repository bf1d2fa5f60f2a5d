import { z } from 'zod';
import type { Problem } from './problem.js';

const scenarioSchema = z.strictObject({ key: z.string() });

export type MessageClass = 'marketing' | 'care' | 'service';

export interface EventTrigger {
  readonly type: 'event';
  readonly event: string;
  readonly when?: string | undefined;
  readonly subject?: string | undefined;
  /** ISO duration, `P1D` unless the document says otherwise. */
  readonly maxAge: string;
}

export interface WaitStep {
  readonly id: string;
  readonly type: 'wait';
  readonly when?: string | undefined;
  /** ISO duration. */
  readonly for: string;
  readonly from: 'previous' | 'entry';
}

export interface EmailStep {
  readonly id: string;
  readonly type: 'email';
  readonly when?: string | undefined;
  /** `folder/name` or `folder/name@3`. */
  readonly template: string;
  readonly reason?: string | undefined;
  readonly late: { readonly after: string; readonly then: 'send' | 'skip' | 'exit' };
  readonly delivery: 'at-most-once' | 'at-least-once';
}

export interface ExitStep {
  readonly id: string;
  readonly type: 'exit';
  readonly when?: string | undefined;
  readonly reason: string;
}

export type Step = WaitStep | EmailStep | ExitStep;

/** A scenario document with its defaults filled in and durations in ISO. */
export interface Scenario {
  readonly key: string;
  readonly name: string;
  readonly messageClass: MessageClass;
  readonly trigger: EventTrigger;
  readonly reentry: {
    readonly whileRunning: 'ignore' | 'restart' | 'parallel';
    /** ISO duration, `never` or `always`. */
    readonly afterExit: string;
    readonly limit?: number | undefined;
  };
  readonly exits: readonly {
    readonly event: string;
    readonly when?: string | undefined;
    readonly reason: string;
    readonly subject?: string | undefined;
  }[];
  readonly goals: readonly {
    readonly key: string;
    readonly event: string;
    /** ISO duration. */
    readonly within: string;
    readonly value?: string | undefined;
  }[];
  /** Percent of entrants. */
  readonly holdout: number;
  readonly steps: readonly Step[];
}

/** Reads a scenario document: the scenario with defaults filled in, or every problem found. */
export function parseScenario(
  input: unknown,
): { readonly ok: true; readonly scenario: Scenario } | { readonly ok: false; readonly problems: readonly Problem[] } {
  throw new Error(JSON.stringify(scenarioSchema.parse(input)));
}

/** JSON Schema (2020-12) of the scenario document, for editors. */
export function scenarioJsonSchema(): object {
  return z.toJSONSchema(scenarioSchema, { io: 'input' });
}
