import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { environmentTime } from '../../platform/clock/lane.js';
import { EngineDatabase } from '../../platform/database/engine-database.js';
import type { Scope } from '../../platform/database/request-database.js';
import { Unavailable, Unprocessable } from '../../platform/http/domain-error.js';
import { csvRows } from './csv-rows.js';
import { type BatchOutcome, writeBatch } from './import-batch.js';
import { type Columns, CONTACT_FIELDS, importColumns } from './import-columns.js';
import type { ImportReportView, RowErrorView } from './import-report.view.js';
import { importRow, type ImportRow } from './import-row.js';

const BATCH = 500;
/** Each is lost only to somebody who made, merged or erased a person of these very rows at that moment. */
const ATTEMPTS = 10;
const UNIQUE_VIOLATION = '23505';

/** Takes people in from a file, batch by batch as it arrives. The same file twice changes nothing more. */
@Injectable()
export class ContactImport {
  constructor(private readonly database: EngineDatabase) {}

  /** @param renames `column:field` each, see `importColumns` */
  async run({ environmentId }: Scope, body: Readable, renames: readonly string[]): Promise<ImportReportView> {
    const now = await environmentTime(this.database, environmentId);
    let columns: Columns | null = null;
    const errors: RowErrorView[] = [];
    const total = { rows: 0, created: 0, updated: 0 };
    let batch: ImportRow[] = [];
    const flush = async (): Promise<void> => {
      const rows = batch;
      batch = [];
      if (rows.length === 0) return;
      const outcome = await this.write(environmentId, rows, now);
      total.created += outcome.created;
      total.updated += outcome.updated;
      errors.push(...outcome.errors);
    };
    for await (const raw of csvRows(body)) {
      if ('brokenOff' in raw) {
        await flush();
        throw raw.brokenOff;
      }
      if (columns === null && 'cells' in raw) {
        columns = importColumns(raw.cells, renames, CONTACT_FIELDS, ['email', 'externalId']);
        continue;
      }
      total.rows++;
      const row: ImportRow | RowErrorView =
        'fault' in raw || columns === null
          ? { line: raw.line, code: 'malformed_row', detail: 'fault' in raw ? raw.fault : 'stands before the header' }
          : importRow(raw.line, raw.cells, columns, now);
      if ('code' in row) errors.push(row);
      else if (batch.push(row) >= BATCH) await flush();
    }
    await flush();
    if (columns === null) throw new Unprocessable('empty_file', 'the file has no header');
    errors.sort((a, b) => a.line - b.line);
    return { ...total, rejected: errors.length, errors };
  }

  /** Somebody may take an identity between the look and the write: then the batch is decided anew. Throws Unavailable. */
  private async write(environmentId: string, rows: readonly ImportRow[], now: Date): Promise<BatchOutcome> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.database.transaction((tx) => writeBatch(tx, environmentId, rows, now));
      } catch (error) {
        if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
        if (attempt === ATTEMPTS)
          throw new Unavailable('the same people are being changed all the time; send the file again', 1);
      }
    }
  }
}
