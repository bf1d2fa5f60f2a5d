import { assertNever } from './assert-never.js';
import type { DeepReadonly } from './deep-readonly.js';
import type { StepOutput } from './step-schema.js';

/** A step as a document has it, with what its schema fills in. */
export type StepDocument = DeepReadonly<StepOutput>;
type Of<T extends StepDocument['type']> = Extract<StepDocument, { type: T }>;

export type WaitStep = Omit<Of<'wait'>, 'event'> & {
  readonly event?:
    | (Omit<NonNullable<Of<'wait'>['event']>, 'received' | 'timedOut'> & {
        readonly received: readonly Step[];
        readonly timedOut: readonly Step[];
      })
    | undefined;
};
export type ExitStep = Of<'exit'>;
export type EmailStep = Omit<Of<'email'>, 'late' | 'delivery'> & {
  readonly late: { readonly after: string; readonly then: 'send' | 'skip' | 'exit' };
  readonly delivery: 'at-most-once' | 'at-least-once';
};
export type BranchStep = Omit<Of<'branch'>, 'cases' | 'else'> & {
  readonly cases: readonly { readonly when: string; readonly steps: readonly Step[] }[];
  readonly else: readonly Step[];
};
export type SplitStep = Omit<Of<'split'>, 'variants'> & {
  readonly variants: readonly { readonly key: string; readonly weight: number; readonly steps: readonly Step[] }[];
};
export type RepeatStep = Omit<Of<'repeat'>, 'steps'> & { readonly steps: readonly Step[] };

/** A step with all its defaults filled in. */
export type Step = WaitStep | EmailStep | BranchStep | SplitStep | RepeatStep | ExitStep;

/** Where something stands in a document, from its root. */
export type Path = readonly (string | number)[];

/** Steps that stand within another one, as one of its ways. */
export interface NestedSteps<T> {
  /** From the step that holds them. */
  readonly path: Path;
  readonly steps: readonly T[];
}

/** The ways that a step holds, in document order; those without steps too. */
export function waysOf(step: Step): readonly NestedSteps<Step>[];
export function waysOf(step: StepDocument): readonly NestedSteps<StepDocument>[];
export function waysOf(step: StepDocument): readonly NestedSteps<StepDocument>[] {
  switch (step.type) {
    case 'email':
    case 'exit':
      return [];
    case 'wait': {
      const { received = [], timedOut = [] } = step.event ?? {};
      if (!step.event) return [];
      return [
        { path: ['event', 'received'], steps: received },
        { path: ['event', 'timedOut'], steps: timedOut },
      ];
    }
    case 'repeat':
      return [{ path: ['steps'], steps: step.steps }];
    case 'branch': {
      const cases = step.cases.map(({ steps }, index) => ({ path: ['cases', index, 'steps'], steps }));
      return [...cases, { path: ['else'], steps: step.else ?? [] }];
    }
    case 'split':
      return step.variants.map(({ steps = [] }, index) => ({ path: ['variants', index, 'steps'], steps }));
    default:
      return assertNever(step);
  }
}

/** A step, and where it stands. */
export interface PlacedStep {
  readonly step: StepDocument;
  readonly path: Path;
  /** The steps that it stands in, from the outermost. */
  readonly within: readonly StepDocument[];
}

/** Every step in document order: one that holds others comes before them. */
export function everyStep(
  steps: readonly StepDocument[],
  path: Path = ['steps'],
  within: readonly StepDocument[] = [],
): readonly PlacedStep[] {
  return steps.flatMap((step, index) => {
    const own = [...path, index];
    const inner = waysOf(step).flatMap((way) => everyStep(way.steps, [...own, ...way.path], [...within, step]));
    return [{ step, path: own, within }, ...inner];
  });
}

/** Fills in what depends on the class of the letters. */
export function withStepDefaults(step: StepDocument, isService: boolean): Step {
  const filled = (steps: readonly StepDocument[] = []): readonly Step[] =>
    steps.map((one) => withStepDefaults(one, isService));
  switch (step.type) {
    case 'wait': {
      const { event, ...rest } = step;
      if (event)
        return { ...rest, event: { ...event, received: filled(event.received), timedOut: filled(event.timedOut) } };
      return rest.for === undefined ? rest : { ...rest, from: rest.from ?? 'previous' };
    }
    case 'repeat':
      return { ...step, steps: filled(step.steps) };
    case 'email': {
      const late = { after: step.late?.after ?? 'P1D', then: step.late?.then ?? (isService ? 'send' : 'skip') };
      return { ...step, late, delivery: step.delivery ?? (isService ? 'at-least-once' : 'at-most-once') };
    }
    case 'branch':
      return {
        ...step,
        cases: step.cases.map((one) => ({ ...one, steps: filled(one.steps) })),
        else: filled(step.else),
      };
    case 'split':
      return { ...step, variants: step.variants.map((one) => ({ ...one, steps: filled(one.steps) })) };
    case 'exit':
      return step;
    default:
      return assertNever(step);
  }
}
