import { ApiProperty } from '@nestjs/swagger';
import type { Simulated, SimulatedLine } from '../../domain/story.js';
import { Instant } from '../../platform/http/described.js';

/** A line of a simulation: a decision on a run, as explain shows it, or what an event did not start. */
export class SimulatedLineView {
  /** When it would happen; the list is in this order. */
  @Instant()
  readonly at!: string;
  /** Id of the step that it is about; null where it is about the run, or about none. */
  readonly step!: string | null;
  /** As of a run's decisions. `planned` once more, with its reason: the letter is put off. `none`: an event started nothing. */
  readonly outcome!: SimulatedLine['outcome'];
  /**
   * Why, in the words of the scenario language; null where there is nothing to say. Of `none` also `other_event`: the scenario does not
   * begin with events of this type.
   */
  readonly reason!: string | null;
  /** What a condition missed, only where it was undetermined: a field that is not there or of a wrong type. */
  readonly field?: string;
  /** Which of the person's runs it is about, from the second on: 2. */
  @ApiProperty({ type: 'integer' })
  readonly run?: number;
}

/** How a simulation ends. */
export class SimulationEndView {
  /** When the run, or the last one of several, ended. */
  @Instant()
  readonly at!: string;
  /** Why, in the words of the scenario language, such as `completed` or `exited:purchased`. */
  readonly reason!: string;
}

/** What would happen to the person. The same request is always answered the same, as long as scenario and settings stay as they are. */
export class SimulationView {
  /** Every decision, oldest first. */
  readonly timeline!: SimulatedLineView[];
  /**
   * Null: no run began, or one goes on behind the end of what is played. That is after ten years, or after the instant at which there are
   * 1,500 lines, or more than ten runs at the same time.
   */
  readonly end!: SimulationEndView | null;
}

/** Turns what was played into what the API shows. */
export function simulationView({ timeline, end }: Simulated): SimulationView {
  return {
    timeline: timeline.map(lineView),
    end: end && { at: end.at.toISOString(), reason: end.reason },
  };
}

function lineView({ at, stepId: step, outcome, reason, field, run }: SimulatedLine): SimulatedLineView {
  return {
    at: at.toISOString(),
    step,
    outcome,
    reason,
    ...(field === undefined ? {} : { field }),
    ...(run === null || run === 1 ? {} : { run }),
  };
}
