import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsOptional, IsString, Length } from 'class-validator';
import { SCOPES, type ScopeName } from '../platform/http/auth.js';

/** What a new key shall be. */
export class CreateKeyDto {
  /** For people, to tell keys apart: "checkout server". */
  @IsString()
  @Length(1, 200)
  readonly name!: string;

  /** `live` makes tm_live_…, `sandbox` tm_test_…; by default the mode of the key that asks. */
  @IsOptional()
  @IsIn(['live', 'sandbox'])
  readonly mode?: 'live' | 'sandbox' | null;

  /** What the key may do; `admin` includes all. */
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(SCOPES.length)
  @IsIn(SCOPES, { each: true })
  readonly scopes!: ScopeName[];
}

/** A key without its secret. */
export class KeyView {
  /** Public part of the key: the ten characters after its prefix. */
  readonly id!: string;
  readonly name!: string;
  readonly mode!: 'live' | 'sandbox';
  readonly scopes!: string[];
  /** ISO 8601 UTC. */
  readonly createdAt!: string;
  /** ISO 8601 UTC, at most a minute behind. */
  readonly lastUsedAt!: string | null;
  readonly revokedAt!: string | null;
}

/** A key at the only moment at which it can be read. */
export class NewKeyView extends KeyView {
  /** The whole key; it is not stored. */
  readonly key!: string;
}
