import { packText } from '../templates/packed-text.js';
import type { RenderResult } from '../templates/render-request.js';
import type { Mail } from './transports/transport.js';

/** Where a body's two parts stand among the bytes; positions count from 1, as PostgreSQL's do. */
export interface BodyPlace {
  readonly htmlAt: number;
  readonly htmlBytes: number;
  readonly textAt: number;
  readonly textBytes: number;
}

/**
 * The packed bodies of a group of letters behind each other as one binary parameter. As JSON they cost a millisecond each: they
 * would be decoded, escaped, encoded, parsed and unescaped on their way from the render thread to the table.
 */
export class BodyBytes {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /** Adds a letter's body. */
  add(mail: Pick<Mail, 'html' | 'text'>, rendered: RenderResult): BodyPlace {
    const utf8 = rendered.ok ? rendered.utf8 : undefined;
    const html = this.append(utf8?.packedHtml ?? packText(mail.html));
    const text = this.append(utf8?.packedText ?? packText(mail.text));
    return { htmlAt: html.at, htmlBytes: html.bytes, textAt: text.at, textBytes: text.bytes };
  }

  all(): Buffer {
    return Buffer.concat(this.parts, this.length);
  }

  private append(part: Uint8Array): { readonly at: number; readonly bytes: number } {
    const at = this.length + 1;
    this.parts.push(part);
    this.length += part.length;
    return { at, bytes: part.length };
  }
}
