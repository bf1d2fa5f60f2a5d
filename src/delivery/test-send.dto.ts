import { ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsInt, IsObject, IsString, MaxLength, Min } from 'class-validator';
import { AbsentOr } from '../platform/http/absent-or.js';
import { AsPosted } from '../platform/http/as-posted.js';
import { MAX_LOCALE_CHARS } from '../templates/template.dto.js';

/** To whom a template is sent for a look, and with which data. */
export class TestSendDto {
  /**
   * 1 to 10 addresses.
   * @example ["anna@example.com"]
   */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  to!: string[];

  /** A published version in place of the draft. */
  @ApiPropertyOptional({ type: 'integer' })
  @AbsentOr()
  @IsInt()
  @Min(1)
  version?: number;

  /** The store's locale, or the nearest that the template has, when absent. */
  @AbsentOr()
  @IsString()
  @MaxLength(MAX_LOCALE_CHARS)
  locale?: string;

  /** An event as posted, in place of the sample's; where it tells of a `contact`, that is the person. */
  @AbsentOr()
  @IsObject()
  @AsPosted()
  event?: Record<string, unknown>;

  /** Fields of the person, over the sample's. */
  @AbsentOr()
  @IsObject()
  @AsPosted()
  contact?: Record<string, unknown>;
}
