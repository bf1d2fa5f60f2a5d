import { signedToken, type TokenPurpose } from '../../platform/tokens.js';
import type { CompiledLocale } from '../compile/compiled-template.js';
import { HTML, PLAIN } from '../fill/part-kind.js';
import { CLICK_PATH, OPEN_PATH } from '../helpers/click-link.js';
import { expandPart, type LetterAddresses } from './expand-part.js';
import { type LetterFacts, type LetterRecord, readRecord } from './letter-record.js';
import { sourceSum } from './source-sum.js';

/** The two parts of a letter, as they were filled in. */
export interface LetterParts {
  readonly html: string;
  readonly text: string;
}

/**
 * Puts a kept letter together again: character by character what was sent.
 * @param compiled the locale of the template version that was filled in
 * @throws Error when it cannot be exactly that; no letter is shown that is only nearly right
 */
export function openLetter(
  kept: Uint8Array,
  facts: LetterFacts,
  compiled: Pick<CompiledLocale, 'html' | 'text'>,
): LetterParts {
  const record = readRecord(kept, facts);
  return assembled(record, facts, compiled);
}

/** As openLetter, of a record that was just made. */
export function assembled(
  record: LetterRecord,
  facts: LetterFacts,
  compiled: Pick<CompiledLocale, 'html' | 'text'>,
): LetterParts {
  if (record.source !== sourceSum(compiled)) throw new Error('a kept letter was made of another template');
  const addresses = addressesOf(record, facts);
  const html = expandPart(record.html, compiled.html, HTML, addresses);
  const text = expandPart(record.text, compiled.text, PLAIN, addresses);
  if (html.length !== record.chars[0] || text.length !== record.chars[1])
    throw new Error('a kept letter does not become as long as it was');
  return { html, text };
}

function addressesOf(
  { pages, signed }: LetterRecord,
  { environmentId, messageId, urls }: LetterFacts,
): LetterAddresses {
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
