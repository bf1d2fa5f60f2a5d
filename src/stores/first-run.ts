import { Injectable } from '@nestjs/common';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Env } from '../platform/config/env.js';
import { makeDataDir } from '../platform/data-dir.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import type { Sql } from '../platform/database/sql.js';
import { logger } from '../platform/logging/logger.js';
import { createStore } from './create-store.js';
import { insertKey } from './keys.service.js';
import { StarterContent } from './starter-content.js';

const STORE = 'default';
const KEY_NAMES = { live: 'first run (live)', sandbox: 'first run (sandbox)' } as const;
/** Any number of our own: two processes that start at once take turns. */
const LOCK = '8390327082911688';

/** What first-run.json holds. */
export interface FirstRunResult {
  readonly url: string;
  readonly store: string;
  readonly liveKey: string;
  readonly testKey: string;
  readonly consoleUrl: string;
}

/** Makes the first store of an empty database; later starts only refresh where the service answers. */
@Injectable()
export class FirstRun {
  private readonly log = logger(FirstRun.name);

  constructor(
    private readonly env: Env,
    private readonly database: EngineDatabase,
    private readonly content: StarterContent,
  ) {}

  /**
   * Answers what was made, or null when it was all there. A start that was killed half-way leaves no completion mark, so
   * the next one repeats it all and makes new keys, as the secrets of the old ones are lost.
   */
  async ensure(url: string): Promise<FirstRunResult | null> {
    return this.database.transaction(async (tx) => {
      await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0'); // it idles while presets are compiled
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      if ((await tx.query(`SELECT 1 FROM installation WHERE key = 'first_run'`)).length > 0) {
        await this.refresh(url);
        return null;
      }
      // In transactions of its own, as presets are installed through other services; the completion mark is what counts.
      const { storeId, sandboxId } = await this.database.transaction((own) => createStore(own, STORE, 'Default store'));
      await this.content.installAll(storeId);
      await this.content.publishFive({ storeId, environmentId: sandboxId });
      return this.complete(tx, storeId, url);
    });
  }

  private async complete(tx: Sql, storeId: string, url: string): Promise<FirstRunResult> {
    await tx.query('DELETE FROM api_keys WHERE store_id = $1 AND name = ANY($2)', [storeId, Object.values(KEY_NAMES)]);
    const key = async (mode: 'live' | 'sandbox') =>
      (await insertKey(tx, { storeId, mode, name: KEY_NAMES[mode], scopes: ['admin'] })).key;
    const result = {
      url,
      store: STORE,
      liveKey: await key('live'),
      testKey: await key('sandbox'),
      consoleUrl: `${url}/console`,
    };
    // Before the commit: a file with keys that the database does not know is written anew, keys without a file are lost.
    await this.write(result);
    await tx.query(`INSERT INTO installation (key, value) VALUES ('first_run', $1::jsonb)`, [
      JSON.stringify({ store: STORE }),
    ]);
    return result;
  }

  /** A process that shares the database from another directory has no such file: there is nothing to refresh. */
  private async refresh(url: string): Promise<void> {
    const text = await fs.readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    const kept = text === null ? null : this.parsed(text);
    if (kept && kept.url !== url) await this.write({ ...kept, url, consoleUrl: `${url}/console` });
  }

  /** The file is for people, the service lives without it: one that was damaged or edited stays as it is. */
  private parsed(text: string): FirstRunResult | null {
    try {
      return JSON.parse(text) as FirstRunResult;
    } catch {
      // Without the error: it quotes the file, which holds keys.
      this.log.warn(`${this.file} is no JSON and stays as it is; npm run cli -- keys create makes new keys`, {
        event: 'first_run.file_damaged',
      });
      return null;
    }
  }

  private async write(result: FirstRunResult): Promise<void> {
    await makeDataDir(this.env.DATA_DIR);
    const draft = `${this.file}.${process.pid}`;
    await fs.writeFile(draft, `${JSON.stringify(result, null, 2)}\n`, { mode: 0o600, flush: true });
    await fs.rename(draft, this.file);
  }

  private get file(): string {
    return path.join(this.env.DATA_DIR, 'first-run.json');
  }
}
