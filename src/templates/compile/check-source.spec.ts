import fc from 'fast-check';
import { checkLimits } from './compile-template.js';
import { MAX_MUSTACHES, MAX_SOURCE_BYTES } from './limits.js';
import { MUSTACHE, mustachesOf } from './mask-mustaches.js';

/** Drafts are checked where requests are answered: what a second is to one, all others wait. */
const LONGEST_MS = 2_000;

const filled = (start: string, filling: string): string =>
  (start + filling.repeat(MAX_SOURCE_BYTES)).slice(0, MAX_SOURCE_BYTES);

describe('a source that nobody has checked yet', () => {
  it.each([
    ['styles that nothing closes', filled('', '<mj-style>')],
    ['style tags that do not end', filled('', '<mj-style ')],
    ['comments that nothing closes', filled('{{!--'.repeat(MAX_MUSTACHES), ' ')],
    ['mustaches behind very many lines', '\n'.repeat(MAX_SOURCE_BYTES / 2) + '{{a}}'.repeat(MAX_MUSTACHES)],
    ['comments in turn with what looks like their end', filled('{{!--'.repeat(MAX_MUSTACHES), '--}')],
  ])('is judged in a moment: %s', (_, source) => {
    const began = performance.now();
    expect(checkLimits(source, 'en')).toEqual([]);
    expect(performance.now() - began).toBeLessThan(LONGEST_MS);
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
});
