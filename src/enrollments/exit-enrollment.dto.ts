import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';

/** How a run is ended by hand. */
export class ExitEnrollmentDto {
  /** Word that names the end, as `purchased` or `called_us`; `manual` by default. */
  @IsOptional()
  @IsString()
  @MaxLength(50)
  @Matches(/^[a-z][a-z0-9_]*$/, { message: 'must be one lower-case word such as called_us' })
  readonly reason?: string | null;
}
