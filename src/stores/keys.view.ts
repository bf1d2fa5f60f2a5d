import { ApiProperty } from '@nestjs/swagger';
import { SCOPES } from '../platform/http/auth.js';
import { Instant } from '../platform/http/described.js';

/** A key without its secret. */
export class KeyView {
  /** Public part of the key: the ten characters after its prefix. */
  readonly id!: string;
  /** For people, to tell keys apart. */
  readonly name!: string;
  /** `live`: a key tm_live_…; `sandbox`: tm_test_…. */
  readonly mode!: 'live' | 'sandbox';
  /** What the key may do; `admin` includes all. */
  @ApiProperty({ enum: SCOPES, isArray: true })
  readonly scopes!: string[];
  /** When it was made. */
  @Instant()
  readonly createdAt!: string;
  /** When it was used last, at most a minute behind; null: never. */
  @Instant()
  readonly lastUsedAt!: string | null;
  /** Since when it is refused; null while it is in force. */
  @Instant()
  readonly revokedAt!: string | null;
}

/** A key at the only moment at which it can be read. */
export class NewKeyView extends KeyView {
  /** The whole key; it is not stored. */
  readonly key!: string;
}
