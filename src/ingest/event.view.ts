import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Instant } from '../platform/http/described.js';
import type { ProblemDetails } from '../platform/http/problem.js';

/** An event as it was taken: the answer to its sender. */
export class EventTakenView {
  /** The client's id, else ours. */
  readonly id!: string;
  /** Whether it was stored before. */
  readonly duplicate!: boolean;
}

/** An item of a batch that was not taken. */
export class EventRejectedView {
  /** What is wrong with it; its pointers begin at the item. */
  @ApiProperty({ allOf: [{ $ref: '#/components/schemas/Problem' }] })
  readonly problem!: ProblemDetails;
}

/** The answer to a batch. */
@ApiExtraModels(EventTakenView, EventRejectedView)
export class BatchTakenView {
  /** Events that were stored now. */
  @ApiProperty({ type: 'integer' })
  readonly accepted!: number;
  /** Events that were stored before. */
  @ApiProperty({ type: 'integer' })
  readonly duplicates!: number;
  /** Items that were not taken. */
  @ApiProperty({ type: 'integer' })
  readonly rejected!: number;
  /** One for each item, in the order of the request. */
  @ApiProperty({
    type: 'array',
    items: { oneOf: [{ $ref: getSchemaPath(EventTakenView) }, { $ref: getSchemaPath(EventRejectedView) }] },
  })
  readonly results!: readonly (EventTakenView | EventRejectedView)[];
}

/** What an event did in one scenario that listens to it. */
export class EventOutcomeView {
  /** Key of the scenario. */
  readonly scenario!: string;
  /** Id of the run that it began, restarted, moved on or ended; null for `none`. */
  @ApiProperty({ format: 'uuid' })
  readonly enrollment!: string | null;
  /** `refreshed`: the run goes on with the new event and its timeline stays. `received`: the run waited for it. */
  readonly outcome!: 'entered' | 'restarted' | 'refreshed' | 'received' | 'exited' | 'none';
  /**
   * Of `exited` why the run ended, of `none` why nothing began (`condition_false`, `too_old`, `already_running`, `cool_down`, `limit`,
   * `paused`, `suppressed`, `confirmed`, `exited:…`); else null.
   */
  readonly reason!: string | null;
  /** What the condition missed, only where it was undetermined: a field that is not there or of a wrong type. */
  readonly field?: string;
  /** Of `condition_false` the version of the scenario whose trigger's condition it is; explain shows its words. */
  @ApiProperty({ type: 'integer' })
  readonly version?: number;
}

/** An event as the API shows it. */
export class EventView {
  /** The client's id, else ours. */
  readonly id!: string;
  /** `cart.updated`: what happened. */
  readonly type!: string;
  /** When it happened. */
  @Instant()
  readonly occurredAt!: string;
  /** When it came. */
  @Instant()
  readonly receivedAt!: string;
  /** Id of the contact. */
  @ApiProperty({ format: 'uuid' })
  readonly contact!: string;
  /** The event's own fields, as they were posted. */
  readonly data!: Record<string, unknown>;
  /** `received`: durable, scenarios have not seen it yet. */
  readonly state!: 'received' | 'processed';
  /** What it did in each scenario that listens to it; none before it is processed. */
  readonly outcomes!: EventOutcomeView[];
  /** `identity_conflict`: an identity in it belongs to another contact and stayed there. */
  readonly warnings!: 'identity_conflict'[];
  /**
   * Only where nothing came of the event, and its type is nearly a standard one, or one that other systems have: the standard type that
   * seems to be meant (`order.placed` of `order.created`).
   */
  readonly nearly?: string;
}
