import { Injectable } from '@nestjs/common';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { logger } from '../platform/logging/logger.js';
import { Transports } from './transports/transports.js';

/** Where a process tells the others what it has learned of a store's provider. Never awaited, never throws. */
export abstract class ProviderStates {
  /** Everything is refused; asked again after `forMs`. */
  abstract refused(storeId: string, forMs: number): void;
  /** A letter went out again. */
  abstract recovered(storeId: string): void;
  /** The provider asked for a pause. */
  abstract paused(storeId: string, forMs: number): void;
}

/** Told through the store's row. Should the database be away, the process itself still knows, and the next answer tells again. */
@Injectable()
export class SqlProviderStates extends ProviderStates {
  private readonly log = logger(SqlProviderStates.name);

  constructor(
    private readonly db: EngineDatabase,
    private readonly transports: Transports,
  ) {
    super();
  }

  refused(storeId: string, forMs: number): void {
    this.tell(REFUSED, [storeId, this.provider, forMs]);
  }

  recovered(storeId: string): void {
    this.tell(RECOVERED, [storeId, this.provider]);
  }

  paused(storeId: string, forMs: number): void {
    this.tell(PAUSED, [storeId, this.provider, forMs]);
  }

  private get provider(): string {
    return this.transports.of('real').transport.name;
  }

  private tell(statement: string, values: readonly unknown[]): void {
    void this.db.query(statement, values).catch((error: unknown) => {
      this.log.warn('other processes were not told of a provider', {
        event: 'delivery.provider_state_lost',
        reason: error instanceof Error ? error.message : 'unknown',
      });
    });
  }
}

const REFUSED = `
INSERT INTO store_providers AS p (store_id, provider, circuit_since, circuit_until)
SELECT $1, $2, now.at, now.at + make_interval(secs => $3 / 1000.0) FROM (SELECT clock_timestamp() AS at) AS now
ON CONFLICT (store_id, provider) DO UPDATE
SET circuit_since = coalesce(p.circuit_since, excluded.circuit_since), circuit_until = excluded.circuit_until`;

const RECOVERED = `
UPDATE store_providers SET circuit_since = NULL, circuit_until = NULL
WHERE store_id = $1 AND provider = $2 AND circuit_since IS NOT NULL`;

const PAUSED = `
INSERT INTO store_providers AS p (store_id, provider, paused_until)
VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3 / 1000.0))
ON CONFLICT (store_id, provider) DO UPDATE SET paused_until = greatest(p.paused_until, excluded.paused_until)`;
