import { ApiProperty } from '@nestjs/swagger';
import type { EngagementView, MessageView } from '../delivery/message.view.js';
import type { StepRecord } from '../domain/run.js';
import { EventOutcomeView } from '../ingest/event.view.js';
import { Instant } from '../platform/http/described.js';
import { MoneyView } from './stats-table.view.js';

/** Something that happened at an instant. */
class TimedView {
  /** When it happened; the list is in this order. */
  @Instant()
  readonly at!: string;
}

/** An event of a person's timeline. */
export class TimelineEventView extends TimedView {
  /** Tells an event from the rest. */
  readonly kind!: 'event';
  /** Our id of the event. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  /** `cart.updated`: what happened. */
  readonly type!: string;
  /** What it did in each scenario that listens to it. */
  readonly outcomes!: EventOutcomeView[];
  /** Scenarios have seen it. */
  readonly processed!: boolean;
}

/** A decision on a run of the person. */
export class TimelineRunView extends TimedView {
  /** Tells a decision from the rest. */
  readonly kind!: 'run';
  /** Id of the run. */
  @ApiProperty({ format: 'uuid' })
  readonly enrollment!: string;
  /** Key of the scenario. */
  readonly scenario!: string;
  /** Id of the step that it was about; null where it was about the run. */
  readonly step!: string | null;
  /** `unsent`: the letter could not be made or was not taken. */
  readonly outcome!: StepRecord['outcome'];
  /** Why, in the words of the scenario language; null where there is nothing to say. */
  readonly reason!: string | null;
  /** What the step's condition missed when it was undetermined; else null. */
  readonly field!: string | null;
  /** Until when it waits, or when its letter is due; else null. */
  @Instant()
  readonly dueAt!: string | null;
}

/** A letter to the person. */
export class TimelineMessageView extends TimedView {
  /** Tells a letter from the rest. */
  readonly kind!: 'message';
  /** Id of the letter. */
  @ApiProperty({ format: 'uuid' })
  readonly message!: string;
  /** Key of the scenario; null for a test. */
  readonly scenario!: string | null;
  /** Id of its step; null for a test. */
  readonly step!: string | null;
  /** What became of it. */
  readonly state!: MessageView['state'];
  /** Why it was not sent, why it waits, or the provider's code; else null. */
  readonly reason!: string | null;
  /** Of a `template_error`: what was at fault; of `condition_false`: what an undetermined condition missed. */
  readonly detail!: string | null;
  /** As it was rendered; null as long as it was not. */
  readonly subject!: string | null;
  /** When it is, or was, to go. */
  @Instant()
  readonly dueAt!: string;
  /** When it went out, or may have. */
  @Instant()
  readonly sentAt!: string | null;
}

/** What was done with a letter. */
export class TimelineEngagementView extends TimedView {
  /** Tells it from the rest. */
  readonly kind!: 'engagement';
  /** Id of the letter. */
  @ApiProperty({ format: 'uuid' })
  readonly message!: string;
  /** Key of the letter's scenario; null for a test. */
  readonly scenario!: string | null;
  /** Id of the letter's step; null for a test. */
  readonly step!: string | null;
  /** A click is no open. */
  readonly action!: EngagementView['action'];
  /** Only people's acts are counted. */
  readonly actor!: EngagementView['actor'];
  /** The rule that told a person from a machine (`person`, `image_proxy`, `prefetch`, …), or how somebody unsubscribed. */
  readonly verdict!: string;
  /** Index of the clicked link. */
  @ApiProperty({ type: 'integer' })
  readonly link!: number | null;
  /** Where the clicked link leads. */
  readonly url!: string | null;
}

/** An order, or another event that may be a goal. */
export class TimelineConversionView extends TimedView {
  /** Tells it from the rest. */
  readonly kind!: 'conversion';
  /** Our id of the event. */
  @ApiProperty({ format: 'uuid' })
  readonly event!: string;
  /** `order.placed`: what happened. */
  readonly type!: string;
  /** `pending`: not judged yet; `uncredited`: no letter brought it. */
  readonly state!: 'pending' | 'credited' | 'uncredited';
  /** Id of the letter that brought it, else null. */
  @ApiProperty({ format: 'uuid' })
  readonly message!: string | null;
  /** Key of that letter's scenario, else null. */
  readonly scenario!: string | null;
  /** Id of that letter's step, else null. */
  readonly step!: string | null;
  /** Key of the scenario's goal that it reached, else null. */
  readonly goal!: string | null;
  /** What it is worth by the goal's `value`, else null. */
  readonly value!: MoneyView | null;
}

/** One line of a person's timeline. */
export type TimelineItem =
  TimelineEventView | TimelineRunView | TimelineMessageView | TimelineEngagementView | TimelineConversionView;

/** Each kind of line, by its `kind`. */
export const TIMELINE_KINDS = {
  event: TimelineEventView,
  run: TimelineRunView,
  message: TimelineMessageView,
  engagement: TimelineEngagementView,
  conversion: TimelineConversionView,
} as const;
