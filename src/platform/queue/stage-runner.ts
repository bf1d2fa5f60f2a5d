import type { Stage, StageName } from './stages.js';

/** Runs the stages of this process: on each wake-up and by itself every `sweepMs`; one drain at a time a stage. */
export abstract class StageRunner {
  /** To be called in onModuleInit. In a process without the stage's role nothing happens. */
  abstract registerStage(stage: Stage): void;

  /** Stages of this process, with the milliseconds since each last showed progress. */
  abstract silence(): ReadonlyMap<StageName, number>;

  /** Gives up the drain of a stage that hangs and begins another one. */
  abstract restart(stage: StageName): void;

  /** Lets running drains finish their batch and starts no other; the first act of a process's end. */
  abstract stop(): Promise<void>;
}
