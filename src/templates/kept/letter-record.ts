import { crc32 } from 'node:zlib';
import { NUL } from '../fill/marks.js';

/** A letter as it is kept, apart from what its row says: the skeletons of its parts and what its addresses are made of. */
export interface LetterRecord {
  readonly html: string;
  readonly text: string;
  /** Characters of the whole parts. */
  readonly chars: readonly [html: number, text: number];
  /** CRC-32 of the template's text that the skeletons point into. */
  readonly source: number;
  /** Addresses of the letter's own pages, in the order of PAGES. */
  readonly pages: readonly (string | null)[];
  /** What the click links and the pixel are made of; null when nothing is signed. */
  readonly signed: SignedAddresses | null;
}

interface SignedAddresses {
  readonly keyId: string;
  readonly baseUrl: string;
  /** Signature of the pixel, base64url; '' without one. */
  readonly opening: string;
  /** Signatures of the links, in their order; '' for one that is not signed. */
  readonly links: readonly string[];
}

/** What else a letter is made of, as its row says it. */
export interface LetterFacts {
  /** UUIDs, of a signed letter. */
  readonly environmentId: string;
  readonly messageId: string;
  /** Where the letter's links lead, in their order. */
  readonly urls: readonly string[];
}

/** No mark follows itself so: it parts what stands in a record. */
const SEPARATOR = NUL + NUL;
const SUM_CHARS = 8;

/** The record as text; its sum stands behind it (`recordSum`). */
export function writeRecord({ html, text, ...rest }: LetterRecord): string {
  return `${html}${SEPARATOR}${text}${SEPARATOR}${JSON.stringify(rest)}`;
}

/** Eight hexadecimal digits over the record's bytes and what its row says beside it: none of it can change unseen. */
export function recordSum(record: Uint8Array, { environmentId, messageId, urls }: LetterFacts): string {
  const sum = crc32(record, crc32(`${environmentId} ${messageId} ${urls.join(' ')}`));
  return sum.toString(16).padStart(SUM_CHARS, '0');
}

/** A record as it lies in memory: its skeletons are not made texts. */
export interface OpenRecord extends Omit<LetterRecord, 'html' | 'text'> {
  readonly html: Uint8Array;
  readonly text: Uint8Array;
}

/**
 * Reads a record and its sum.
 * @throws Error when they do not fit together, or do not fit the facts
 */
export function readRecord(bytes: Uint8Array, facts: LetterFacts): OpenRecord {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length - SUM_CHARS;
  if (end < 0 || buffer.toString('latin1', end) !== recordSum(slice(bytes, 0, end), facts))
    throw new Error('a kept letter is damaged: its sum is another');
  const textAt = buffer.indexOf(SEPARATOR, 0, 'latin1');
  const restAt = buffer.indexOf(SEPARATOR, textAt + SEPARATOR.length, 'latin1');
  const rest = JSON.parse(buffer.toString('utf8', restAt + SEPARATOR.length, end)) as Omit<
    LetterRecord,
    'html' | 'text'
  >;
  return { ...rest, html: slice(bytes, 0, textAt), text: slice(bytes, textAt + SEPARATOR.length, restAt) };
}

/** Plain bytes: a Buffer of each would take longer to make. */
function slice({ buffer, byteOffset }: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(buffer, byteOffset + from, to - from);
}
