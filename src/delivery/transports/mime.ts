import { base64LinesLength, pairedBytes, type PairedBytes, writeBase64Lines } from './base64-lines.js';
import { headerLines } from './mime-headers.js';
import type { Mail, MailParts } from './transport.js';

/** Room for a usual letter: a writer keeps its memory, because fresh memory costs more than what is written into it. */
const FIRST_BYTES = 65_536;
/** What needs more gets memory that goes away with it. */
const KEPT_BYTES = 1_048_576;
/** The most bytes that one unit of a JavaScript string becomes in UTF-8. */
const UTF8_BYTES = 3;
/** More than stands before a part. */
const PART_HEAD_BYTES = 256;

interface Part {
  readonly type: 'text/plain' | 'text/html';
  readonly content: Uint8Array;
}

/** Writes whole letters, one after the other into the same memory: a letter stands there until the next is written. */
export class MimeWriter {
  private memory = pairedBytes(FIRST_BYTES);

  /** The letter with `ending` behind it; `at` becomes its date. An empty part is left out. */
  write(mail: Mail, at: Date, ending: string): Buffer {
    const parts = partsOf(mail.parts());
    const boundary = `=_${mail.messageId}`;
    const several = parts.length > 1;
    const head =
      headerLines(mail, at) +
      (several ? `Content-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n` : '');
    const memory = this.room(UTF8_BYTES * head.length + ending.length, parts);
    let end = memory.bytes.write(head);
    for (const { type, content } of parts) {
      // No line of base64 begins like this, so the boundary cannot occur in a part.
      const opening = several ? `--${boundary}\r\n` : '';
      const about = `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n`;
      end += memory.bytes.write(opening + about, end, 'latin1');
      end = writeBase64Lines(content, content.length, memory, end);
    }
    end += memory.bytes.write((several ? `--${boundary}--\r\n` : '') + ending, end, 'latin1');
    return memory.bytes.subarray(0, end);
  }

  private room(others: number, parts: readonly Part[]): PairedBytes {
    let bytes = others + PART_HEAD_BYTES;
    for (const { content } of parts) bytes += PART_HEAD_BYTES + base64LinesLength(content.length);
    if (this.memory.bytes.length < bytes || this.memory.bytes.length > KEPT_BYTES) this.memory = pairedBytes(bytes);
    return this.memory;
  }
}

function partsOf({ text, html }: MailParts): readonly Part[] {
  const parts: Part[] = [];
  if (text.length > 0 || html.length === 0) parts.push({ type: 'text/plain', content: text });
  if (html.length > 0) parts.push({ type: 'text/html', content: html });
  return parts;
}
