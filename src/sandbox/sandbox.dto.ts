import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsString, IsUUID, Max, MaxLength, Min } from 'class-validator';
import { IsInstant } from '../ingest/event-rules.js';
import { AbsentOr } from '../platform/http/absent-or.js';

/** How far the clock moves: exactly one of the two. */
export class AdvanceDto {
  /** A duration, `"45 minutes"` or `PT45M`; days and longer are calendar units in the store's zone. */
  @AbsentOr()
  @IsString()
  @MaxLength(100)
  readonly by?: string;

  /** The instant to stop at, included; not before the sandbox's now. */
  @ApiPropertyOptional({ format: 'date-time' })
  @AbsentOr()
  @IsInstant()
  readonly to?: string;
}

/** What a recipient does with a letter now. */
export class EngageDto {
  /** Id of an accepted message. */
  @IsUUID()
  readonly message!: string;

  /** What is done: `open` or `click` the letter, or `unsubscribe` by it. */
  @IsIn(['open', 'click', 'unsubscribe'])
  readonly action!: 'open' | 'click' | 'unsubscribe';

  /** Which link of the letter is clicked, from 0; its first by default. */
  @ApiPropertyOptional({ type: 'integer' })
  @AbsentOr()
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly link?: number;

  /** `person` (default) or `machine`. */
  @AbsentOr()
  @IsIn(['person', 'machine'])
  readonly as?: 'person' | 'machine';
}

/** Where the clock stands after a reset. */
export class ResetDto {
  /** The sandbox's new now; where it stood by default. */
  @ApiPropertyOptional({ format: 'date-time' })
  @AbsentOr()
  @IsInstant()
  readonly now?: string;
}
