import type { Draft } from './draft.js';
import { refuse } from './draft.js';
import { lineOf } from './mask-mustaches.js';

/** A comment, or a tag of MJML: whether it closes, its name, whether it closes itself. */
export const TAG = /<!--[^]*?-->|<(\/?)(mjml|mj-[a-z][a-z-]*)\b(?:"[^"]*"|'[^']*'|[^"'>])*?(\/?)>/gi;

interface Open {
  readonly name: string;
  readonly index: number;
}

/** What a template has one of. MJML passes over a second head or body without a word, and a letter has one subject and one preheader. */
const ONCE: Readonly<Record<string, string>> = {
  'mj-head': 'a template has one <mj-head>',
  'mj-body': 'a template has one <mj-body>',
  'mj-title': 'a letter has one subject (to choose between two, write {{#if …}} inside <mj-title>)',
  'mj-preview': 'a letter has one preheader (to choose between two, write {{#if …}} inside <mj-preview>)',
};

/**
 * Refuses elements of MJML that are not closed, or closed in another order, or there twice. MJML itself closes them wherever it
 * sees fit, and the letter looks as nobody meant it.
 */
export function checkBalance(draft: Draft): Draft {
  const { source } = draft.masked;
  const open: Open[] = [];
  const seen = new Set<string>();
  for (const { 1: closes, 2: tag, 3: closesItself, index } of source.matchAll(TAG)) {
    const name = tag?.toLowerCase();
    if (name === undefined || closesItself) continue;
    if (!closes) {
      if (seen.has(name)) return refuse(draft, secondOf(draft, { name, index }));
      if (name in ONCE) seen.add(name);
      open.push({ name, index });
    } else if (open.at(-1)?.name === name) open.pop();
    else return refuse(draft, unclosed(draft, open.at(-1) ?? { name, index }, `</${name}>`));
  }
  const left = open.at(-1);
  return left ? refuse(draft, unclosed(draft, left, 'the end')) : draft;
}

type Refusal = Parameters<typeof refuse>[1];

function unclosed({ masked }: Draft, { name, index }: Open, found: string): Refusal {
  return { code: 'unclosed', detail: `<${name}> is not closed before ${found}`, line: lineOf(masked, index) };
}

function secondOf({ masked }: Draft, { name, index }: Open): Refusal {
  return { code: 'element_twice', detail: `${ONCE[name]}: this is a second one`, line: lineOf(masked, index) };
}
