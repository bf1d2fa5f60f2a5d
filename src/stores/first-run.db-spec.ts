import { Logger } from '@nestjs/common';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { ProcessClock } from '../platform/clock/clock.js';
import { readEnv } from '../platform/config/read-env.js';
import { FirstRun, type FirstRunResult } from './first-run.js';
import { StoredKeyVerifier } from './key-verifier.js';
import { StarterContent } from './starter-content.js';

/** Notes what was installed; fails as often as told. */
class FakeContent extends StarterContent {
  readonly calls: string[] = [];

  constructor(private failures = 0) {
    super();
  }

  installAll(): Promise<void> {
    this.calls.push('install');
    return Promise.resolve();
  }

  publishFive(): Promise<void> {
    this.calls.push('publish');
    return this.failures-- > 0 ? Promise.reject(new Error('killed')) : Promise.resolve();
  }
}

describe('the first run', () => {
  let database: TestDatabase;
  let dir: string;

  beforeEach(async () => {
    database = await migratedDatabase();
    dir = await fs.mkdtemp(path.join(os.tmpdir(), 'touchmap-first-run-'));
  });
  afterEach(async () => {
    await database.close();
    await fs.rm(dir, { recursive: true });
  });

  const firstRun = (content: StarterContent) => new FirstRun(readEnv({ DATA_DIR: dir }), database.engine, content);
  const written = async () => JSON.parse(await fs.readFile(path.join(dir, 'first-run.json'), 'utf8')) as FirstRunResult;
  const verify = (key: string) => new StoredKeyVerifier(database.engine, new ProcessClock()).verify(key);

  it('makes a store with content and two keys that work, and writes them for its owner only', async () => {
    const content = new FakeContent();
    const result = await firstRun(content).ensure('http://localhost:1');
    expect(content.calls).toEqual(['install', 'publish']);
    expect(await written()).toEqual(result);
    expect((await fs.stat(path.join(dir, 'first-run.json'))).mode & 0o777).toBe(0o600);
    expect(await verify(result!.liveKey)).toMatchObject({ mode: 'live', scopes: ['admin'] });
    expect(await verify(result!.testKey)).toMatchObject({ mode: 'sandbox' });
  });

  it('later only says where the service answers now', async () => {
    const first = await firstRun(new FakeContent()).ensure('http://localhost:1');
    const content = new FakeContent();
    expect(await firstRun(content).ensure('http://localhost:2')).toBeNull();
    expect(content.calls).toEqual([]);
    expect(await written()).toEqual({ ...first, url: 'http://localhost:2', consoleUrl: 'http://localhost:2/console' });
  });

  it('leaves its file alone where the address is the same, and a damaged one stops no start', async () => {
    Logger.overrideLogger(false); // a damaged file is a warning for people to look at
    const file = path.join(dir, 'first-run.json');
    await firstRun(new FakeContent()).ensure('http://localhost:1');
    const made = await fs.stat(file);
    await firstRun(new FakeContent()).ensure('http://localhost:1');
    expect((await fs.stat(file)).ino).toBe(made.ino);
    await fs.truncate(file);
    expect(await firstRun(new FakeContent()).ensure('http://localhost:2')).toBeNull();
    expect(await fs.readFile(file, 'utf8')).toBe('');
  });

  it('is repaired by the next start when it was cut off', async () => {
    await expect(firstRun(new FakeContent(1)).ensure('http://localhost:1')).rejects.toThrow('killed');
    const result = await firstRun(new FakeContent()).ensure('http://localhost:1');
    expect(await verify(result!.testKey)).not.toBeNull();
    expect(await database.engine.query('SELECT key FROM stores')).toHaveLength(1);
    expect(await database.engine.query('SELECT id FROM api_keys')).toHaveLength(2);
  });

  it('is made once by two processes that start at the same moment', async () => {
    const results = await Promise.all([1, 2].map((n) => firstRun(new FakeContent()).ensure(`http://localhost:${n}`)));
    expect(results.filter((result) => result !== null)).toHaveLength(1);
    expect(await database.engine.query('SELECT id FROM api_keys')).toHaveLength(2);
  });
});
