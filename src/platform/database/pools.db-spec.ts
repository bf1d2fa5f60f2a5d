import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { migratedDatabase, type TestDatabase } from '../../../test/support/database.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import { onServer } from '../../../test/support/template-database.js';
import { givesUpAfter } from './connection.js';
import { lostConnections, makePool } from './pools.js';
import { requestDataSource } from './request-data-source.js';

const SOON_S = 0.1;
const SESSION = `SELECT '2026-02-01T00:00:00Z'::timestamptz AS at, current_setting('transaction_isolation') AS isolation,
  current_setting('lock_timeout') AS waits, current_setting('idle_session_timeout') AS stays, current_user AS role`;

describe('a connection of a pool', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let url: string;

  beforeAll(async () => {
    database = await migratedDatabase();
    ({ proxy, url } = await TcpProxy.before(database.url));
  });
  afterAll(async () => {
    await proxy.close();
    await database.close();
  });

  it('is not handed out again when an answer never came, whoever asked', async () => {
    const pool = makePool(url, null, 1, givesUpAfter(SOON_S));
    const client = await pool.connect();
    proxy.blackhole();
    await expect(client.query('SELECT 1')).rejects.toThrow('Query read timeout');
    proxy.restore();
    client.release();
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it('tells whoever keeps it that it is of no use any more', async () => {
    const pool = makePool(url, null, 1, givesUpAfter(SOON_S));
    const client = await pool.connect();
    const broke = new Promise((resolve) => client.once('error', resolve));
    proxy.blackhole();
    await expect(client.query('LISTEN anything')).rejects.toThrow('Query read timeout');
    proxy.restore();
    expect(await broke).toMatchObject({ message: 'Query read timeout' });
    client.release(true);
    await pool.end();
  });

  it('may break between two statements of whoever has it without ending the process', async () => {
    const pool = makePool(url, null, 1);
    const client = await pool.connect();
    const ended = new Promise((resolve) => client.once('end', resolve));
    proxy.cut();
    await ended;
    await expect(client.query('SELECT 1')).rejects.toThrow('not queryable');
    client.release(true);
    await pool.end();
  });

  it('that never answered is not met a second time by the API', async () => {
    const source = await new DataSource(requestDataSource(url, SOON_S) as DataSourceOptions).initialize();
    const asked = source.transaction(async (manager) => {
      await manager.query('SELECT 1');
      proxy.blackhole();
      await manager.query('SELECT 2');
    });
    await expect(asked).rejects.toThrow('Query read timeout');
    proxy.restore();
    expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await source.destroy();
  });

  it('to a server that takes no writing, a standby after a fail-over, is not met a second time by the API', async () => {
    const source = await new DataSource(requestDataSource(database.url) as DataSourceOptions).initialize();
    const write = () => source.transaction((manager) => manager.query('UPDATE stores SET name = name'));
    await source.query('SET default_transaction_read_only = on');
    await expect(write()).rejects.toMatchObject({ driverError: { code: '25006' } });
    await write();
    await source.destroy();
  });

  it('is what the service needs, whatever the database sets for sessions of others', async () => {
    const own = await migratedDatabase();
    for (const setting of [
      `default_transaction_isolation = 'repeatable read'`,
      `datestyle = 'SQL, DMY'`,
      `lock_timeout = '7ms'`,
      `idle_session_timeout = '1h'`,
    ])
      await onServer(own.url, `ALTER DATABASE ${new URL(own.url).pathname.slice(1)} SET ${setting}`);
    const pool = makePool(own.url, 'touchmap_engine', 1);
    const source = await new DataSource(requestDataSource(own.url) as DataSourceOptions).initialize();
    const needed = [
      {
        at: new Date('2026-02-01T00:00:00Z'),
        isolation: 'read committed',
        waits: '0',
        stays: '0',
        role: 'touchmap_engine',
      },
    ];
    expect((await pool.query(SESSION)).rows).toEqual(needed);
    expect(await source.query(SESSION)).toEqual([{ ...needed[0], role: 'touchmap_request' }]);
    await Promise.all([pool.end(), source.destroy()]);
    await own.close();
  });

  it('that breaks again and again, as of a standby that refuses every statement, is a line now and then', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const hear = lostConnections('DatabasePool');
    for (let i = 0; i < 3; i++) hear(new Error('cannot execute UPDATE in a read-only transaction'));
    hear(new Error('terminating connection due to administrator command'));
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });
});
