import { ApiProperty } from '@nestjs/swagger';

/** A test letter. */
export class TestLetterView {
  @ApiProperty({ format: 'uuid', description: 'Of the message: GET /v1/messages/{id} shows it.' })
  readonly id!: string;
  /** The address as it was given, its domain in small letters. */
  readonly to!: string;
  /** `accepted` by the provider, or what else became of it; it is not tried again. */
  readonly state!: 'accepted' | 'skipped' | 'rejected' | 'failed' | 'unresolved';
  /** Why it did not go out: `suppressed`, `not_allowed_yet`, or the provider's code; null where there is nothing to say. */
  readonly reason!: string | null;
}

/** What became of each test letter, in the order of the addresses. */
export class TestSendView {
  /** One an address. */
  readonly messages!: TestLetterView[];
}
