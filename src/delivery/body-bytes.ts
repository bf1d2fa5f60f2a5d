import { packText } from '../templates/packed-text.js';
import type { RenderResult } from '../templates/render-request.js';
import type { Mail } from './transports/transport.js';

/** Where a part stands among the bytes; positions count from 1, as PostgreSQL's do. Nulls where there is no such part. */
interface Place {
  readonly at: number | null;
  readonly bytes: number | null;
}

/** Where a letter stands: as it is kept or, without that, its packed parts. */
export interface BodyPlace {
  readonly letter: Place;
  readonly html: Place;
  readonly text: Place;
}

const NOWHERE: Place = { at: null, bytes: null };

/**
 * The bodies of a group of letters behind each other as one binary parameter. As JSON they would be decoded, escaped, encoded,
 * parsed and unescaped on their way from the render thread to the table.
 */
export class BodyBytes {
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  /** Adds a letter's body. */
  add(mail: Pick<Mail, 'parts'>, rendered: RenderResult): BodyPlace {
    if (rendered.ok && rendered.kept) {
      return { letter: this.append(rendered.kept), html: NOWHERE, text: NOWHERE };
    }
    const { html, text } = mail.parts();
    return { letter: NOWHERE, html: this.append(packText(html)), text: this.append(packText(text)) };
  }

  all(): Buffer {
    return Buffer.concat(this.parts, this.length);
  }

  private append(part: Uint8Array): Place {
    const at = this.length + 1;
    this.parts.push(part);
    this.length += part.length;
    return { at, bytes: part.length };
  }
}
