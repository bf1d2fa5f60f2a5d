import { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { BLIND_KEYS } from '../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import type { EngineDatabase } from '../platform/database/engine-database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { SuppressionList } from './import/suppression-list.js';
import { suppress } from './suppressions.js';
import { SuppressionsService } from './suppressions.service.js';

const ANNA = 'anna@example.com';

describe('a store that blocks an address', () => {
  let db: TestDatabase;
  let source: DataSource;
  let suppressions: SuppressionsService;
  let scope: Scope;

  beforeAll(async () => {
    db = await migratedDatabase();
    source = await new DataSource(requestDataSource(db.url) as never).initialize();
    suppressions = new SuppressionsService(new RequestDatabase(source), db.engine, BLIND_KEYS);
  });
  afterAll(async () => {
    await source.destroy();
    await db.close();
  });
  beforeEach(async () => {
    const { storeId, sandboxId } = await aStore(db.engine);
    scope = { storeId, environmentId: sandboxId };
  });

  it('may let it be written to again', async () => {
    await suppressions.put(scope, ANNA);
    await suppressions.remove(scope, 'Anna@example.com');
    await expect(suppressions.get(scope, ANNA)).rejects.toThrow(NotFound);
    await expect(suppressions.remove(scope, ANNA)).rejects.toThrow(NotFound);
    await expect(suppressions.get(scope, 'no address')).rejects.toMatchObject({ code: 'invalid_email' });
  });

  it('is told the first reason, the address as it was written then, and its environment’s time', async () => {
    const expected = { email: 'Anna@example.com', reason: 'manual', createdAt: '2026-11-21T09:00:00.000Z' };
    expect(await suppressions.put(scope, 'Anna@example.com')).toEqual(expected);
    await suppress(db.engine, { environmentId: scope.environmentId, email: ANNA, reason: 'complaint' }, BLIND_KEYS);
    for (const answer of [suppressions.put(scope, ANNA), suppressions.get(scope, ANNA)])
      expect(await answer).toEqual(expected);
  });

  it('has it blocked also while somebody lifts it at the same moment', async () => {
    const lifted = {
      query: async (statement: string, values: readonly unknown[]) => {
        const rows = await db.engine.query(statement, values);
        await db.engine.query('DELETE FROM suppressions WHERE environment_id = $1', [scope.environmentId]);
        return rows;
      },
    };
    const racing = new SuppressionsService(new RequestDatabase(source), lifted as EngineDatabase, BLIND_KEYS);
    expect(await racing.put(scope, ANNA)).toMatchObject({ email: ANNA, reason: 'manual' });
    await expect(suppressions.get(scope, ANNA)).rejects.toBeInstanceOf(NotFound);
  });

  it('tells nothing new of an erased person’s address, whatever is reported of it', async () => {
    const { environmentId } = scope;
    await db.engine.query(
      `INSERT INTO suppressions (environment_id, email_key, email, reason) VALUES ($1, $2, NULL, 'complaint')`,
      [environmentId, BLIND_KEYS.of(ANNA)],
    );
    await suppress(db.engine, { environmentId, email: 'Anna@example.com', reason: 'hard_bounce' }, BLIND_KEYS);
    const rows = await db.engine.query('SELECT email, reason FROM suppressions WHERE environment_id = $1', [
      environmentId,
    ]);
    expect(rows).toEqual([{ email: null, reason: 'complaint' }]);
  });

  describe('by a file', () => {
    const blocked = () =>
      db.engine.query('SELECT email, reason FROM suppressions WHERE environment_id = $1 ORDER BY email', [
        scope.environmentId,
      ]);
    const bring = (...rows: readonly string[]) => {
      const file = Buffer.from(['email,reason', ...rows].join('\r\n'));
      return new SuppressionList({} as never, db.engine, BLIND_KEYS).take(scope, Readable.from([file]));
    };

    it('leaves those as they are that are blocked already', async () => {
      expect(await bring(`${ANNA},complaint`, `${ANNA},hard_bounce`)).toMatchObject({ created: 1, updated: 1 });
      expect(await bring(`${ANNA},manual`)).toMatchObject({ created: 0, updated: 1 });
      expect(await blocked()).toEqual([{ email: ANNA, reason: 'complaint' }]);
    });

    it('gives that of an erased person no name again, nor another reason', async () => {
      await db.engine.query(
        `INSERT INTO suppressions (environment_id, email_key, email, reason) VALUES ($1, $2, NULL, 'complaint')`,
        [scope.environmentId, BLIND_KEYS.of(ANNA)],
      );
      expect(await bring('Anna@example.com,', 'boris@example.com,')).toMatchObject({ created: 1, updated: 1 });
      expect(await blocked()).toEqual([
        { email: 'boris@example.com', reason: 'manual' },
        { email: null, reason: 'complaint' },
      ]);
    });

    it('has all of them blocked, however many they are', async () => {
      const many = Array.from({ length: 1_001 }, (_, i) => `p${i}@example.com,`);
      expect(await bring(...many)).toMatchObject({ rows: 1_001, created: 1_001, rejected: 0 });
      expect(await blocked()).toHaveLength(1_001);
    });
  });
});
