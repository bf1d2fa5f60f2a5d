import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import { parseEmail } from '../../domain/email-address.js';
import { BlindKeys } from '../../platform/blind-keys.js';
import { environmentNow } from '../../platform/clock/lane.js';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import { RequestDatabase, type Scope } from '../../platform/database/request-database.js';
import { Unprocessable } from '../../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery } from '../../platform/http/pages.js';
import type { SuppressionView } from '../suppression.view.js';
import { SUPPRESSION_REASONS, type SuppressionReason } from '../suppressions.js';
import { csvRows } from './csv-rows.js';
import { type Columns, importColumns } from './import-columns.js';
import type { ImportReportView, RowErrorView } from './import-report.view.js';

const PAGE = 1_000;
const BATCH = 1_000;
const COLUMNS = ['email', 'reason', 'createdAt'] as const;

interface SuppressionRow {
  readonly email: string;
  readonly email_key: string;
  readonly reason: SuppressionReason;
  readonly created_at: Date;
  readonly [column: string]: unknown;
}

/** The list of blocked addresses as a whole: to look through, to take along, to bring from elsewhere. Of erased people there is none. */
@Injectable()
export class SuppressionList {
  constructor(
    private readonly requests: RequestDatabase,
    private readonly database: EngineDatabase,
    private readonly blind: BlindKeys,
  ) {}

  /** By address. */
  async list(scope: Scope, page: PageQuery): Promise<PageOf<SuppressionView>> {
    const rows = await this.rows(scope, String(page.after?.[0] ?? ''), page.limit + 1);
    return pageOf(rows, page, (row) => [row.email_key], viewOf);
  }

  /** The list as CSV in pieces. Cells that a spreadsheet would run as a formula begin with an apostrophe. */
  async *csv(scope: Scope): AsyncGenerator<string> {
    let behind: string | null = '';
    for (let isFirst = true; behind !== null; isFirst = false) {
      const rows: SuppressionRow[] = await this.rows(scope, behind, PAGE);
      yield stringify(rows.map(viewOf), {
        header: isFirst,
        columns: [...COLUMNS],
        escape_formulas: true,
        record_delimiter: 'windows',
      });
      behind = rows.length < PAGE ? null : rows.at(-1)!.email_key;
    }
  }

  /**
   * Blocks the addresses of a file. One that is blocked already keeps its reason, and counts as `updated`; of somebody who was erased
   * it stays without an address here.
   */
  async take({ environmentId }: Scope, body: Readable): Promise<ImportReportView> {
    let columns: Columns | null = null;
    const errors: RowErrorView[] = [];
    let batch = new Map<string, { readonly email: string; readonly reason: string }>();
    const total = { rows: 0, created: 0, taken: 0 };
    const flush = async (): Promise<void> => {
      const rows = [...batch].map(([key, one]) => ({ ...one, key, blind: this.blind.of(key) }));
      batch = new Map();
      const made = await this.database.query(INSERT, [environmentId, JSON.stringify(rows)]);
      total.created += made.length;
    };
    for await (const raw of csvRows(body)) {
      if ('brokenOff' in raw) {
        await flush();
        throw raw.brokenOff;
      }
      if (columns === null && 'cells' in raw) {
        columns = importColumns(raw.cells, [], COLUMNS, ['email']);
        continue;
      }
      total.rows++;
      const row =
        'fault' in raw || columns === null
          ? { line: raw.line, code: 'malformed_row', detail: 'fault' in raw ? raw.fault : 'stands before the header' }
          : suppressionOf(raw.line, raw.cells, columns);
      if ('code' in row) errors.push(row);
      else {
        total.taken++;
        if (!batch.has(row.key)) batch.set(row.key, row);
        if (batch.size >= BATCH) await flush();
      }
    }
    await flush();
    if (columns === null) throw new Unprocessable('empty_file', 'the file has no header');
    const { rows, created, taken } = total;
    return { rows, created, updated: taken - created, rejected: errors.length, errors };
  }

  private rows(scope: Scope, behind: string, limit: number): Promise<SuppressionRow[]> {
    return this.requests.read(scope, (tx) => tx.query<SuppressionRow>(LIST, [scope.environmentId, behind, limit]));
  }
}

function viewOf({ email, reason, created_at: at }: SuppressionRow): SuppressionView {
  return { email, reason, createdAt: at.toISOString() };
}

function suppressionOf(
  line: number,
  cells: readonly string[],
  columns: Columns,
): { readonly key: string; readonly email: string; readonly reason: string } | RowErrorView {
  const address = parseEmail(cells[columns.indexOf('email')] ?? '');
  if (!address.ok) return { line, code: 'invalid_email', detail: address.detail };
  const reason = cells[columns.indexOf('reason')] || 'manual';
  if (!SUPPRESSION_REASONS.some((known) => known === reason))
    return { line, code: 'invalid_reason', detail: `reason must be one of ${SUPPRESSION_REASONS.join(', ')}` };
  return { key: address.key, email: address.email, reason };
}

const LIST = `
SELECT email, email_key, reason, created_at FROM suppressions
WHERE environment_id = $1 AND email_key > $2 AND email IS NOT NULL ORDER BY email_key LIMIT $3`;

const INSERT = `
INSERT INTO suppressions (environment_id, email_key, email, reason, created_at)
SELECT $1, q.key, q.email, q.reason, ${environmentNow('$1')}
FROM jsonb_to_recordset($2::jsonb) AS q(key text, blind text, email text, reason text)
WHERE NOT EXISTS (SELECT FROM suppressions s WHERE s.environment_id = $1 AND s.email_key = q.blind)
ON CONFLICT (environment_id, email_key) DO NOTHING RETURNING email_key`;
