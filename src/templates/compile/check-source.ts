import type { Draft } from './draft.js';
import { refuse } from './draft.js';
import { MAX_DEPTH, MAX_MUSTACHE_CHARS, MAX_MUSTACHES, MAX_SOURCE_BYTES } from './limits.js';
import { MUSTACHE } from './mask-mustaches.js';

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
  const refusals = FORBIDDEN.flatMap(({ pattern, code, detail }) => {
    const found = pattern.exec(source);
    return found ? [{ code, detail, line: lineAt(source, found.index) }] : [];
  });
  return refusals.length > 0 ? refuse(draft, ...refusals) : checkMustaches(draft);
}

function checkMustaches(draft: Draft): Draft {
  let depth = 0;
  for (const { 0: mustache, index } of draft.source.matchAll(MUSTACHE)) {
    const line = lineAt(draft.source, index);
    if (mustache.length > MAX_MUSTACHE_CHARS && !mustache.startsWith('{{!'))
      return refuse(draft, {
        code: 'mustache_too_long',
        detail: `a mustache has at most ${MAX_MUSTACHE_CHARS} characters`,
        line,
      });
    if (/^\{\{~?#/.test(mustache)) depth++;
    else if (/^\{\{~?\//.test(mustache)) depth--;
    if (depth > MAX_DEPTH)
      return refuse(draft, { code: 'too_deep', detail: `blocks are nested deeper than ${MAX_DEPTH}`, line });
  }
  return draft;
}

const FORBIDDEN = [
  { pattern: /<mj-include/i, code: 'include', detail: 'mj-include is not supported: a template is one file' },
  { pattern: /\{\{~?\{|\{\{~?&/, code: 'unescaped', detail: 'unescaped output ({{{…}}} and {{&…}}) is not allowed' },
  { pattern: /\{\{~?#?>/, code: 'partial', detail: 'partials are not supported' },
  { pattern: /\{\{~?#?\*/, code: 'decorator', detail: 'decorators and inline partials are not supported' },
  { pattern: /\\\{\{/, code: 'escaped_mustache', detail: 'a backslash before {{ is not supported' },
  {
    pattern: /<mj-style[^>]*>(?:(?!<\/mj-style)[^])*?<\/(?!mj-style)/i,
    code: 'markup_in_style',
    detail: 'mj-style holds CSS only',
  },
  { pattern: /[\0\uFFFE\uFFFF]/, code: 'bad_character', detail: 'the source holds a character that is not text' },
];

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

function lineAt(source: string, index: number): number {
  return countOf(source.slice(0, index), '\n') + 1;
}
