import type { Draft } from './draft.js';

/** One mustache: a comment of either kind, a block tag, or an expression. */
export const MUSTACHE = /\{\{~?!--[^]*?--~?\}\}|\{\{[^]*?\}\}/g;

/**
 * A source in which every mustache is a short word. MJML, the link rewriter and the text maker work on this form: quotes
 * inside a mustache cannot end an attribute, nothing inside it is escaped, wrapped or taken for a URL.
 */
export interface MaskedSource {
  readonly source: string;
  readonly mustaches: readonly string[];
  /** Finds a mark; its first group is the mustache's number in letters or hexadecimal. */
  readonly mark: RegExp;
  /** The mark of a mustache that is added later, of that number. */
  readonly markOf: (index: number) => string;
}

/**
 * What MUSTACHE matches, in time that grows with the source alone: from every `{{` that nothing closes the pattern would look
 * through the rest of the source again. For sources that nobody has checked yet.
 */
export function* mustachesOf(source: string): Generator<{ readonly mustache: string; readonly index: number }> {
  const commentEnd = /--~?\}\}/g;
  let commentsEnd = true;
  for (let index = source.indexOf('{{'); index >= 0;) {
    const comment = /^\{\{~?!--/.exec(source.slice(index, index + 6));
    let end = -1;
    if (comment && commentsEnd) {
      commentEnd.lastIndex = index + comment[0].length;
      commentsEnd = commentEnd.test(source);
      if (commentsEnd) end = commentEnd.lastIndex;
    }
    if (end < 0) {
      const closing = source.indexOf('}}', index + 2);
      if (closing < 0) return;
      end = closing + 2;
    }
    yield { mustache: source.slice(index, end), index };
    index = source.indexOf('{{', end);
  }
}

export const NOTHING_MASKED: MaskedSource = { source: '', mustaches: [], mark: /(?!)/g, markOf: () => '' };

/** Puts marks in place of mustaches. A mustache that is the whole value of a colour attribute becomes a colour. */
export function maskMustaches(draft: Draft): Draft {
  const word = unusedWord(draft.source);
  const colour = unusedColour(draft.source);
  const mustaches: string[] = [];
  const markOf = (index: number): string => `${word}${index}q`;
  const masked = draft.source.replace(MUSTACHE, (mustache) => {
    // Its line ends stay, so that problems further down name the author's lines.
    if (/^\{\{~?!/.test(mustache)) return mustache.replace(/[^\n]/g, '');
    mustaches.push(decodeEntities(mustache));
    return markOf(mustaches.length - 1);
  });
  // MJML accepts only colours there: #fab012 stands for mustache 0x012.
  const inColours = new RegExp(`(color\\s*=\\s*)(["'])${word}(\\d+)q\\2`, 'gi');
  const source = masked.replace(
    inColours,
    (_, name: string, quote: string, index: string) =>
      `${name}${quote}${colour}${Number(index).toString(16).padStart(3, '0')}${quote}`,
  );
  const mark = new RegExp(`${word}(\\d+)q|${colour}([0-9a-f]{3})(?![0-9a-f])`, 'gi');
  return { ...draft, masked: { source, mustaches, mark, markOf } };
}

/** Puts something in place of every mark of the text. */
export function replaceMarks(text: string, masked: MaskedSource, replacement: (index: number) => string): string {
  return text.replace(masked.mark, (_, decimal: string | undefined, hexadecimal: string | undefined) =>
    replacement(decimal === undefined ? parseInt(hexadecimal!, 16) : Number(decimal)),
  );
}

/** The text with the author's mustaches back in it. */
export function unmask(text: string, masked: MaskedSource): string {
  return replaceMarks(text, masked, (index) => masked.mustaches[index] ?? '');
}

/** Numbers of the mustaches that the text holds. */
export function marksIn(text: string, masked: MaskedSource): readonly number[] {
  const found: number[] = [];
  replaceMarks(text, masked, (index) => {
    found.push(index);
    return '';
  });
  return found;
}

/** Whether it opens, turns or closes a block, and so prints nothing itself. */
export function isBlockTag(mustache: string): boolean {
  return /^\{\{~?\s*(?:[#/^]|else\b)/.test(mustache);
}

/** The author's line of a place in the masked source. */
export function lineOf(masked: MaskedSource, index: number): number {
  return lineEnds(unmask(masked.source.slice(0, index), masked)) + 1;
}

/** The author's line of every mustache, by its number; the source is gone through once. */
export function linesOfMarks(masked: MaskedSource): ReadonlyMap<number, number> {
  const lines = new Map<number, number>();
  let line = 1;
  let counted = 0;
  for (const { 0: mark, 1: decimal, 2: hexadecimal, index: at } of masked.source.matchAll(masked.mark)) {
    line += lineEnds(masked.source.slice(counted, at));
    counted = at + mark.length;
    const number = decimal === undefined ? parseInt(hexadecimal!, 16) : Number(decimal);
    if (!lines.has(number)) lines.set(number, line);
    line += lineEnds(masked.mustaches[number] ?? '');
  }
  return lines;
}

function lineEnds(text: string): number {
  return text.split('\n').length - 1;
}

/** Characters that XML spells out, as visual editors write them into attributes. */
export function decodeEntities(text: string): string {
  return text.replace(/&(quot|apos|lt|gt|amp|#39|#x27);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  amp: '&',
  '#39': "'",
  '#x27': "'",
};

function unusedWord(source: string): string {
  let word = 'tmq';
  const lower = source.toLowerCase();
  while (lower.includes(word)) word += 'x';
  return word;
}

function unusedColour(source: string): string {
  const lower = source.toLowerCase();
  for (let prefix = 0xfab; ; prefix = (prefix + 1) & 0xfff) {
    const colour = `#${prefix.toString(16).padStart(3, '0')}`;
    if (!lower.includes(colour)) return colour;
  }
}
