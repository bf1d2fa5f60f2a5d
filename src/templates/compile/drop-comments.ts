import type { Draft } from './draft.js';
import { MUSTACHE } from './mask-mustaches.js';

/**
 * Takes comments out before anything else is read: what an author has put aside is no subject, and no loop that MJML would drop.
 * Outlook's conditional comments stay, as do style sheets, and a comment that holds one half of a block: without it the
 * other half would mean something else. Lines keep their numbers.
 */
export function dropComments(draft: Draft): Draft {
  const source = draft.source.replace(PIECE, (piece) => (isPutAside(piece) ? piece.replace(/[^\n]/g, '') : piece));
  return { ...draft, source };
}

const PIECE = new RegExp(`${MUSTACHE.source}|<(mj-style|style)\\b[^]*?(?:</\\1\\s*>|$)|<!--[^]*?(?:-->|$)`, 'gi');

function isPutAside(piece: string): boolean {
  if (!piece.startsWith('<!--') || !piece.endsWith('-->') || /^<!--\s*(?:\[|<!)/.test(piece)) return false;
  let depth = 0;
  for (const [mustache] of piece.matchAll(MUSTACHE)) {
    if (/^\{\{~?#/.test(mustache)) depth++;
    else if (/^\{\{~?\//.test(mustache)) depth--;
    else if (depth === 0 && /^\{\{~?\s*(?:\^|else\b)/.test(mustache)) return false;
    if (depth < 0) return false;
  }
  return depth === 0;
}
