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

/** A connector without its secret. */
export class ConnectorView {
  readonly id!: string;
  readonly kind!: ConnectorKind;
  readonly name!: string;
  /** Where reports are posted to, behind this service's public address. */
  readonly path!: string;
  /** The verification key of `sendgrid`; null for `bounces`. */
  readonly publicKey!: string | null;
  /** ISO 8601 UTC. */
  readonly createdAt!: string;
}

/** A connector at the only moment at which its secret can be read. */
export class NewConnectorView extends ConnectorView {
  /** The bearer token of `POST /hooks/bounces`, not stored; null for `sendgrid`, which signs. */
  readonly secret!: string | null;
}
