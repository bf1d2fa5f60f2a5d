import { ApiProperty } from '@nestjs/swagger';
import { Instant } from '../platform/http/described.js';

/** Where a run of a person through a scenario stands. */
export class RunStateView {
  /** Id of the run. */
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;
  /** Key of the thing followed up, such as a cart; '' when the scenario names none. */
  readonly subject!: string;
  /** Version of the scenario that it follows. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;
  /** `sending`: it stands at a letter. */
  readonly state!: 'waiting' | 'sending' | 'ended';
  /** When it began. */
  @Instant()
  readonly enteredAt!: string;
  /** Null while it runs. */
  @Instant()
  readonly endedAt!: string | null;
  /** How it ended, in the words of the scenario language; null while it runs. */
  readonly endReason!: string | null;
  /** In the hold-out: the same timeline, no letters. */
  readonly holdout!: boolean;
}
