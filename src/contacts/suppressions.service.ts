import { Injectable } from '@nestjs/common';
import { parseEmail } from '../domain/email-address.js';
import { BlindKeys } from '../platform/blind-keys.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound, Unprocessable } from '../platform/http/domain-error.js';
import { findSuppression, suppress } from './suppressions.js';

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
    private readonly blind: BlindKeys,
  ) {}

  /** Also finds the address of somebody who was erased. Throws NotFound. */
  async get(scope: Scope, email: string): Promise<SuppressionView> {
    const address = addressOf(email);
    const found = await this.requests.read(scope, (tx) =>
      findSuppression(tx, scope.environmentId, address.key, this.blind),
    );
    if (!found) throw new NotFound('suppression');
    const { reason, created_at: at } = found;
    return { email: found.email ?? address.email, reason, createdAt: at.toISOString() };
  }

  /** Blocks an address by hand; one that is blocked already keeps its reason. */
  async put(scope: Scope, email: string): Promise<SuppressionView> {
    const { environmentId } = scope;
    // Somebody who was erased stays without an address here.
    if (!(await findSuppression(this.database, environmentId, addressOf(email).key, this.blind)))
      await suppress(this.database, { environmentId, email, reason: 'manual' });
    return this.get(scope, email);
  }

  /** Lets an address be written to again. Throws NotFound. */
  async remove(scope: Scope, email: string): Promise<void> {
    const { key } = addressOf(email);
    const removed = await this.database.query(
      'DELETE FROM suppressions WHERE environment_id = $1 AND email_key = ANY ($2) RETURNING email_key',
      [scope.environmentId, [key, this.blind.of(key)]],
    );
    if (removed.length === 0) throw new NotFound('suppression');
  }
}

function addressOf(email: string): { readonly email: string; readonly key: string } {
  const address = parseEmail(email);
  if (!address.ok) throw new Unprocessable('invalid_email', address.detail);
  return address;
}
