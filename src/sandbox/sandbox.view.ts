import { ApiProperty } from '@nestjs/swagger';
import { Instant } from '../platform/http/described.js';
import type { EngageDto } from './sandbox.dto.js';

/** Where a sandbox's clock stands. */
export class SandboxStateView {
  /** The sandbox's now. */
  @Instant()
  readonly now!: string;
  /** Runs that wait for their next step. */
  @ApiProperty({ type: 'integer' })
  readonly waiting!: number;
  /** When the next thing happens, null when nothing waits. */
  @Instant()
  readonly nextDueAt!: string | null;
}

/** What moving the clock did. */
export class AdvancedView {
  /** The sandbox's new now. */
  @Instant()
  readonly now!: string;
  /** Letters accepted on the way. */
  @ApiProperty({ type: 'integer' })
  readonly messages!: number;
}

/** What was recorded. */
export class EngagedView {
  /** Id of the letter. */
  @ApiProperty({ format: 'uuid' })
  readonly message!: string;
  /** What was done with it. */
  readonly action!: EngageDto['action'];
  /** Who did it. */
  readonly as!: 'person' | 'machine';
  /** Which link was clicked, from 0; null for anything but a click. */
  @ApiProperty({ type: 'integer' })
  readonly link!: number | null;
  /** Where that link leads; null for anything but a click. */
  readonly url!: string | null;
  /** The sandbox's now. */
  @Instant()
  readonly at!: string;
}
