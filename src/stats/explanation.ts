import type {
  ExplainedRunView,
  ExplanationView,
  LookedAtView,
  ListeningView,
  RunMessageView,
  DecisionView,
} from './explanation.view.js';

/** A row of `enrollments`, as far as it explains. */
export interface RunRow {
  readonly id: string;
  readonly subject: string;
  readonly version: number;
  readonly state: 'waiting' | 'sending' | 'ended';
  readonly due_at: Date | null;
  readonly entered_at: Date;
  readonly end_reason: string | null;
  readonly ended_at: Date | null;
  readonly holdout: boolean;
  readonly held: boolean;
  readonly touches: number;
}

export interface OtherRunRow {
  readonly id: string;
  readonly subject: string;
  readonly entered_at: Date;
}

export interface DecisionRow {
  readonly at: Date;
  readonly step_id: string | null;
  readonly outcome: DecisionView['outcome'];
  readonly reason: string | null;
  readonly field: string | null;
  readonly condition: string | null;
  readonly due_at: Date | null;
}

export interface LetterRow {
  readonly id: string;
  readonly step_id: string;
  readonly state: RunMessageView['state'];
  readonly reason: string | null;
  readonly detail: string | null;
  readonly due_at: Date;
  readonly next_attempt_at: Date | null;
  readonly held: boolean;
  readonly sent_at: Date | null;
}

export interface LookedAtRow {
  readonly id: string;
  readonly type: string;
  readonly occurred_at: Date;
  readonly outcome: {
    readonly outcome: LookedAtView['outcome'];
    readonly reason: string | null;
    readonly field?: string;
  };
  readonly condition: string | null;
}

/** Puts the rows into the words of the API. */
export function explanation(rows: {
  readonly scenario: string;
  readonly published: ListeningView | null;
  readonly run: RunRow | undefined;
  readonly decisions: readonly DecisionRow[];
  readonly letters: readonly LetterRow[];
  readonly others: readonly OtherRunRow[];
  readonly lookedAt: readonly LookedAtRow[];
}): ExplanationView {
  return {
    scenario: rows.scenario,
    published: rows.published,
    run: rows.run ? explainedRun(rows.run, rows.decisions, rows.letters) : null,
    others: rows.others.map(({ id, subject, entered_at: at }) => ({ id, subject, enteredAt: at.toISOString() })),
    events: rows.lookedAt.map(({ id, type, occurred_at: at, outcome, condition }) => ({
      id,
      type,
      at: at.toISOString(),
      outcome: outcome.outcome,
      reason: outcome.reason,
      field: outcome.field ?? null,
      condition,
    })),
  };
}

function explainedRun(run: RunRow, decisions: readonly DecisionRow[], letters: readonly LetterRow[]): ExplainedRunView {
  return {
    id: run.id,
    subject: run.subject,
    version: run.version,
    state: run.state,
    enteredAt: run.entered_at.toISOString(),
    endedAt: run.ended_at?.toISOString() ?? null,
    endReason: run.end_reason,
    holdout: run.holdout,
    touches: run.touches,
    decisions: decisions.map(({ at, step_id: step, outcome, reason, field, condition, due_at: dueAt }) => ({
      at: at.toISOString(),
      step,
      outcome,
      reason,
      field,
      condition,
      dueAt: dueAt?.toISOString() ?? null,
    })),
    messages: letters.map(({ id, step_id: step, state, reason, detail, due_at: dueAt, sent_at: sentAt }) => ({
      id,
      step,
      state,
      reason,
      detail,
      dueAt: dueAt.toISOString(),
      sentAt: sentAt?.toISOString() ?? null,
    })),
    next: nextOf(run, letters),
  };
}

function nextOf(run: RunRow, letters: readonly LetterRow[]): ExplainedRunView['next'] {
  if (run.state === 'waiting' && run.due_at)
    return { action: 'step', at: run.due_at.toISOString(), held: run.held, reason: null };
  const letter = letters.find(({ state }) => ['planned', 'claimed', 'retry', 'sending'].includes(state));
  if (run.state !== 'sending' || !letter) return null;
  const { next_attempt_at: nextAttemptAt, due_at: dueAt, held, reason } = letter;
  return { action: 'send', at: (nextAttemptAt ?? dueAt).toISOString(), held, reason };
}
