import { jest } from '@jest/globals';
import fc from 'fast-check';
import { checkLimits } from './compile-template.js';
import { MAX_MUSTACHES, MAX_SOURCE_BYTES } from './limits.js';
import { MUSTACHE, mustachesOf } from './mask-mustaches.js';

/** Drafts are checked where requests are answered: whoever reads one much more often holds up all others. */
const MOST_READINGS = 16;

const filled = (start: string, filling: string): string =>
  (start + filling.repeat(MAX_SOURCE_BYTES)).slice(0, MAX_SOURCE_BYTES);

/** A part of a pattern that may match any number of characters: `*` or `+` that is no escaped one, or `{n,}`. */
const REPEATS = /(?<!\\)[*+]|\{\d+,\}/;
/** A pattern that looks at fewer characters reads them in no time. */
const LONG = 1_000;

type Exec = (this: RegExp, text: string) => RegExpExecArray | null;
type IndexOf = (this: string, part: string, from?: number) => number;
type Slice = (this: string, from?: number, to?: number) => string;

/**
 * Checks a source while everything that is read of it is counted. Throws when that is more than some times its length, or when a long
 * text is looked through with a pattern that may read all that follows from every place where it begins.
 */
function checkedInAFewReadings(source: string): ReturnType<typeof checkLimits> {
  const exec: Exec = Reflect.get(RegExp.prototype, 'exec');
  const indexOf: IndexOf = Reflect.get(String.prototype, 'indexOf');
  const slice: Slice = Reflect.get(String.prototype, 'slice');
  let left = MOST_READINGS * source.length;
  const read = (chars: number): void => {
    left -= chars;
    if (left < 0) throw new Error(`it is read more than ${MOST_READINGS} times`);
  };
  const spies = [
    jest.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, text: string) {
      const from = this.global ? this.lastIndex : 0;
      if (text.length - from > LONG && exec.call(REPEATS, this.source))
        throw new Error(`it is read with ${this.source}`);
      const found = exec.call(this, text);
      read((found ? found.index + found[0].length : text.length) - from);
      return found;
    }),
    jest.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, part: string, from = 0) {
      const at = indexOf.call(this, part, from);
      read((at < 0 ? this.length : at + part.length) - Math.min(from, this.length));
      return at;
    }),
    jest.spyOn(String.prototype, 'slice').mockImplementation(function (this: string, from?: number, to?: number) {
      const text = slice.call(this, from, to);
      read(text.length);
      return text;
    }),
  ];
  try {
    return checkLimits(source, 'en');
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('a source that nobody has checked yet', () => {
  it.each([
    ['styles that nothing closes', filled('', '<mj-style>')],
    ['style tags that do not end', filled('', '<mj-style ')],
    ['styles that end behind all of them', `${filled('', '<mj-style>').slice(20)}</mj-style>`],
    ['style tags that end behind all of them', `${filled('', '<mj-style ').slice(20)}></mj-style>`],
    ['comments that nothing closes', filled('{{!--'.repeat(MAX_MUSTACHES), ' ')],
    ['mustaches behind very many lines', '\n'.repeat(MAX_SOURCE_BYTES / 2) + '{{a}}'.repeat(MAX_MUSTACHES)],
    ['comments in turn with what looks like their end', filled('{{!--'.repeat(MAX_MUSTACHES), '--}')],
  ])('is read a few times and no more: %s', (_, source) => {
    expect(checkedInAFewReadings(source)).toEqual([]);
  });

  it('is cut into the mustaches that the rest of the compiler sees', () => {
    const pieces = fc.constantFrom('{{', '}}', '{', '}', '!--', '--', '!', '-', '~', '#', 'a', '\n');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const source = parts.join('');
        const seen = [...source.matchAll(MUSTACHE)].map(({ 0: mustache, index }) => ({ mustache, index }));
        expect([...mustachesOf(source)]).toEqual(seen);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['<mj-style>a{}</style><b></mj-style>', 1],
    ['a\n<mj-style>a{}</mj-style>\n<MJ-STYLE inline="inline"></script></mj-style>', 3],
    ['<mj-style>a <mj-style></b></mj-style>', 1],
  ])('is refused for markup in a style: %j', (source, line) => {
    expect(checkLimits(source, 'en')).toEqual([expect.objectContaining({ code: 'markup_in_style', line })]);
  });

  it.each(['<mj-style>a{}</mj-style><b></b>', '<mj-style>a{}</MJ-Style>', '<mj-style></mj-style', '<mj-style'])(
    'keeps its styles: %j',
    (source) => {
      expect(checkLimits(source, 'en')).toEqual([]);
    },
  );

  it('may hold a comment of any length, and no mustache of more than a thousand characters', () => {
    const long = 'a'.repeat(1_000);
    expect(checkLimits(`{{!-- ${long} --}}`, 'en')).toEqual([]);
    expect(checkLimits(`\n{{${long}}}`, 'en')).toEqual([
      expect.objectContaining({ code: 'mustache_too_long', line: 2 }),
    ]);
  });

  it.each(['\0', '\uFFFE', '\uFFFF'])('is refused for what is no character: %j', (character) => {
    expect(checkLimits(`a\n${character}`, 'en')).toEqual([expect.objectContaining({ code: 'bad_character', line: 2 })]);
  });
});
