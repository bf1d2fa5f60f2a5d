import { Injectable } from '@nestjs/common';
import { parseEmail } from '../domain/email-address.js';
import { BlindKeys } from '../platform/blind-keys.js';
import { environmentNow } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound, Unprocessable } from '../platform/http/domain-error.js';
import type { SuppressionView } from './suppression.view.js';
import { findSuppression, type Suppression } from './suppressions.js';

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
    return viewOf(found, address.email);
  }

  /** Blocks an address by hand; one that is blocked already keeps its reason. Answers what it wrote or found, whoever lifts it meanwhile. */
  async put({ environmentId }: Scope, email: string): Promise<SuppressionView> {
    const address = addressOf(email);
    // Somebody who was erased stays without an address here.
    const known = await findSuppression(this.database, environmentId, address.key, this.blind);
    return viewOf(known ?? (await this.block(environmentId, address)), address.email);
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

  /** What somebody else wrote meanwhile stays: the row is only locked, so that it can be answered. */
  private async block(environmentId: string, { key, email }: Address): Promise<Suppression> {
    const [row] = await this.database.query<Suppression & Record<string, unknown>>(
      `INSERT INTO suppressions AS s (environment_id, email_key, email, reason, created_at)
       VALUES ($1, $2, $3, 'manual', ${environmentNow('$1')})
       ON CONFLICT (environment_id, email_key) DO UPDATE SET reason = s.reason RETURNING email, reason, created_at`,
      [environmentId, key, email],
    );
    return row!;
  }
}

interface Address {
  readonly email: string;
  readonly key: string;
}

function addressOf(email: string): Address {
  const address = parseEmail(email);
  if (!address.ok) throw new Unprocessable('invalid_email', address.detail);
  return address;
}

function viewOf({ email, reason, created_at: at }: Suppression, asked: string): SuppressionView {
  return { email: email ?? asked, reason, createdAt: at.toISOString() };
}
