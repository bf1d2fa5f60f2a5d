import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsOptional, IsString, Length } from 'class-validator';
import { SCOPES, type ScopeName } from '../platform/http/auth.js';

/** What a new key shall be. */
export class CreateKeyDto {
  /**
   * For people, to tell keys apart.
   * @example "checkout server"
   */
  @IsString()
  @Length(1, 200)
  readonly name!: string;

  /** `live` makes tm_live_…, `sandbox` tm_test_…; by default the mode of the key that asks. */
  @IsOptional()
  @IsIn(['live', 'sandbox'])
  readonly mode?: 'live' | 'sandbox' | null;

  /**
   * What the key may do; `admin` includes all.
   * @example ["events:write", "contacts"]
   */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(SCOPES.length)
  @IsIn(SCOPES, { each: true })
  readonly scopes!: ScopeName[];
}
