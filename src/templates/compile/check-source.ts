import type { Draft } from './draft.js';
import { refuse } from './draft.js';
import { MAX_DEPTH, MAX_MUSTACHE_CHARS, MAX_MUSTACHES, MAX_SOURCE_BYTES } from './limits.js';
import { mustachesOf } from './mask-mustaches.js';

/** Refuses what must never reach a parser: too much of anything, included files, unescaped output, raw blocks. */
export function checkSource(draft: Draft): Draft {
  const { source } = draft;
  const bytes = Buffer.byteLength(source);
  if (bytes > MAX_SOURCE_BYTES)
    return refuse(draft, {
      code: 'too_large',
      detail: `the source has ${bytes} bytes, at most ${MAX_SOURCE_BYTES} are read`,
    });
  const count = countOf(source, '{{');
  if (count > MAX_MUSTACHES)
    return refuse(draft, {
      code: 'too_many_mustaches',
      detail: `${count} mustaches, at most ${MAX_MUSTACHES} are allowed`,
    });
  const refusals = FORBIDDEN.flatMap(({ find, code, detail }) => {
    const at = find(source);
    return at < 0 ? [] : [{ code, detail, line: lineAt(source, at) }];
  });
  return refusals.length > 0 ? refuse(draft, ...refusals) : checkMustaches(draft);
}

function checkMustaches(draft: Draft): Draft {
  let depth = 0;
  for (const { mustache, index } of mustachesOf(draft.source)) {
    if (mustache.length > MAX_MUSTACHE_CHARS && !mustache.startsWith('{{!'))
      return refuse(draft, {
        code: 'mustache_too_long',
        detail: `a mustache has at most ${MAX_MUSTACHE_CHARS} characters`,
        line: lineAt(draft.source, index),
      });
    if (/^\{\{~?#/.test(mustache)) depth++;
    else if (/^\{\{~?\//.test(mustache)) depth--;
    if (depth > MAX_DEPTH)
      return refuse(draft, {
        code: 'too_deep',
        detail: `blocks are nested deeper than ${MAX_DEPTH}`,
        line: lineAt(draft.source, index),
      });
  }
  return draft;
}

/** Where something stands for the first time; -1 where it does not. Sources are untrusted: every search reads one once. */
type Find = (source: string) => number;

const first =
  (pattern: RegExp): Find =>
  (source) =>
    source.search(pattern);

const FORBIDDEN: readonly { readonly find: Find; readonly code: string; readonly detail: string }[] = [
  { find: first(/<mj-include/i), code: 'include', detail: 'mj-include is not supported: a template is one file' },
  {
    find: first(/\{\{~?\{|\{\{~?&/),
    code: 'unescaped',
    detail: 'unescaped output ({{{…}}} and {{&…}}) is not allowed',
  },
  { find: first(/\{\{~?#?>/), code: 'partial', detail: 'partials are not supported' },
  { find: first(/\{\{~?#?\*/), code: 'decorator', detail: 'decorators and inline partials are not supported' },
  { find: first(/\\\{\{/), code: 'escaped_mustache', detail: 'a backslash before {{ is not supported' },
  { find: markupInStyle, code: 'markup_in_style', detail: 'mj-style holds CSS only' },
  {
    find: first(/[\0\uFFFE\uFFFF]/),
    code: 'bad_character',
    detail: 'the source holds a character that is not text',
  },
];

/** An `<mj-style>` behind whose tag the first `</` closes something else. Both ends are looked for onwards only, never again. */
function markupInStyle(source: string): number {
  let tagEnd = -1;
  let closing = -1;
  for (const { index } of source.matchAll(/<mj-style/gi)) {
    if (tagEnd < index) tagEnd = source.indexOf('>', index);
    if (tagEnd < 0) return -1;
    if (closing <= tagEnd) closing = source.indexOf('</', tagEnd + 1);
    if (closing < 0) return -1;
    if (!/^<\/mj-style/i.test(source.slice(closing, closing + 10))) return index;
  }
  return -1;
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

function lineAt(source: string, index: number): number {
  return countOf(source.slice(0, index), '\n') + 1;
}
