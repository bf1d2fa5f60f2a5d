import { Injectable } from '@nestjs/common';
import type { Lane } from '../platform/clock/lane.js';
import type { Sql } from '../platform/database/sql.js';
import { NotFound } from '../platform/http/domain-error.js';

/** A store's live or sandbox side. */
export interface Environment {
  readonly id: string;
  readonly storeId: string;
  readonly mode: 'live' | 'sandbox';
  readonly clock: 'real' | 'virtual';
  /** Where the sandbox's clock stands; null for live. */
  readonly virtualNow: Date | null;
}

/** Reads environments and their clocks. */
@Injectable()
export class EnvironmentsService {
  /** The environment as it stands now; throws NotFound. */
  async environment(tx: Sql, environmentId: string): Promise<Environment> {
    const [row] = await tx.query<{
      id: string;
      store_id: string;
      mode: 'live' | 'sandbox';
      clock: 'real' | 'virtual';
      virtual_now: Date | null;
    }>('SELECT id, store_id, mode, clock, virtual_now FROM environments WHERE id = $1', [environmentId]);
    if (!row) throw new NotFound('environment');
    return { id: row.id, storeId: row.store_id, mode: row.mode, clock: row.clock, virtualNow: row.virtual_now };
  }

  /** The lane in which work of this environment runs now; a virtual lane is fixed at the clock's present instant. */
  async lane(tx: Sql, environmentId: string): Promise<Lane> {
    const { clock, virtualNow } = await this.environment(tx, environmentId);
    return clock === 'virtual' && virtualNow ? { clock, environmentId, now: virtualNow } : { clock: 'real' };
  }
}
