import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Min } from 'class-validator';

/** What to publish. */
export class PublishScenarioDto {
  /** An earlier version to go back to; the draft by default. */
  @ApiPropertyOptional({ type: 'integer' })
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly version?: number | null;
}
