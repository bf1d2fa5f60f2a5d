import { TAG } from './check-balance.js';
import { lineOf, type MaskedSource } from './mask-mustaches.js';

/** Elements whose content MJML puts into the letter; of all others it takes the elements inside alone. */
const WITH_CONTENT = new Set([
  'mj-title',
  'mj-preview',
  'mj-style',
  'mj-html-attribute',
  'mj-text',
  'mj-button',
  'mj-table',
  'mj-raw',
  'mj-accordion-title',
  'mj-accordion-text',
  'mj-navbar-link',
  'mj-social-element',
]);

const MOST_TOLD = 20;

interface LostWords {
  readonly code: 'words_lost';
  readonly detail: string;
  readonly line: number;
}

/**
 * Words between the elements of a source that MJML accepts: it drops them without a word, and so do mail programs with CDATA.
 * What is filled in there is not reported here.
 */
export function lostWords(masked: MaskedSource): readonly LostWords[] {
  const lost: LostWords[] = [];
  const { source } = masked;
  let container: { readonly name: string; depth: number } | null = null;
  let from = 0;
  const look = (to: number): void => {
    if (lost.length === MOST_TOLD) return;
    const piece = source.slice(from, to);
    const found = container === null ? wordsOf(piece, masked) : container.name === 'mj-style' ? null : cdataOf(piece);
    if (found === null) return;
    const line = lineOf(masked, from + found.at);
    lost.push({ code: 'words_lost', detail: `${quoted(found.words)} ${adviceFor(found.words)}`, line });
  };
  for (const { 0: tag, 1: closes, 2: element, 3: closesItself, index } of source.matchAll(TAG)) {
    const name = element?.toLowerCase();
    // A comment is part of what stands around it.
    if (name === undefined) continue;
    look(index);
    from = index + tag.length;
    if (closesItself) continue;
    if (container === null) container = !closes && WITH_CONTENT.has(name) ? { name, depth: 1 } : null;
    else if (name === container.name && (container.depth += closes ? -1 : 1) === 0) container = null;
  }
  look(source.length);
  return lost;
}

interface Found {
  readonly words: string;
  readonly at: number;
}

/** What a reader would miss: no white space, no comment but Outlook's, no declaration of the document. */
function wordsOf(piece: string, masked: MaskedSource): Found | null {
  const blank = (text: string): string => ' '.repeat(text.length);
  const shown = piece.replace(masked.mark, blank).replace(UNSEEN, blank);
  const words = shown.trim();
  return words === '' ? null : { words, at: shown.indexOf(words) };
}

const UNSEEN = /<!--(?!\s*\[)[^]*?-->|<\?[^>]*>|<!doctype[^>]*>|&nbsp;|&#160;/gi;

function cdataOf(piece: string): Found | null {
  const at = piece.indexOf('<![CDATA[');
  return at < 0 ? null : { words: piece.slice(at), at };
}

function adviceFor(words: string): string {
  if (words.startsWith('<![CDATA['))
    return 'is CDATA, which no mail program shows: write the words alone, and &lt; for <';
  if (words.startsWith('<')) return 'stands between MJML elements, where it is dropped: wrap it in <mj-raw>';
  return 'stands between MJML elements, where words are dropped: write them into <mj-text>';
}

function quoted(words: string): string {
  const line = words.replace(/\s+/g, ' ');
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

const LONGEST_QUOTE = 60;
