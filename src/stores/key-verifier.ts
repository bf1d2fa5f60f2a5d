import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { timingSafeEqual } from 'node:crypto';
import { atMost } from '../platform/at-most.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { type Caller, KeyVerifier } from '../platform/http/auth.js';
import { Unavailable } from '../platform/http/domain-error.js';
import { logger } from '../platform/logging/logger.js';
import { type ApiKey, hashSecret, parseApiKey } from './api-key.js';

/** A revoked key is refused after this long at the latest. */
const CACHED_MS = 10_000;
const CACHED_KEYS = 10_000;
const USED_EVERY_MS = 60_000;
/** A storefront gets its answer within five seconds, also from a slow database; the rest of them is ingest's. */
const LOOK_UP_MS = 1_500;
/** Compared against when there is no such key, so that an unknown id takes as long as a wrong secret. */
const NO_HASH = Buffer.alloc(32);

interface Known {
  readonly hash: Buffer;
  readonly caller: Caller;
}

interface KeyRow {
  readonly secret_hash: Buffer;
  readonly store_id: string;
  readonly environment_id: string;
  readonly mode: 'live' | 'sandbox';
  readonly clock: 'real' | 'virtual';
  readonly scopes: string[];
}

/** Verifies keys against the database, cached by id for up to 10 seconds. */
@Injectable()
export class StoredKeyVerifier extends KeyVerifier {
  private readonly log = logger(StoredKeyVerifier.name);
  /** An id that does not exist is cached as null: guessing ids must not become a load on the database. */
  private readonly cache: LRUCache<string, { readonly known: Known | null }>;
  private readonly loading = new Map<string, Promise<Known | null>>();
  /** How often a key was forgotten: what was read before that may be the row as it was. */
  private forgotten = 0;
  private readonly used = new LRUCache<string, number>({ max: CACHED_KEYS });

  constructor(
    private readonly database: EngineDatabase,
    private readonly clock: ProcessClock,
  ) {
    super();
    this.cache = new LRUCache({
      max: CACHED_KEYS,
      ttl: CACHED_MS,
      ttlResolution: 0,
      perf: { now: () => clock.monotonicMs() },
    });
  }

  verify(text: string): Caller | null | Promise<Caller | null> {
    const key = parseApiKey(text);
    if (!key) return null;
    const cached = this.cache.get(key.id);
    return cached ? this.check(key, cached.known) : this.load(key.id).then((known) => this.check(key, known));
  }

  isFamiliar(text: string): boolean {
    const key = parseApiKey(text);
    return key !== null && this.used.has(key.id);
  }

  /** Forgets a key that this process just revoked, and what look-ups under way bring of it. */
  forget(id: string): void {
    this.forgotten++;
    this.loading.delete(id);
    this.cache.delete(id);
  }

  private check(key: ApiKey, known: Known | null): Caller | null {
    const same = timingSafeEqual(hashSecret(key.secret), known?.hash ?? NO_HASH);
    if (!same || !known || known.caller.mode !== key.mode) return null;
    this.noteUse(key.id);
    return known.caller;
  }

  private load(id: string): Promise<Known | null> {
    const under = this.loading.get(id);
    if (under) return under;
    const loading = atMost(this.read(id), LOOK_UP_MS, tooSlow).finally(() => this.loading.delete(id));
    this.loading.set(id, loading);
    return loading;
  }

  private async read(id: string): Promise<Known | null> {
    const { forgotten } = this;
    const [row] = await this.database.query<KeyRow>(
      `SELECT k.secret_hash, k.store_id, k.environment_id, e.mode, e.clock, k.scopes
       FROM api_keys k JOIN environments e ON e.id = k.environment_id WHERE k.id = $1 AND k.revoked_at IS NULL`,
      [id],
    );
    const known = row ? { hash: row.secret_hash, caller: callerOf(id, row) } : null;
    if (forgotten === this.forgotten) this.cache.set(id, { known });
    return known;
  }

  /** At most once a minute a key and process, and never awaited: a lost note costs nothing. */
  private noteUse(id: string): void {
    const now = this.clock.monotonicMs();
    if (now - (this.used.get(id) ?? -Infinity) < USED_EVERY_MS) return;
    this.used.set(id, now);
    this.database
      .query('UPDATE api_keys SET last_used_at = clock_timestamp() WHERE id = $1', [id])
      .catch((error: Error) =>
        this.log.warn('the use of a key was not noted', { event: 'key.use_lost', key: id, reason: error.message }),
      );
  }
}

function tooSlow(): Unavailable {
  return new Unavailable('the key could not be looked up in time', 1);
}

function callerOf(id: string, row: KeyRow): Caller {
  return {
    storeId: row.store_id,
    environmentId: row.environment_id,
    mode: row.mode,
    clock: row.clock,
    keyId: id,
    scopes: row.scopes,
  };
}
