import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { isInstant } from '../domain/written-instant.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { requestSql } from '../platform/database/request-sql.js';
import type { Sql } from '../platform/database/sql.js';
import { Conflict, Forbidden, NotFound } from '../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery, unknownCursor } from '../platform/http/pages.js';
import { formatApiKey, hashSecret, newApiKey } from './api-key.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { EnvironmentEntity } from './environment.entity.js';
import { StoredKeyVerifier } from './key-verifier.js';
import type { CreateKeyDto } from './keys.dto.js';
import type { KeyView, NewKeyView } from './keys.view.js';

/** To the millisecond, as cursors carry it: a row's microseconds would let a page skip its neighbours. */
const CREATED = `date_trunc('milliseconds', k.created_at)`;

/** What a key is made of, for whoever makes one without a request. */
export interface KeyWanted {
  readonly storeId: string;
  readonly mode: 'live' | 'sandbox';
  readonly name: string;
  readonly scopes: readonly string[];
}

/** Makes, lists and revokes the API keys of a store. */
@Injectable()
export class KeysService {
  constructor(
    private readonly database: RequestDatabase,
    private readonly verifier: StoredKeyVerifier,
  ) {}

  /** The store's keys of both modes, newest first, revoked ones included. */
  list(scope: Scope, page: PageQuery): Promise<PageOf<KeyView>> {
    const { limit, after } = page;
    if (after && !isInstant(after[0])) throw unknownCursor();
    return this.database.run(scope, async (manager) => {
      const query = manager
        .createQueryBuilder(ApiKeyEntity, 'k')
        .orderBy(CREATED, 'DESC')
        .addOrderBy('k.id', 'DESC')
        .limit(limit + 1);
      if (after)
        query.where(`(${CREATED}, k.id) < (:at::timestamptz, :id)`, { at: String(after[0]), id: String(after[1]) });
      const [rows, modes] = [await query.getMany(), await modesOf(manager)];
      return pageOf(
        rows,
        page,
        (row) => [row.createdAt.toISOString(), row.id],
        (row) => viewOf(row, modes),
      );
    });
  }

  /** Makes a key of the caller's store; its text is answered once and stored nowhere. Throws Forbidden `live_key_needed`. */
  create(scope: Scope, dto: CreateKeyDto): Promise<NewKeyView> {
    return this.database.run(scope, async (manager) => {
      const modes = await modesOf(manager);
      const mode = dto.mode ?? modes.get(scope.environmentId)!;
      refuseLive(scope, mode, modes);
      const made = await insertKey(requestSql(manager), {
        storeId: scope.storeId,
        mode,
        name: dto.name,
        scopes: dto.scopes,
      });
      const row = await manager.findOneByOrFail(ApiKeyEntity, { id: made.id });
      return { ...viewOf(row, modes), key: made.key };
    });
  }

  /**
   * Revokes a key: refused at once here, within 10 seconds by other processes. A key cannot revoke itself. Throws NotFound, Forbidden
   * `live_key_needed`.
   */
  async revoke(scope: Scope, id: string, callersKeyId: string): Promise<void> {
    if (id === callersKeyId) throw new Conflict('own_key', 'a key cannot revoke itself; use another one');
    await this.database.run(scope, async (manager) => {
      const key = await manager.findOneBy(ApiKeyEntity, { id });
      if (!key) throw new NotFound('key');
      const modes = await modesOf(manager);
      refuseLive(scope, modes.get(key.environmentId)!, modes);
      await manager
        .createQueryBuilder()
        .update(ApiKeyEntity)
        .set({ revokedAt: () => 'coalesce(revoked_at, clock_timestamp())' })
        .where({ id })
        .execute();
    });
    this.verifier.forget(id);
  }
}

/** Writes a new key and answers its text, once. */
export async function insertKey(
  sql: Sql,
  { storeId, mode, name, scopes }: KeyWanted,
): Promise<{ readonly id: string; readonly key: string }> {
  const key = newApiKey(mode);
  const made = await sql.query(
    `INSERT INTO api_keys (id, store_id, environment_id, secret_hash, name, scopes)
     SELECT $1, store_id, id, $4, $5, $6 FROM environments WHERE store_id = $2 AND mode = $3 RETURNING id`,
    [key.id, storeId, mode, hashSecret(key.secret), name, scopes],
  );
  if (made.length === 0) throw new NotFound('store');
  return { id: key.id, key: formatApiKey(key) };
}

/** Whoever holds a test key, a developer or a test machine, gets no further than the sandbox by it. */
function refuseLive(scope: Scope, mode: 'live' | 'sandbox', modes: ReadonlyMap<string, 'live' | 'sandbox'>): void {
  if (mode === 'live' && modes.get(scope.environmentId) !== 'live')
    throw new Forbidden('live_key_needed', 'a test key may make and revoke test keys only; use a live one');
}

async function modesOf(manager: EntityManager): Promise<ReadonlyMap<string, 'live' | 'sandbox'>> {
  return new Map((await manager.find(EnvironmentEntity)).map(({ id, mode }) => [id, mode]));
}

function viewOf(row: ApiKeyEntity, modes: ReadonlyMap<string, 'live' | 'sandbox'>): KeyView {
  return {
    id: row.id,
    name: row.name,
    mode: modes.get(row.environmentId)!,
    scopes: row.scopes,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
