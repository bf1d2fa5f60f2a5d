import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import { fits, parseToken } from './connector-secret.js';
import { verificationKey } from './sendgrid-signature.js';

/** Whose letters a report is about, and who reports. */
export interface Reporter {
  readonly environmentId: string;
  readonly connectorId: string;
}

/** A SendGrid webhook, with the key of its signatures and the database's time. */
export interface SendGridConnector {
  readonly reporter: Reporter;
  readonly key: KeyObject;
  readonly now: Date;
}

interface ConnectorRow {
  readonly environment_id: string;
  readonly public_key: string | null;
  readonly secret_hash: Buffer | null;
  readonly now: Date;
}

/** Finds the connector of a report; asked anew each time, so that a removed one is refused at once. */
@Injectable()
export class ConnectorDirectory {
  constructor(private readonly database: EngineDatabase) {}

  /** The SendGrid webhook at this path, null when there is none. */
  async sendGrid(connectorId: string): Promise<SendGridConnector | null> {
    const row = await this.row(connectorId);
    const key = row?.public_key ? verificationKey(row.public_key) : null;
    return row && key && { reporter: { environmentId: row.environment_id, connectorId }, key, now: row.now };
  }

  /** The reader of bounces whose `Authorization` header this is; null for any other. */
  async bounces(authorization: string | undefined): Promise<Reporter | null> {
    const [, bearer = ''] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    const token = parseToken(bearer);
    const row = token && (await this.row(token.connectorId));
    if (!token || !row?.secret_hash || !fits(token.secret, row.secret_hash)) return null;
    return { environmentId: row.environment_id, connectorId: token.connectorId };
  }

  private async row(connectorId: string): Promise<ConnectorRow | null> {
    if (!isUuid(connectorId)) return null;
    const [row] = await this.database.query<ConnectorRow>(
      'SELECT environment_id, public_key, secret_hash, clock_timestamp() AS now FROM connectors WHERE id = $1',
      [connectorId],
    );
    return row ?? null;
  }
}
