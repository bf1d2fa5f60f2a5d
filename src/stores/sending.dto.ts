import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { IsDay, IsTagValue } from './settings-rules.js';

/** In a value `{scenario}`, `{step}` and `{template}` stand for the letter's own keys. */
export class UtmDto {
  /**
   * Of `utm_source`.
   * @example "touchmap"
   */
  @IsTagValue()
  readonly source!: string;

  /**
   * Of `utm_medium`.
   * @example "email"
   */
  @IsTagValue()
  readonly medium!: string;

  /**
   * Of `utm_campaign`; by default the scenario's key.
   * @example "{scenario}"
   */
  @IsOptional()
  @IsTagValue()
  readonly campaign?: string | null;

  /** Of `utm_content`; left out by default. */
  @IsOptional()
  @IsTagValue()
  readonly content?: string | null;

  /** Of `utm_term`; left out by default. */
  @IsOptional()
  @IsTagValue()
  readonly term?: string | null;
}

/** Day n of the plan (from 0, in the store's zone) allows ⌊firstDay · growthⁿ⌋ letters. */
export class WarmUpDto {
  /**
   * First day in the store's zone.
   * @example "2026-12-01"
   */
  @ApiProperty({ format: 'date' })
  @IsDay()
  readonly startsOn!: string;

  /** Letters on the first day. */
  @ApiProperty({ type: 'integer' })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly firstDay!: number;

  /** Each day so many times the day before. */
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(1)
  @Max(10)
  readonly growth!: number;

  /** Length of the plan; behind it nothing is limited. */
  @ApiProperty({ type: 'integer' })
  @IsInt()
  @Min(1)
  @Max(365)
  readonly days!: number;
}
