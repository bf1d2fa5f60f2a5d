import { Injectable } from '@nestjs/common';
import { parseEmail } from '../domain/email-address.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound, Unprocessable } from '../platform/http/domain-error.js';
import { SuppressionEntity } from './suppression.entity.js';
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
    const emailKey = keyOf(email);
    const found = await this.requests.run(scope, (manager) =>
      manager.findOneBy(SuppressionEntity, { environmentId: scope.environmentId, emailKey }),
    );
    if (!found) throw new NotFound('suppression');
    return { email: found.email, reason: found.reason, createdAt: found.createdAt.toISOString() };
  }

  /** Blocks an address by hand; one that is blocked already keeps its reason. */
  async put(scope: Scope, email: string): Promise<SuppressionView> {
    keyOf(email);
    await suppress(this.database, { environmentId: scope.environmentId, email, reason: 'manual' });
    return this.get(scope, email);
  }

  /** Lets an address be written to again. Throws NotFound. */
  async remove(scope: Scope, email: string): Promise<void> {
    const emailKey = keyOf(email);
    const { affected } = await this.requests.run(scope, (manager) =>
      manager.delete(SuppressionEntity, { environmentId: scope.environmentId, emailKey }),
    );
    if (!affected) throw new NotFound('suppression');
  }
}

function keyOf(email: string): string {
  const address = parseEmail(email);
  if (!address.ok) throw new Unprocessable('invalid_email', address.detail);
  return address.key;
}
