import type { TermKind } from './term.js';

/** The reader's own name its limits: 'Exceeded maxDepth (24)'. */
export function limitWords(summary: string): string {
  const [, limit = '', most = ''] = /^Exceeded (\w+) \((\d+)\)$/.exec(summary) ?? [];
  const words = LIMITS.get(limit);
  return words === undefined ? summary : words.replace('#', most);
}

const LIMITS: ReadonlyMap<string, string> = new Map([
  ['maxDepth', 'its parts stand more than # deep in one another'],
  ['maxAstNodes', 'has more than # parts'],
  ['maxListElements', 'holds a list of more than # elements'],
  ['maxMapEntries', 'holds a record of more than # fields'],
  ['maxCallArguments', 'gives a function more than # arguments'],
]);

/** Types and their clashes in an author's words: an event's numbers are none of double and int to whoever wrote 5. */
export function readable(message: string): string {
  return (
    message
      // What stands behind the first argument of these is the translation's own.
      .replace(/^found no matching overload for 'Known\.(\w+)\((.+), [^,]+\)'$/, '$1() takes a text, not $2')
      .replace(/^found no matching overload for '(.*)'$/, 'does not fit together: $1')
      .replace(/^no such overload: /, 'does not fit together: ')
      .replaceAll('google.protobuf.Timestamp', 'instant')
      .replaceAll('google.protobuf.Duration', 'duration')
      // Before a parenthesis it is the function of that name.
      .replace(/\b(?:double|int|uint)\b(?!\()/g, 'number')
      .replace(/\bstring\b(?!\()/g, 'text')
      .replace(/\bbool\b(?!\()/g, 'true or false')
      .replace(/\bdyn\b/g, 'value')
      .replace(/\blist<[^>]*>/g, 'list')
      .replace(/^does not fit together: list\.contains\(.*\)$/, 'a list is asked by in: "vip" in contact.tags')
  );
}

/** What a piece of an expression gives, in the words of `readable`. */
export function kindWords(kind: TermKind): string {
  return GIVEN.get(kind) ?? kind;
}

const GIVEN: ReadonlyMap<TermKind, string> = new Map([
  ['int', 'number'],
  ['double', 'number'],
  ['id', 'number or text'],
  ['bool', 'condition'],
]);
