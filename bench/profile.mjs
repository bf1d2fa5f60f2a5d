import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** `BENCH_PROFILE=DIR`: CPU profiles of every process and PostgreSQL's costliest statements are written there. */
const DIR = process.env.BENCH_PROFILE;
const LONGEST_TEXT = 300;

/** Node's flags for a process of this name. */
export function profileFlags(name) {
  return DIR ? ['--cpu-prof', `--cpu-prof-dir=${DIR}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`] : [];
}

/** What PostgreSQL needs to count statements. */
export function profileSettings() {
  return DIR
    ? {
        shared_preload_libraries: 'pg_stat_statements',
        track_io_timing: 'on',
        'pg_stat_statements.track_planning': 'on',
      }
    : {};
}

/** To be called when a figure is measured and its databases are still there. */
export async function writeStatements(bench, figure) {
  if (!DIR) return;
  await bench.sql('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  const rows = await bench.sql(
    `SELECT calls, rows, round(total_plan_time) AS plan_ms, round(total_exec_time) AS total_ms, round(mean_exec_time::numeric, 2) AS mean_ms, shared_blks_hit AS hit,
       shared_blks_read AS read, wal_bytes, regexp_replace(query, '\\s+', ' ', 'g') AS query
     FROM pg_stat_statements ORDER BY total_plan_time + total_exec_time DESC LIMIT 40`,
  );
  const lines = rows.map(({ query, ...figures }) => {
    const cost = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    return `${cost.join(', ')}\n  ${query.slice(0, LONGEST_TEXT)}`;
  });
  mkdirSync(DIR, { recursive: true });
  writeFileSync(path.join(DIR, `${figure}.statements.txt`), `${lines.join('\n')}\n`);
  await bench.sql('SELECT pg_stat_statements_reset()');
}
