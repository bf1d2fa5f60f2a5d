import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { startEmbeddedPostgres } from '../dist/platform/database/embedded/embedded-postgres.js';
import { freePort, Helper, ServiceProcess } from './child.mjs';
import { profileSettings } from './profile.mjs';

const DEFAULT_DIR = fileURLToPath(new URL('../.data', import.meta.url));
const BASE = 'bench_base';
/** One for all processes, as on several machines: databases are copies of one another. */
const SECRET_KEY = 'bench'.repeat(10);
const SCENARIO = 'abandoned-cart';

/**
 * Everything that figures are measured with: one embedded PostgreSQL with its usual durability, databases in which the
 * abandoned-cart preset is live, and the processes that use them.
 */
export class Workbench {
  #server;
  #admin;
  #children = [];
  #databases = [];
  #pools = new Map();
  #made = 0;

  /** @param {string} [parent] directory that gets a temporary one; by default where the service keeps its own database */
  static async open(parent = DEFAULT_DIR) {
    const bench = new Workbench();
    await mkdir(parent, { recursive: true });
    bench.root = await mkdtemp(path.join(parent, 'bench-'));
    await chmod(bench.root, 0o755); // PostgreSQL's account, when we are root
    try {
      bench.#server = await startEmbeddedPostgres({
        dir: bench.root,
        database: 'postgres',
        account: process.env.EMBEDDED_PG_USER,
        settings: profileSettings(),
        log: () => undefined,
      });
      bench.#admin = new pg.Pool({ connectionString: bench.#server.url, max: 2 });
      bench.#admin.on('error', () => undefined);
      bench.dir = bench.root;
      await bench.#prepareBase();
      return bench;
    } catch (error) {
      await bench.close();
      throw error;
    }
  }

  /** A fresh database in which abandoned-cart runs in live. */
  async database() {
    const name = `bench_${++this.#made}`;
    await this.sql(`CREATE DATABASE ${name} TEMPLATE ${BASE} STRATEGY file_copy`);
    this.#databases.push(name);
    return this.#urlOf(name);
  }

  /** A service process on this database. */
  async service(databaseUrl, env = {}) {
    const settings = {
      DATABASE_URL: databaseUrl,
      DATA_DIR: path.join(this.root, `data-${++this.#made}`),
      SECRET_KEY,
      ...env,
    };
    const service = await ServiceProcess.start(settings, await freePort());
    this.#children.push(service);
    return service;
  }

  /** A program of the bench; with a database it can open the application in its own process. */
  async helper(file, databaseUrl, env = {}) {
    const own = databaseUrl
      ? { DATABASE_URL: databaseUrl, DATA_DIR: path.join(this.root, `data-${++this.#made}`), SECRET_KEY, ROLES: 'api' }
      : {};
    const helper = await Helper.start(file, { ...own, PORT: String(await freePort()), ...env });
    this.#children.push(helper);
    return helper;
  }

  /** Runs a statement as the owner, in the given database or beside them all; answers its rows. */
  async sql(text, values = [], databaseUrl = undefined) {
    const pool = databaseUrl ? this.pool(databaseUrl) : this.#admin;
    return (await pool.query(text, values)).rows;
  }

  /** Connections as the owner, without limits on the time of statements. */
  pool(databaseUrl) {
    const known = this.#pools.get(databaseUrl);
    if (known) return known;
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 3 });
    pool.on('error', () => undefined);
    this.#pools.set(databaseUrl, pool);
    return pool;
  }

  /** Ends the processes of a figure and drops its databases. */
  async clear() {
    await Promise.all(this.#children.splice(0).map((child) => child.stop()));
    for (const pool of this.#pools.values()) await pool.end();
    this.#pools.clear();
    for (const name of this.#databases.splice(0)) await this.sql(`DROP DATABASE ${name} WITH (FORCE)`);
  }

  /** Leaves nothing behind. */
  async close() {
    await Promise.allSettled(this.#children.splice(0).map((child) => child.stop()));
    for (const pool of this.#pools.values()) await pool.end().catch(() => undefined);
    await this.#admin?.end().catch(() => undefined);
    await this.#server?.stop();
    // As root the cluster may lie elsewhere; its note tells where.
    const elsewhere = await readFile(path.join(this.root, 'postgres.location'), 'utf8').catch(() => '');
    if (elsewhere.trim())
      for (const suffix of ['', '.password']) await rm(elsewhere.trim() + suffix, { recursive: true, force: true });
    await rm(this.root, { recursive: true, force: true });
  }

  /** First run, the sender's settings, and the preset published in live, all over the API; later databases are copies. */
  async #prepareBase() {
    await this.sql(`CREATE DATABASE ${BASE}`);
    const dataDir = path.join(this.root, 'data-base');
    const service = await this.service(this.#urlOf(BASE), { DATA_DIR: dataDir, ROLES: 'api' });
    const { liveKey } = JSON.parse(await readFile(path.join(dataDir, 'first-run.json'), 'utf8'));
    this.authorization = `Bearer ${liveKey}`;
    const call = async (method, at, body) => {
      const headers = { authorization: this.authorization, ...(body ? { 'content-type': 'application/json' } : {}) };
      const answer = await fetch(service.url + at, { method, headers, body: body && JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    };
    await call('PATCH', '/v1/store', { postalAddress: 'Nordwind, Hafenstraße 1, 20457 Hamburg', currency: 'EUR' });
    for (const letter of ['reminder', 'follow-up']) await call('POST', `/v1/templates/${SCENARIO}/${letter}/publish`);
    await call('POST', `/v1/scenarios/${SCENARIO}/publish`);
    const [row] = await this.sql(`SELECT id, store_id FROM environments WHERE mode = 'live'`, [], this.#urlOf(BASE));
    this.environmentId = row.id;
    this.storeId = row.store_id;
    await this.clear();
  }

  #urlOf(name) {
    const url = new URL(this.#server.url);
    url.pathname = `/${name}`;
    return url.href;
  }
}
