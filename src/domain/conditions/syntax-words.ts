/** Where the reader stopped, as offsets into the source. */
interface Place {
  readonly start: number;
}

/**
 * What is wrong with the syntax of an expression, in words for who wrote it. The reader's own name a character or a token
 * ('Unexpected character: D' for AND) and not the place.
 * @param summary the reader's words, for what is none of these
 */
export function syntaxWords(source: string, place: Place | undefined, summary: string): string {
  if (!place) return summary;
  const rest = source.slice(place.start);
  const from = `at character ${place.start + 1}`;
  if (/^Unterminated/.test(summary)) return `the text that begins ${from} is not closed`;
  if (rest.trim() === '') return /RPAREN/.test(summary) ? 'ends too early: a ) is missing' : 'ends too early';
  const before = source.slice(0, place.start);
  const slip = SLIPS.find(({ before: left, found }) => found.test(rest) && (left?.test(before) ?? true));
  const token = /^(?:[\p{L}_][\p{L}\p{N}_]*|\S)/u.exec(rest)?.[0] ?? '';
  return slip ? `${slip.words} (${from})` : `${token} ${from} cannot be read: ${summary}`;
}

/** What people write who know it from elsewhere. */
const SLIPS: readonly { readonly before?: RegExp; readonly found: RegExp; readonly words: string }[] = [
  { found: /^and\b/i, words: 'write && for "and"' },
  { found: /^or\b/i, words: 'write || for "or"' },
  { before: /\bnot\s+$/i, found: /./, words: 'write ! for "not"' },
  { found: /^&/, words: 'write && for "and"' },
  { found: /^\|/, words: 'write || for "or"' },
  { before: /<$/, found: /^>/, words: 'write != for "is not"' },
  { before: /!=$/, found: /^=/, words: 'write != for "is not"' },
  { found: /^=>/, words: 'write >= for "at least"' },
  { found: /^=</, words: 'write <= for "at most"' },
  { found: /^=/, words: 'write == for "is"' },
  { found: /^[‘’‚“”„«»]/, words: 'write texts in straight quotes, \'so\' or "so"' },
];
