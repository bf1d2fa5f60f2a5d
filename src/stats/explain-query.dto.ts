import { IsString, MaxLength, MinLength } from 'class-validator';

/** Whose decisions are explained. */
export class ExplainQueryDto {
  /** Key of the scenario. */
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  readonly scenario!: string;
}
