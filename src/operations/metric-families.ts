import type { Family, Sample } from '../platform/metrics/prometheus-text.js';
import type { SpoolSize } from './spool-size.js';
import type { SystemFigures } from './system-figures.js';

const gauge = (name: string, help: string, ...samples: readonly Sample[]): Family => ({
  name: `touchmap_${name}`,
  help,
  type: 'gauge',
  samples,
});
const of = (kind: string, value: number): Sample => ({ labels: { kind }, value });

/** The database's figures; the same from every process. */
export function systemFamilies({ runs, letters, ...figures }: SystemFigures): Family[] {
  return [
    gauge(
      'due',
      'Live runs and letters that are due (at most 10000).',
      of('runs', runs.count),
      of('letters', letters.count),
    ),
    gauge(
      'due_lag_max_seconds',
      'Lateness of the latest one.',
      of('runs', runs.maxSeconds),
      of('letters', letters.maxSeconds),
    ),
    gauge(
      'due_lag_p99_seconds',
      'Lateness that 99 of 100 of those that are due now stay below.',
      of('runs', runs.p99Seconds),
      of('letters', letters.p99Seconds),
    ),
    gauge(
      'letters',
      'Letters in an open state of the ledger (at most 100000 each); unresolved ones wait for a person.',
      ...Object.entries(figures.states).map(([state, value]) => ({ labels: { state }, value })),
    ),
    gauge('inbox_oldest_seconds', 'Age of the oldest event that is not processed.', { value: figures.inboxSeconds }),
    gauge('database_horizon_xids', 'Transactions since the oldest snapshot held.', { value: figures.horizonXids }),
    gauge('database_oldest_transaction_seconds', 'Age of the oldest open transaction.', {
      value: figures.oldestTransactionSeconds,
    }),
  ];
}

/** Jobs that wait in each queue: wake-ups only, the work itself is rows. */
export function queueFamily(depths: ReadonlyMap<string, number>): Family {
  return gauge(
    'queue_jobs',
    'Wake-ups that wait, by stage.',
    ...[...depths].map(([stage, value]) => ({ labels: { stage }, value })),
  );
}

/** What this process knows of itself. */
export function processFamilies(spool: SpoolSize, databaseUp: boolean): Family[] {
  return [
    gauge('database_up', 'Whether the database answered this request.', { value: databaseUp ? 1 : 0 }),
    gauge('spool_files', 'Files of hits that wait for the database.', { value: spool.files }),
    gauge('spool_bytes', 'Their size.', { value: spool.bytes }),
    gauge('spool_damaged_files', 'Spool files put aside for a person to look at.', { value: spool.damaged }),
    gauge('process_resident_bytes', 'Resident memory of this process.', { value: process.memoryUsage.rss() }),
    gauge('process_uptime_seconds', 'Seconds since this process began.', { value: process.uptime() }),
  ];
}
