import Handlebars from 'handlebars';
import { mustachesOf } from './mask-mustaches.js';

/** Why Handlebars cannot read a source, in an author's words, and where. */
export interface SyntaxFault {
  readonly detail: string;
  readonly line: number;
}

interface Opened {
  readonly name: string;
  readonly mustache: string;
  readonly line: number;
}

/**
 * Handlebars' own message lists what its grammar expected ('OPEN_INVERSE_CHAIN', got 'EOF') and of a block that nothing closes
 * it names the last line of the file. Null for a fault that is none of those people make.
 */
export function explainSyntax(source: string): SyntaxFault | null {
  const opened: Opened[] = [];
  const lineAt = lineCounter(source);
  let end = 0;
  for (const { mustache, index } of mustachesOf(source)) {
    end = index + mustache.length;
    const line = lineAt(index);
    const fault = faultOf(mustache, source[end], line) ?? step(opened, mustache, line);
    if (fault) return fault;
  }
  const open = source.indexOf('{{', end);
  if (open >= 0) return unended(source.slice(open), lineAt(open));
  const left = opened.at(-1);
  return left ? { detail: `${left.mustache} is not closed: {{/${left.name}}} is missing`, line: left.line } : null;
}

/** What is wrong with one mustache, whatever stands around it. */
function faultOf(mustache: string, next: string | undefined, line: number): SyntaxFault | null {
  if (mustache.includes('{{', 2)) return unended(mustache, line);
  const shown = quoted(mustache);
  if (next === '}') return { detail: `${shown} is followed by a }: put a space between them`, line };
  if (isClosing(mustache) || isElse(mustache) || parses(mustache)) return null;
  return { detail: `${shown} cannot be read${hintFor(mustache)}`, line };
}

function hintFor(mustache: string): string {
  const names = mustache.replace(/"[^"]*"|'[^']*'/g, '""');
  const [, hint] = HINTS.find(([slip]) => slip.test(names)) ?? [];
  return hint === undefined ? '' : `: ${hint}`;
}

/** Slips that people bring from other languages, and what to write instead; the first that fits is told. */
const HINTS: readonly (readonly [slip: RegExp, hint: string])[] = [
  [/^\{\{~?\s*~?\}\}$/, 'it is empty'],
  [/^\{\{~?\s+[#/^]/, 'no space stands between {{ and #, / or ^'],
  [/[<>=]|\|\||&&/, 'compare with (eq a b) or (gt a b), join with (and a b) or (or a b)'],
  [/\|/, 'there are no filters; a helper stands before what it takes, {{money event.total}}'],
  [
    /[^\s.(]\[|\["|\.\s*"/,
    'a dot stands before a bracket and no quotes in it, event.items.[0].title, event.[first name]',
  ],
  [/\.\d+[\s~})]/, 'a number at the end of a name stands in brackets, event.items.[0]'],
  [/[^\s(]\(/, 'a space stands behind a helper, {{money event.total}}'],
  [/[+*]|\s[-/]\s/, 'a template does not calculate'],
];

/** What is wrong with a mustache behind those before it: blocks close in the order in which they opened. */
function step(opened: Opened[], mustache: string, line: number): SyntaxFault | null {
  const shown = quoted(mustache);
  const name = OPENING.exec(mustache)?.[1];
  if (name !== undefined) opened.push({ name, mustache: shown, line });
  else if (isElse(mustache) && opened.length === 0) return { detail: `${shown} stands in no block`, line };
  else if (isClosing(mustache)) {
    const block = opened.pop();
    if (!block) return { detail: `${shown} closes nothing: no block is open`, line };
    if (CLOSING.exec(mustache)?.[1] !== block.name)
      return {
        detail: `${block.mustache} of line ${block.line} is closed by ${shown}: write {{/${block.name}}}`,
        line,
      };
  }
  return null;
}

const OPENING = /^\{\{~?[#^]\s*([^\s~}]+)/;
const CLOSING = /^\{\{~?\/\s*([^\s~}]*)/;

function isClosing(mustache: string): boolean {
  return CLOSING.test(mustache);
}

function isElse(mustache: string): boolean {
  return /^\{\{~?\s*(?:\^\s*~?\}\}|else\b)/.test(mustache);
}

function parses(mustache: string): boolean {
  const name = OPENING.exec(mustache)?.[1];
  try {
    Handlebars.parse(name === undefined ? mustache : `${mustache}{{/${name}}}`);
    return true;
  } catch {
    return false;
  }
}

function unended(text: string, line: number): SyntaxFault {
  const [start = ''] = /^\{\{[^\n<{}]*/.exec(text) ?? [];
  return { detail: `${quoted(start)} has no end: }} is missing`, line };
}

function quoted(mustache: string): string {
  const line = mustache.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

const LONGEST_QUOTE = 100;

/** The line of a place, for places that come in order: the source is gone through once. */
function lineCounter(source: string): (index: number) => number {
  let line = 1;
  let counted = 0;
  return (index) => {
    for (let at = source.indexOf('\n', counted); at >= 0 && at < index; at = source.indexOf('\n', at + 1)) line++;
    counted = index;
    return line;
  };
}
