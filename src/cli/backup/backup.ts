import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { BoundedClient } from '../../platform/database/bounded-client.js';
import { UNHURRIED } from '../../platform/database/connection.js';
import { type BackupTable, backupTables, migrationsOf } from './tables.js';

const BATCH = 500;

/**
 * Writes every table as one snapshot into a gzip file of lines of JSON; answers the rows. One REPEATABLE READ transaction,
 * read through cursors: the service may go on meanwhile. Rows travel as PostgreSQL's own JSON text, so that no number is
 * rounded on the way. The file appears under its name when it is whole and on disk.
 */
export async function backupDatabase(url: string, file: string): Promise<number> {
  const client = new BoundedClient({
    connectionString: url,
    options: `${UNHURRIED} -c timezone=UTC -c role=touchmap_engine`,
  });
  await client.connect();
  const draft = `${file}.${process.pid}.part`;
  try {
    const tables = (await backupTables(client)).map(({ name }) => client.escapeIdentifier(name));
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // Before the snapshot is taken: a table that a migration writes anew behind it would look empty in it.
    await client.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS SHARE MODE`);
    const count = { rows: 0 };
    await pipeline(
      Readable.from(lines(client, count)),
      createGzip({ level: 6 }),
      createWriteStream(draft, { mode: 0o600, flush: true }),
    );
    await client.query('COMMIT');
    await fs.rename(draft, file);
    return count.rows;
  } catch (error) {
    await fs.rm(draft, { force: true });
    throw error;
  } finally {
    await client.end();
  }
}

/** A head, then each table's name and rows, then an end with the number of rows: a file without it is not whole. */
async function* lines(client: pg.Client, count: { rows: number }): AsyncGenerator<string> {
  const tables = await backupTables(client);
  yield `${JSON.stringify({ touchmap: 2, migrations: await migrationsOf(client) })}\n`;
  for (const table of tables) {
    yield `${JSON.stringify({ table: table.name })}\n`;
    yield* rowsOf(client, table, count);
  }
  yield `${JSON.stringify({ rows: count.rows })}\n`;
}

async function* rowsOf(
  client: pg.Client,
  { name, columns, json }: BackupTable,
  count: { rows: number },
): AsyncGenerator<string> {
  const list = columns.map((column) => {
    const quoted = client.escapeIdentifier(column);
    return json.includes(column) ? `t.${quoted}::text AS ${quoted}` : `t.${quoted}`;
  });
  await client.query(
    `DECLARE backup_rows NO SCROLL CURSOR FOR SELECT row_to_json(r)::text AS row
     FROM (SELECT ${list.join(', ')} FROM ${client.escapeIdentifier(name)} AS t) AS r`,
  );
  for (;;) {
    const { rows } = await client.query<{ row: string }>(`FETCH ${BATCH} FROM backup_rows`);
    if (rows.length === 0) break;
    count.rows += rows.length;
    yield rows.map(({ row }) => `${row}\n`).join('');
  }
  await client.query('CLOSE backup_rows');
}
