import { packText } from '../templates/packed-text.js';
import type { RenderResult } from '../templates/render-request.js';
import type { Mail } from './transports/transport.js';

/** Where a letter stands among the bytes, as it is kept or, without that, in packed parts; positions count from 1, as PostgreSQL's do. */
export type BodyPlace =
  | { readonly letterAt: number; readonly letterBytes: number }
  | { readonly htmlAt: number; readonly htmlBytes: number; readonly textAt: number; readonly textBytes: number };

/**
 * The bodies of a group of letters behind each other as one binary parameter. As JSON they would be decoded, escaped, encoded,
 * parsed and unescaped on their way from the render thread to the table.
 */
export class BodyBytes {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /** Adds a letter's body. */
  add(mail: Pick<Mail, 'html' | 'text'>, rendered: RenderResult): BodyPlace {
    if (rendered.ok && rendered.kept) {
      const letter = this.append(rendered.kept);
      return { letterAt: letter.at, letterBytes: letter.bytes };
    }
    const html = this.append(packText(mail.html));
    const text = this.append(packText(mail.text));
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
