import type { Draft } from './draft.js';
import { refuse } from './draft.js';
import { unmask } from './mask-mustaches.js';

/** A comment, or a tag of MJML: whether it closes, its name, whether it closes itself. */
const TAG = /<!--[^]*?-->|<(\/?)(mjml|mj-[a-z][a-z-]*)\b(?:"[^"]*"|'[^']*'|[^"'>])*?(\/?)>/gi;

interface Open {
  readonly name: string;
  readonly index: number;
}

/**
 * Refuses elements of MJML that are not closed, or closed in another order. MJML itself closes them wherever it sees fit, and
 * the letter looks as nobody meant it.
 */
export function checkBalance(draft: Draft): Draft {
  const { source } = draft.masked;
  const open: Open[] = [];
  for (const { 1: closes, 2: tag, 3: closesItself, index } of source.matchAll(TAG)) {
    const name = tag?.toLowerCase();
    if (name === undefined || closesItself) continue;
    if (!closes) open.push({ name, index });
    else if (open.at(-1)?.name === name) open.pop();
    else return refuse(draft, unclosed(draft, open.at(-1) ?? { name, index }, `</${name}>`));
  }
  const left = open.at(-1);
  return left ? refuse(draft, unclosed(draft, left, 'the end')) : draft;
}

function unclosed(
  { masked }: Draft,
  { name, index }: Open,
  found: string,
): { readonly code: string; readonly detail: string; readonly line: number } {
  const line = unmask(masked.source.slice(0, index), masked).split('\n').length;
  return { code: 'unclosed', detail: `<${name}> is not closed before ${found}`, line };
}
