import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Sql } from '../platform/database/sql.js';
import { fullSettings } from './merge-settings.js';
import type { StoreSettings } from './store-settings.js';

const CACHED_MS = 5_000;
const CACHED_STORES = 10_000;

/** A store's settings for the engine: cached by id for up to 5 seconds. */
@Injectable()
export class StoresService {
  private readonly cache = new LRUCache<string, StoreSettings>({ max: CACHED_STORES, ttl: CACHED_MS });

  /** Settings by store id; an unknown id is absent. */
  async settingsOf(tx: Sql, storeIds: readonly string[]): Promise<Map<string, StoreSettings>> {
    const found = new Map<string, StoreSettings>();
    const missing = new Set<string>();
    for (const id of storeIds) {
      const cached = this.cache.get(id);
      if (cached) found.set(id, cached);
      else missing.add(id);
    }
    if (missing.size === 0) return found;
    const rows = await tx.query<{ id: string; name: string; settings: Partial<StoreSettings> }>(
      'SELECT id, name, settings FROM stores WHERE id = ANY($1::uuid[])',
      [[...missing]],
    );
    for (const row of rows) {
      const settings = fullSettings(row.name, row.settings);
      this.cache.set(row.id, settings);
      found.set(row.id, settings);
    }
    return found;
  }

  /** Forgets what is cached of a store whose settings were just changed in this process. */
  forget(storeId: string): void {
    this.cache.delete(storeId);
  }
}
