import { IsIn, IsOptional, IsString, Length } from 'class-validator';

export const CONNECTOR_KINDS = ['sendgrid', 'bounces'] as const;
export type ConnectorKind = (typeof CONNECTOR_KINDS)[number];

/** What a new connector shall be. */
export class CreateConnectorDto {
  /** `sendgrid`: its signed event webhook; `bounces`: whoever reads the bounce mailbox. */
  @IsIn(CONNECTOR_KINDS)
  readonly kind!: ConnectorKind;

  /** For people, to tell connectors apart. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  readonly name?: string | null;

  /** Needed for `sendgrid`: the verification key that SendGrid shows beside the webhook (base64). */
  @IsOptional()
  @IsString()
  @Length(1, 1_000)
  readonly publicKey?: string | null;
}
