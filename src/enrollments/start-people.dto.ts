import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, IsOptional, ValidateNested } from 'class-validator';
import { IsId } from '../contacts/contact-rules.js';
import { EventContactDto } from '../ingest/event.dto.js';

/** Somebody who is to enter a scenario that is started by hand. */
export class StartPersonDto {
  /**
   * Makes the start idempotent (as does the header Idempotency-Key): text of 1–200 characters or a safe integer, of its own among the
   * ids of all events.
   */
  @IsOptional()
  @IsId()
  id?: string | number | null;

  /** Who enters, and what is told of them: as in an event. */
  @IsObject()
  @ValidateNested()
  @Type(() => EventContactDto)
  contact: EventContactDto;

  /** Key of the thing followed up, such as a deal: the person has one run of each at a time. */
  @ApiPropertyOptional({ example: 'deal-17' })
  @IsOptional()
  @IsId()
  subject?: string | number | null;

  /**
   * What letters and conditions see as `event`, with the limits of an event's data. `scenario` and `subject` are not among its fields:
   * they are filled in.
   */
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown> | null;
}

/** Up to a thousand people, each checked on their own. */
export class StartPeopleDto {
  /** 1 to 1,000 people. */
  @ApiProperty({ type: [StartPersonDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  people: unknown[];
}
