import type { Letter } from './letter.js';
import type { Verdict } from './verdict.js';

/** A letter with what the guard says of it. */
export interface JudgedLetter {
  readonly letter: Letter;
  readonly verdict: Verdict;
}

/** One that does not go now. */
export interface UnsentLetter extends JudgedLetter {
  readonly verdict: Exclude<Verdict, { readonly kind: 'send' }>;
}

/** Nothing more will come of the letter. */
export function isEnd(verdict: Verdict): boolean {
  return verdict.kind === 'skip' || verdict.kind === 'fail' || verdict.kind === 'cancel' || verdict.kind === 'end';
}
