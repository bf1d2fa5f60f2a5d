import { Injectable } from '@nestjs/common';
import { ProcessClock } from '../platform/clock/clock.js';
import { HealthDatabase } from '../platform/database/health-database.js';

/** What the database says of work that waits, in the live lane of all stores together. */
export interface SystemFigures {
  /** Runs and letters whose instant has come, at most 10,000 of each are looked at, oldest first. */
  readonly runs: DueFigures;
  readonly letters: DueFigures;
  /** Letters by open state of the ledger; each counted up to 100,000. */
  readonly states: Readonly<Record<string, number>>;
  /** Age of the oldest event that no scenario has seen yet; 0 when there is none. */
  readonly inboxSeconds: number;
  /** Transactions since the oldest snapshot that somebody holds: beyond a few million dead rows pile up. */
  readonly horizonXids: number;
  readonly oldestTransactionSeconds: number;
}

export interface DueFigures {
  readonly count: number;
  /** Lateness of the latest one; 0 when nothing is due. */
  readonly maxSeconds: number;
  /** 99 of 100 of those looked at are less late. */
  readonly p99Seconds: number;
}

const CACHE_MS = 5_000;

/** Reads them with one statement over partial indexes, at most once in 5 seconds however many ask. */
@Injectable()
export class SystemFiguresReader {
  private cached: { readonly atMs: number; readonly figures: Promise<SystemFigures> } | undefined;

  constructor(
    private readonly database: HealthDatabase,
    private readonly clock: ProcessClock,
  ) {}

  read(): Promise<SystemFigures> {
    const nowMs = this.clock.monotonicMs();
    if (!this.cached || nowMs - this.cached.atMs >= CACHE_MS) {
      const figures = this.query();
      this.cached = { atMs: nowMs, figures };
      // A failure is not kept: the next caller asks again.
      figures.catch(() => (this.cached = undefined));
    }
    return this.cached.figures;
  }

  private async query(): Promise<SystemFigures> {
    const [row] = await this.database.query<SystemFigures>(FIGURES);
    return row!;
  }
}

function due(table: string, where: string): string {
  return `(SELECT json_build_object('count', count(*), 'maxSeconds', coalesce(max(late), 0),
      'p99Seconds', coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY late), 0))
    FROM (SELECT greatest(0, extract(epoch FROM clock_timestamp() - due_at)) AS late FROM ${table}
      WHERE ${where} AND clock = 'real' AND NOT held AND due_at <= clock_timestamp() ORDER BY due_at LIMIT 10000) AS t)`;
}

function counted(state: string, more = ''): string {
  return `'${state}', (SELECT count(*) FROM (SELECT FROM messages WHERE state = '${state}'${more} LIMIT 100000) AS t)`;
}

const FIGURES = `
SELECT ${due('enrollments', `state = 'waiting'`)} AS runs,
  ${due('messages', `state = 'planned'`)} AS letters,
  json_build_object(${[
    counted('planned', ` AND clock = 'real' AND NOT held`),
    ...['claimed', 'sending', 'retry', 'unknown', 'unresolved'].map((state) => counted(state)),
  ].join(',\n    ')}) AS states,
  coalesce((SELECT greatest(0, extract(epoch FROM clock_timestamp() - min(received_at))) FROM storefront_events
    WHERE processed_at IS NULL AND clock = 'real'), 0)::float8 AS "inboxSeconds",
  h.xids::float8 AS "horizonXids", h.transaction_seconds AS "oldestTransactionSeconds"
FROM oldest_horizon() AS h`;
