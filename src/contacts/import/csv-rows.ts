import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { type CsvError, parse } from 'csv-parse';
import { BadInput, DomainError } from '../../platform/http/domain-error.js';

/** Bytes of a file; a larger one is to be cut. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Rows of a file, unreadable ones with them, its header left out: few enough to be taken within a request's minute. */
const MAX_ROWS = 50_000;
const MAX_ROW_BYTES = 64 * 1024;
/** Without a line's end: the parser counts no delimiter towards a row's bytes, and a row of commas is millions of cells. */
const MAX_LINE_CHARS = 4 * MAX_ROW_BYTES;
/** So much is read at a time: a thousand rows that cannot be read take a tenth of a second, in which nobody else is answered. */
const PIECE_BYTES = 4_096;

/** A row with the line on which it ends, or why it cannot be read. */
export type CsvRow =
  { readonly line: number; readonly cells: readonly string[] } | { readonly line: number; readonly fault: string };

/** The file breaks off here: what came before it is to be taken, then this is to be thrown. */
export interface CsvEnd {
  readonly brokenOff: unknown;
}

/** 413: what was read until there is taken; the rest is to be sent in another file. */
class TooLarge extends DomainError {
  readonly code = 'file_too_large';
  readonly status = 413;

  constructor({ limit }: OverLimit, line: number) {
    super(`a file has at most ${limit}: this one is taken up to line ${line}; send the rest in another one`);
  }
}

class OverLimit extends Error {
  constructor(readonly limit: string) {
    super(limit);
  }
}

/**
 * Reads a CSV file (RFC 4180, UTF-8 with or without a mark; `,`, `;` or tabs between cells, as the header has them) as it
 * comes in. A row that cannot be read is told and left out. What ends the file before its end (TooLarge, BadInput `not_utf8`, a lost
 * connection) comes as the last element, so that nobody forgets the rows before it.
 */
export async function* csvRows(body: Readable): AsyncGenerator<CsvRow | CsvEnd> {
  let line = 0;
  try {
    for await (const row of rowsOf(body)) {
      line = Math.max(line, row.line);
      yield row;
    }
  } catch (error) {
    yield { brokenOff: error instanceof OverLimit ? new TooLarge(error, line) : error };
  }
}

async function* rowsOf(body: Readable): AsyncGenerator<CsvRow> {
  const chunks = linesOf(utf8Of(body));
  const head = await headOf(chunks);
  const skipped: CsvRow[] = [];
  let rows = 0;
  let unreadable = 0;
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(head),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_ROW_BYTES,
    on_skip: (error) => {
      unreadable++;
      skipped.push(faultOf(error));
    },
  });
  // Of unreadable rows alone the loop below would see none: so each piece is preceded by a look at how many there were.
  const hasRoom = (): boolean => rows + unreadable <= MAX_ROWS;
  const broken: unknown[] = [];
  void feed(parser, head, chunks, hasRoom).catch((error: unknown) => {
    if (parser.destroyed) return;
    broken.push(error);
    // Ends behind the rows that were read, without the one that was being read.
    parser.push(null);
  });
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      // The parser is ahead: what it skipped behind this row is told behind it.
      while (skipped[0] && skipped[0].line < info.lines) yield skipped.shift()!;
      if (!hasRoom()) throw new OverLimit(`${MAX_ROWS} rows`);
      rows++;
      yield { line: info.lines, cells: record.map(plainCell) };
    }
  } catch (error) {
    if (!isCsvError(error)) throw error;
    skipped.push(faultOf(error));
  }
  yield* skipped;
  if (broken.length > 0) throw broken[0];
}

async function* utf8Of(body: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_FILE_BYTES) throw new OverLimit(`${MAX_FILE_BYTES} bytes`);
      for (let at = 0; at < chunk.length; at += PIECE_BYTES)
        yield decoder.decode(chunk.subarray(at, at + PIECE_BYTES), { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new BadInput('not_utf8', 'the file is not UTF-8: save it as "CSV UTF-8"');
  }
}

/** The same texts; throws OverLimit at a line that is longer than any row could be. */
async function* linesOf(chunks: AsyncGenerator<string>): AsyncGenerator<string> {
  let chars = 0;
  for await (const chunk of chunks) {
    const end = Math.max(chunk.lastIndexOf('\n'), chunk.lastIndexOf('\r'));
    chars = end < 0 ? chars + chunk.length : chunk.length - end - 1;
    if (chars > MAX_LINE_CHARS) throw new OverLimit(`${MAX_LINE_CHARS} characters in a line`);
    yield chunk;
  }
}

/** The beginning up to the first line's end. */
async function headOf(chunks: AsyncGenerator<string>): Promise<string> {
  let head = '';
  while (!head.includes('\n') && head.length < MAX_ROW_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    head += next.value;
  }
  return head;
}

/** What stands most often in the first line: spreadsheets of many countries write semicolons. */
function delimiterOf(head: string): string {
  const line = head.split('\n', 1)[0]!;
  const count = (delimiter: string): number => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

async function feed(
  parser: ReturnType<typeof parse>,
  head: string,
  chunks: AsyncGenerator<string>,
  hasRoom: () => boolean,
): Promise<void> {
  await written(parser, head);
  for await (const chunk of chunks) {
    if (!hasRoom()) throw new OverLimit(`${MAX_ROWS} rows`);
    await written(parser, chunk);
    await setImmediate();
  }
  parser.end();
}

/** Resolves when the parser has taken this and wants more. */
function written(parser: ReturnType<typeof parse>, chunk: string): Promise<void> {
  return new Promise((resolve, reject) =>
    parser.write(chunk, (error?: Error | null) => (error ? reject(error) : resolve())),
  );
}

/** Exports put an apostrophe before what a spreadsheet would run as a formula: here it goes again. */
function plainCell(cell: string): string {
  return cell.replace(/^'(?=[=+\-@])/, '').trim();
}

function faultOf(error: unknown): CsvRow {
  const { lines } = (error ?? {}) as { readonly lines?: number };
  return { line: lines ?? 0, fault: error instanceof Error ? error.message.slice(0, 200) : 'cannot be read' };
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && String((error as { code?: unknown }).code).startsWith('CSV_');
}
