import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { IsId } from '../contacts/contact-rules.js';
import { ContactDto } from '../contacts/contact.dto.js';
import { EVENT_TYPE } from '../domain/event-types.js';
import { IsEventType, IsInstant } from './event-rules.js';

/** Whose event it is, and what it tells of the person. At least one of email, externalId and anonymousId is needed. */
export class EventContactDto extends ContactDto {
  /** A browser or device before the person is known; a later event with both joins it to the person. */
  @IsOptional()
  @IsId()
  anonymousId?: string | number | null;
}

/** One thing that happened in the store. */
export class EventDto {
  /** Makes the event idempotent (as does the header Idempotency-Key): text of 1–200 characters or a safe integer. */
  @IsOptional()
  @IsId()
  id?: string | number | null;

  /** `cart.updated`: a standard type (the tag `events` has them all, with their fields), or any other of this form but `scenario.start_requested`. */
  @IsString()
  @MaxLength(100)
  @IsEventType()
  @ApiProperty({ pattern: EVENT_TYPE.source })
  type: string;

  /**
   * When it happened, ISO 8601 with a zone. Default: now (the sandbox's now in the sandbox). Up to 5 minutes ahead is taken as now,
   * and shown so; more is refused.
   */
  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @IsInstant()
  occurredAt?: string | null;

  @IsObject()
  @ValidateNested()
  @Type(() => EventContactDto)
  contact: EventContactDto;

  /** The event's own fields; standard types have typed ones (the tag `events` has them), everything else is kept as it is. */
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown> | null;
}

/** Up to a thousand events, each checked on its own. */
export class EventBatchDto {
  /** 1 to 1,000 events, each as POST /v1/events takes it. */
  @ApiProperty({ type: [EventDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  events: unknown[];
}
