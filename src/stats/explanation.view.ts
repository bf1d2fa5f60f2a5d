import { ApiProperty } from '@nestjs/swagger';
import type { MessageState } from '../domain/reasons.js';
import type { StepRecord } from '../domain/run.js';
import type { EventOutcomeView } from '../ingest/event.view.js';
import { Instant } from '../platform/http/described.js';
import { RunStateView } from './run-state.view.js';

/** A decision on a run. */
export class DecisionView {
  /** When it was taken. */
  @Instant()
  readonly at!: string;
  /** Id of the step that it was about; null where it was about the run. */
  readonly step!: string | null;
  /** `unsent`: the letter could not be made or was not taken. */
  readonly outcome!: StepRecord['outcome'];
  /** Why, in the words of the scenario language; null where there is nothing to say. */
  readonly reason!: string | null;
  /** What the step's condition missed when it was undetermined; else null. */
  readonly field!: string | null;
  /** Of a step that was skipped by its condition (`condition_false`): the condition, as the run's version says it. Else null. */
  readonly condition!: string | null;
  /** Until when it waits, or when its letter is due; else null. */
  @Instant()
  readonly dueAt!: string | null;
}

/** A letter of a run. */
export class RunMessageView {
  /** Id of the letter. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  /** Id of its step. */
  readonly step!: string;
  /** What became of it. */
  readonly state!: MessageState;
  /** Why it was not sent, or why it waits; else null. */
  readonly reason!: string | null;
  /** Of a `template_error`: what was at fault; of `condition_false`: what an undetermined condition missed. */
  readonly detail!: string | null;
  /** When it is, or was, to go. */
  @Instant()
  readonly dueAt!: string;
  /** When it went out, or may have. */
  @Instant()
  readonly sentAt!: string | null;
}

/** What a run does next. */
export class NextView {
  /** `step`: its wait is over; `send`: its letter goes. */
  readonly action!: 'step' | 'send';
  /** When. */
  @Instant()
  readonly at!: string;
  /** The scenario is paused: it happens when it goes on. */
  readonly held!: boolean;
  /** Why the letter waits: quiet_hours, send_window, minimum_gap, order_feed_silent, provider_rate, warm_up, lost_to:…; else null. */
  readonly reason!: string | null;
}

/** A run with every decision. */
export class ExplainedRunView extends RunStateView {
  /** Letters of this run that went out. */
  @ApiProperty({ type: 'integer' })
  readonly touches!: number;
  /** Every decision, oldest first. */
  readonly decisions!: DecisionView[];
  /** Its letters, oldest first. */
  readonly messages!: RunMessageView[];
  /** What comes next and when; null once the run has ended, held while the scenario is paused. */
  readonly next!: NextView | null;
}

/** A run of another subject. */
export class OtherRunView {
  /** Id of the run. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  /** Key of the thing followed up. */
  readonly subject!: string;
  /** When it began. */
  @Instant()
  readonly enteredAt!: string;
}

/** An event that a scenario looked at. */
export class LookedAtView {
  /** Our id of the event. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  /** `cart.updated`: what happened. */
  readonly type!: string;
  /** When it happened. */
  @Instant()
  readonly at!: string;
  /** What it did. */
  readonly outcome!: EventOutcomeView['outcome'];
  /** Why it ended the run or did nothing; else null. */
  readonly reason!: string | null;
  /** What an undetermined condition missed; else null. */
  readonly field!: string | null;
  /** Of `condition_false`: the trigger's condition at that time. Else null. */
  readonly condition!: string | null;
}

/** What listens to a person's events. */
export class ListeningView {
  /** The version that people enter. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;
  /** `paused`: nobody enters and no letter goes; `archived`: nobody enters any more. */
  readonly state!: 'published' | 'paused' | 'archived';
  /** Type of the event that it listens to; `scenario.start_requested` of one that is started by hand. */
  readonly event!: string;
}

/** Why a person is where they are in a scenario. */
export class ExplanationView {
  /** Key of the scenario. */
  readonly scenario!: string;
  /** What of it is published where the key acts, live or sandbox; null: nothing, so that nobody enters. */
  readonly published!: ListeningView | null;
  /** The latest run, of the subject that was asked for if there was one; null when the person never entered. */
  readonly run!: ExplainedRunView | null;
  /** Runs of other subjects that go on beside it, newest first, at most 50; asked for by their subject they are explained in turn. */
  readonly others!: OtherRunView[];
  /** The person's latest 20 events that this scenario looked at, newest first, and what each did or why it did nothing. */
  readonly events!: LookedAtView[];
}
