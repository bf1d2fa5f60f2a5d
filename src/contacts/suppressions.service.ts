import { Injectable } from '@nestjs/common';
import { parseEmail } from '../domain/email-address.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound, Unprocessable } from '../platform/http/domain-error.js';
import { suppress } from './suppressions.js';

/** A blocked address as the API shows it. */
export interface SuppressionView {
  readonly email: string;
  readonly reason: string;
  readonly createdAt: string;
}

/** Addresses to which nothing is sent. */
@Injectable()
export class SuppressionsService {
  constructor(
    private readonly requests: RequestDatabase,
    private readonly database: EngineDatabase,
  ) {}

  /** Throws NotFound. */
  async get(scope: Scope, email: string): Promise<SuppressionView> {
    const key = keyOf(email);
    const [row] = await this.requests.read(scope, (tx) =>
      tx.query<{ email: string; reason: string; created_at: Date }>(
        'SELECT email, reason, created_at FROM suppressions WHERE environment_id = $1 AND email_key = $2',
        [scope.environmentId, key],
      ),
    );
    if (!row) throw new NotFound('suppression');
    return { email: row.email, reason: row.reason, createdAt: row.created_at.toISOString() };
  }

  /** Blocks an address by hand; one that is blocked already keeps its reason. */
  async put(scope: Scope, email: string): Promise<SuppressionView> {
    keyOf(email);
    await suppress(this.database, { environmentId: scope.environmentId, email, reason: 'manual' });
    return this.get(scope, email);
  }

  /** Lets an address be written to again. Throws NotFound. */
  async remove(scope: Scope, email: string): Promise<void> {
    const removed = await this.database.query(
      'DELETE FROM suppressions WHERE environment_id = $1 AND email_key = $2 RETURNING email_key',
      [scope.environmentId, keyOf(email)],
    );
    if (removed.length === 0) throw new NotFound('suppression');
  }
}

function keyOf(email: string): string {
  const address = parseEmail(email);
  if (!address.ok) throw new Unprocessable('invalid_email', address.detail);
  return address.key;
}
