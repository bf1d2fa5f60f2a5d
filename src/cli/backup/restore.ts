import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import { BoundedClient } from '../../platform/database/bounded-client.js';
import { UNHURRIED } from '../../platform/database/connection.js';
import { Unprocessable } from '../../platform/http/domain-error.js';
import { linesOf } from './lines-of.js';
import { type BackupTable, backupTables, migrationsOf } from './tables.js';

const BATCH = 500;

/**
 * Puts a backup into a migrated database without stores, whole or not at all (one transaction); answers the rows.
 * Refuses a file that was cut short, one of another version's schema, and a database that holds anything.
 */
export async function restoreDatabase(url: string, file: string): Promise<number> {
  const client = new BoundedClient({ connectionString: url, options: `${UNHURRIED} -c timezone=UTC` });
  await client.connect();
  try {
    await client.query('BEGIN');
    const tables = new Map((await backupTables(client)).map((table) => [table.name, table]));
    const known = await migrationsOf(client);
    await client.query('SET LOCAL ROLE touchmap_engine');
    if ((await client.query('SELECT 1 FROM stores LIMIT 1')).rowCount)
      throw new Unprocessable('not_empty', 'the database holds a store already: restore into an empty one');
    await client.query('DELETE FROM installation');
    const rows = await readRows(client, file, tables, known);
    await client.query('RESET ROLE');
    for (const table of ['stats_dirty', 'uncounted_hits'])
      await client.query(
        `SELECT setval(pg_get_serial_sequence('${table}', 'id'), greatest(1, (SELECT max(id) FROM ${table})))`,
      );
    await client.query('COMMIT');
    return rows;
  } finally {
    await client.end();
  }
}

async function readRows(
  client: pg.Client,
  file: string,
  tables: ReadonlyMap<string, BackupTable>,
  known: readonly string[],
) {
  let table: BackupTable | undefined;
  let batch: string[] = [];
  let rows = 0;
  let whole = false;
  const flush = async (): Promise<void> => {
    if (table && batch.length > 0) await insert(client, table, batch);
    rows += batch.length;
    batch = [];
  };
  const take = async (line: string): Promise<void> => {
    const mark = markOf(line);
    if (mark?.migrations) checkSchema(mark.migrations, known);
    else if (mark?.table !== undefined) {
      await flush();
      table = tables.get(mark.table);
      if (!table) throw new Unprocessable('unknown_table', `this version has no table ${mark.table}`);
    } else if (mark?.rows !== undefined) {
      await flush();
      whole = mark.rows === rows;
    } else {
      batch.push(line);
      if (batch.length >= BATCH) await flush();
    }
  };
  let refusal: unknown;
  await pipeline(createReadStream(file), createGunzip(), async (source: AsyncIterable<Buffer>) => {
    try {
      for await (const line of linesOf(source)) await take(line);
    } catch (error) {
      refusal = error;
      throw error;
    }
  }).catch((error: unknown) => {
    // The pipeline may tell that it was aborted, and not why; zlib's own error comes by either way.
    const reason = refusal ?? error;
    throw isOfZlib(reason) ? notWhole() : reason;
  });
  if (!whole) throw notWhole();
  return rows;
}

function notWhole(): Unprocessable {
  return new Unprocessable('not_whole', 'the file is not a whole backup');
}

/** The file is no gzip, or ends before it should. */
function isOfZlib(error: unknown): boolean {
  return /^Z_/.test((error as { readonly code?: string } | null)?.code ?? '');
}

interface Mark {
  readonly touchmap?: number;
  readonly migrations?: readonly string[];
  readonly table?: string;
  readonly rows?: number;
}

/** Lines between rows; a row begins with a column of every table, never with one of these. */
function markOf(line: string): Mark | null {
  return /^\{"(touchmap":2,"migrations|table|rows)":/.test(line) ? (JSON.parse(line) as Mark) : null;
}

/** Migrations also change what rows say: rows of another version would miss that, or have it twice. */
function checkSchema(migrations: readonly string[], known: readonly string[]): void {
  const newer = migrations.filter((name) => !known.includes(name));
  if (newer.length > 0)
    throw new Unprocessable('newer_schema', `the backup was made by a newer version (it has ${newer.join(', ')})`);
  const missing = known.filter((name) => !migrations.includes(name));
  if (missing.length > 0)
    throw new Unprocessable(
      'older_schema',
      `the backup was made by an older version (without ${missing.join(', ')}): restore it with that one, then upgrade`,
    );
}

/** Every row comes to the partition of its month, which is made where it is missing: retention drops only those. */
async function insert(client: pg.Client, table: BackupTable, rows: readonly string[]): Promise<void> {
  const name = client.escapeIdentifier(table.name);
  const json = `[${rows.join(',')}]`;
  if (table.isPartitioned)
    await client.query(
      `SELECT ensure_month_partition($1, month) FROM (SELECT DISTINCT date_trunc('month', r.received_at AT TIME ZONE 'UTC')::date AS month
       FROM json_populate_recordset(NULL::${name}, $2::json) AS r) AS months`,
      [table.name, json],
    );
  const columns = table.columns.map((column) => client.escapeIdentifier(column));
  const values = table.columns.map((column, i) =>
    table.json.includes(column) ? `(r.${columns[i]} #>> '{}')::jsonb` : `r.${columns[i]}`,
  );
  await client.query(
    `INSERT INTO ${name} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE
     SELECT ${values.join(', ')} FROM json_populate_recordset(NULL::${name}, $1::json) AS r`,
    [json],
  );
}
