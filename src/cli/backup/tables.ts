import type { Client } from 'pg';

/** A table with its columns, in the order in which rows can be put back: what is referenced comes first. */
export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Those of them that are jsonb. They travel as text: a JSON null would come back as no value at all. */
  readonly json: readonly string[];
  /** Whether its rows lie in partitions of months by `received_at`. */
  readonly isPartitioned: boolean;
}

/** Tables of the schema without their partitions; `migrations` is left out (the target is migrated already). */
export async function backupTables(client: Client): Promise<readonly BackupTable[]> {
  const { rows } = await client.query<BackupTable & { readonly needs: readonly string[] }>(`
    SELECT c.relname AS name, c.relkind = 'p' AS "isPartitioned",
      ARRAY(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
      ARRAY(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'jsonb'::regtype) AS json,
      ARRAY(SELECT DISTINCT f.confrelid::regclass::text FROM pg_constraint f
        WHERE f.conrelid = c.oid AND f.contype = 'f' AND f.confrelid <> c.oid) AS needs
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> 'migrations'
    ORDER BY c.relname`);
  const sorted: BackupTable[] = [];
  for (let left = rows; left.length > 0;) {
    const done = new Set(sorted.map(({ name }) => name));
    const free = left.filter(({ needs }) => needs.every((name) => done.has(name)));
    if (free.length === 0) throw new Error('tables reference one another in a circle');
    sorted.push(...free.map(({ name, columns, json, isPartitioned }) => ({ name, columns, json, isPartitioned })));
    left = left.filter((table) => !free.includes(table));
  }
  return sorted;
}

/** Names of the migrations that made the schema, oldest first. */
export async function migrationsOf(client: Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>('SELECT name FROM migrations ORDER BY timestamp');
  return rows.map(({ name }) => name);
}
