import { Injectable } from '@nestjs/common';
import { CompiledVersions } from './compiled-versions.js';
import { type LetterParts, openLetter } from './kept/open-letter.js';
import { unpackText } from './packed-text.js';
import type { RenderedLink } from './render-request.js';

/** A letter's row as `KEPT_COLUMNS` reads it. */
export interface KeptRow {
  readonly letter_of: string;
  readonly letter_environment: string;
  readonly letter_store: string;
  readonly letter_template: string;
  readonly letter_version: number | null;
  readonly letter_locale: string | null;
  readonly letter: Buffer | null;
  readonly html: Buffer | null;
  readonly text: Buffer | null;
  readonly links: readonly RenderedLink[] | null;
}

/** What is needed to read a letter, of the aliases `m` (messages) and `b` (message_bodies). */
export const KEPT_COLUMNS = `m.id AS letter_of, m.environment_id AS letter_environment, m.store_id AS letter_store,
  m.template_key AS letter_template, m.template_version AS letter_version, m.locale AS letter_locale, b.letter, b.html, b.text, b.links`;

/** Reads letters as they were sent, whichever way they are kept. */
@Injectable()
export class KeptLetters {
  constructor(private readonly versions: CompiledVersions) {}

  /**
   * The letter's two parts; null where none is kept.
   * @throws Error when it cannot be put together exactly as it was
   */
  async read(row: KeptRow): Promise<LetterParts | null> {
    const { letter, html, text, links } = row;
    if (!letter) return html && text && { html: unpackText(html), text: unpackText(text) };
    const { letter_store: store, letter_template: template, letter_version: version, letter_locale: locale } = row;
    const compiled = await this.versions.find(store, template, version ?? 0);
    const source = compiled?.locales[locale ?? ''];
    if (!source)
      throw new Error(`version ${version} of ${template} in ${locale} is not there, and a letter was made of it`);
    const facts = { environmentId: row.letter_environment, messageId: row.letter_of };
    return openLetter(letter, { ...facts, urls: (links ?? []).map(({ url }) => url) }, source);
  }
}
