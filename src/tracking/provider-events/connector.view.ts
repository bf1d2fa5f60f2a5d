import { ApiProperty } from '@nestjs/swagger';
import { Instant } from '../../platform/http/described.js';
import { CONNECTOR_KINDS, type ConnectorKind } from './connector.dto.js';

/** A connector without its secret. */
export class ConnectorView {
  @ApiProperty({ format: 'uuid', description: 'Part of the path that SendGrid posts to.' })
  readonly id!: string;
  /** `sendgrid`: its signed event webhook; `bounces`: whoever reads the bounce mailbox. */
  @ApiProperty({ enum: CONNECTOR_KINDS })
  readonly kind!: ConnectorKind;
  /** For people, to tell connectors apart; the kind unless a name was given. */
  readonly name!: string;
  /** Where reports are posted to, behind this service's public address. */
  readonly path!: string;
  /** The verification key of `sendgrid`, base64; null for `bounces`. */
  readonly publicKey!: string | null;
  /** When it was made. */
  @Instant()
  readonly createdAt!: string;
}

/** A connector at the only moment at which its secret can be read. */
export class NewConnectorView extends ConnectorView {
  /** The bearer token of `POST /hooks/bounces`, not stored; null for `sendgrid`, which signs. */
  readonly secret!: string | null;
}
