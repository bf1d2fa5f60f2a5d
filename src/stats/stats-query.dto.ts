import { IsIn, IsOptional, IsString } from 'class-validator';
import type { Division } from './stats-row.js';

/** What a statistics table shows. */
export class StatsQueryDto {
  /** First send day that counts, `2026-11-01` or an instant of it. Days are those of the store's zone when the letter went out. */
  @IsOptional()
  @IsString()
  readonly from?: string;

  /** Last send day that counts, itself included. */
  @IsOptional()
  @IsString()
  readonly to?: string;

  /** One row a step (default), or a step and day, variant, version. */
  @IsOptional()
  @IsIn(['step', 'day', 'variant', 'version'])
  readonly by?: Division;

  /** `json` (default) or `csv`. */
  @IsOptional()
  @IsIn(['json', 'csv'])
  readonly format?: 'json' | 'csv';

  /** `include` adds what machines opened and clicked. */
  @IsOptional()
  @IsIn(['include'])
  readonly machine?: 'include';
}
