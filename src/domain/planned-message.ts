import type { CompiledEmail } from './compiled-scenario.js';
import type { SkipReason } from './reasons.js';
import type { PlannedMessage, RunState } from './run.js';
import { detailOf } from './send-decision.js';

/** The message that a run asks for at a letter's step: planned, or skipped where there is a reason. */
export function messageOf(
  { step, stepNumber, template, templatePin }: CompiledEmail,
  { pass, round, variant }: RunState,
  dueAt: Date,
  reason: SkipReason | null,
  field?: string,
): PlannedMessage {
  return {
    stepId: step.id,
    stepNumber,
    pass,
    round,
    variant,
    template,
    templatePin,
    policy: step.delivery,
    dueAt,
    state: reason === null ? 'planned' : 'skipped',
    reason,
    detail: detailOf(field),
  };
}
