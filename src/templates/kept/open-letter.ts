import { signedToken, type TokenPurpose } from '../../platform/tokens.js';
import type { CompiledLocale } from '../compile/compiled-template.js';
import { HTML, PLAIN } from '../fill/part-kind.js';
import { CLICK_PATH, OPEN_PATH } from '../helpers/click-link.js';
import { expandPart, type LetterAddresses } from './expand-part.js';
import { type LetterFacts, type OpenRecord, readRecord } from './letter-record.js';
import { letterSource } from './letter-source.js';
import { OutputBuffer } from '../output-buffer.js';

/** The two parts of a letter, as they were filled in. */
export interface LetterParts {
  readonly html: string;
  readonly text: string;
}

/** The same as UTF-8, in memory that the next letter is put together in: use it or copy it at once. */
export interface LetterBytes {
  readonly html: Buffer;
  readonly text: Buffer;
}

const memory = new OutputBuffer();

/**
 * Puts a kept letter together again: byte by byte what was sent.
 * @param compiled the locale of the template version that was filled in
 * @throws Error when it cannot be exactly that; no letter is shown that is only nearly right
 */
export function letterBytes(
  kept: Uint8Array,
  facts: LetterFacts,
  compiled: Pick<CompiledLocale, 'html' | 'text'>,
): LetterBytes {
  const record = readRecord(kept, facts);
  const source = letterSource(compiled);
  if (record.source !== source.sum) throw new Error('a kept letter was made of another template');
  const addresses = addressesOf(record, facts);
  memory.clear();
  const htmlUnits = expandPart(record.html, source.html, HTML, addresses, memory);
  const htmlBytes = memory.size;
  const textUnits = expandPart(record.text, source.text, PLAIN, addresses, memory);
  if (htmlUnits !== record.chars[0] || textUnits !== record.chars[1])
    throw new Error('a kept letter does not become as long as it was');
  return { html: memory.view(0, htmlBytes), text: memory.view(htmlBytes, memory.size - htmlBytes) };
}

/** As letterBytes, as texts. */
export function openLetter(...letter: Parameters<typeof letterBytes>): LetterParts {
  const { html, text } = letterBytes(...letter);
  return { html: html.toString(), text: text.toString() };
}

function addressesOf({ pages, signed }: OpenRecord, { environmentId, messageId, urls }: LetterFacts): LetterAddresses {
  const address = (path: string, purpose: TokenPurpose, linkIndex: number, url: string, mac: string): string => {
    if (!signed) throw new Error('a kept letter has links but no signatures');
    const claims = { purpose, environmentId, messageId, linkIndex, url };
    return signed.baseUrl + path + signedToken(signed.keyId, claims, mac);
  };
  const clicks: string[] = [];
  return {
    // The text part repeats the links of the HTML.
    click: (index) =>
      (clicks[index] ??= address(CLICK_PATH, 'click', index, urls[index] ?? '', signed?.links[index] ?? '')),
    opening: () => address(OPEN_PATH, 'open', 0, '', signed?.opening ?? ''),
    page: (place) => {
      const page = pages[place];
      if (typeof page !== 'string') throw new Error('a kept letter lacks the address of a page');
      return page;
    },
  };
}
