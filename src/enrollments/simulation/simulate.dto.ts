import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { EVENT_TYPE } from '../../domain/event-types.js';
import { EventDto } from '../../ingest/event.dto.js';
import { IsEventType } from '../../ingest/event-rules.js';
import { AbsentOr } from '../../platform/http/absent-or.js';
import { AsPosted } from '../../platform/http/as-posted.js';
import { jsonRule } from '../../platform/http/json-rule.js';
import { StartPersonDto } from '../start-people.dto.js';
import type { Edition } from '../../scenarios/runnable-scenarios.js';

const MOST_REACTIONS = 100;

/** What happens to the person later: an event without its contact, who is the first event's, and without its instant. */
export class FurtherEventDto {
  /** `order.placed`: as of any event. */
  @IsString()
  @MaxLength(100)
  @IsEventType()
  @ApiProperty({ pattern: EVENT_TYPE.source })
  readonly type!: string;

  /** The event's own fields, as of any event. */
  @IsOptional()
  @IsObject()
  @AsPosted()
  readonly data?: Record<string, unknown> | null;
}

/** Either what the person does with a letter (`step` and `action`), or what else happens to them (`event`). */
export class ReactionDto {
  /** Id of an e-mail step: with its first letter it is done. As long as none of its letters goes, nothing is. */
  @AbsentOr()
  @IsString()
  @MaxLength(100)
  readonly step?: string;

  /** What a person (no machine) does with the letter: `open`, `click` or `unsubscribe`. */
  @AbsentOr()
  @IsIn(['open', 'click', 'unsubscribe'])
  readonly action?: 'open' | 'click' | 'unsubscribe';

  /** A further event of the person. */
  @AbsentOr()
  @IsObject()
  @ValidateNested()
  @Type(() => FurtherEventDto)
  readonly event?: FurtherEventDto;

  /** A duration, `"1 hour"` or `PT1H`: how long after the letter went, of an event how long after the first event. At once by default. */
  @AbsentOr()
  @IsString()
  @MaxLength(200)
  readonly after?: string;
}

/** What to play. */
@ApiExtraModels(EventDto, StartPersonDto)
export class SimulateDto {
  /**
   * What happens first, as POST /v1/events takes it. Its `contact` is all that is known of the person: without `consent` they gave none.
   * Without `occurredAt` it happens on Monday, 5 January 2026, 09:00 UTC. Of a scenario that is started by hand: a person, as
   * POST /v1/scenarios/{key}/enrollments takes them.
   */
  @ApiProperty({ anyOf: [{ $ref: getSchemaPath(EventDto) }, { $ref: getSchemaPath(StartPersonDto) }] })
  @IsObject()
  @AsPosted()
  readonly event!: object;

  /** What the person does then, and what else happens to them; up to 100, in any order. */
  @AbsentOr()
  @IsArray()
  @ArrayMaxSize(MOST_REACTIONS)
  @ValidateNested({ each: true })
  @Type(() => ReactionDto)
  readonly reactions?: ReactionDto[];

  /** What of the scenario is played: its `draft` (default), what is `published` in the key's environment, or the number of a version. */
  @ApiPropertyOptional({
    oneOf: [
      { type: 'string', enum: ['draft', 'published'] },
      { type: 'integer', minimum: 1 },
    ],
  })
  @AbsentOr()
  @IsEdition()
  readonly version?: Edition;

  /** Whether the person has confirmed their subscription, where the store has double opt-in; false by default. */
  @AbsentOr()
  @IsBoolean()
  readonly confirmed?: boolean;
}

function IsEdition(): PropertyDecorator {
  return jsonRule({
    name: 'version',
    message: 'must be "draft", "published" or the number of a version',
    holds: (value) => value === 'draft' || value === 'published' || (Number.isInteger(value) && Number(value) >= 1),
  });
}
