import { IsInt, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { IsDay, IsTagValue } from './settings-rules.js';

/** In a value `{scenario}`, `{step}` and `{template}` stand for the letter's own keys. */
export class UtmDto {
  @IsTagValue()
  readonly source!: string;

  @IsTagValue()
  readonly medium!: string;

  /** By default the scenario's key. */
  @IsOptional()
  @IsTagValue()
  readonly campaign?: string | null;

  /** Left out by default. */
  @IsOptional()
  @IsTagValue()
  readonly content?: string | null;

  /** Left out by default. */
  @IsOptional()
  @IsTagValue()
  readonly term?: string | null;
}

/** Day n of the plan (from 0, in the store's zone) allows ⌊firstDay · growthⁿ⌋ letters. */
export class WarmUpDto {
  /** First day, `YYYY-MM-DD`. */
  @IsDay()
  readonly startsOn!: string;

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
  @IsInt()
  @Min(1)
  @Max(365)
  readonly days!: number;
}
