import { IsString, MaxLength, MinLength } from 'class-validator';
import { AbsentOr } from '../platform/http/absent-or.js';

/** As long as a text of an event may be. */
const LONGEST_SUBJECT = 16_384;

/** Whose decisions are explained. */
export class ExplainQueryDto {
  /** Key of the scenario. */
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  readonly scenario!: string;

  /** Key of the thing followed up, such as a cart: a person may have a run for each; the latest run when absent. */
  @AbsentOr()
  @IsString()
  @MaxLength(LONGEST_SUBJECT)
  readonly subject?: string;
}
