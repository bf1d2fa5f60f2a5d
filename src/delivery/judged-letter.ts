import type { Facts } from '../domain/run.js';
import type { LockedLetter } from './guard-locks.js';
import type { Verdict } from './verdict.js';

/** A letter with what the guard has read under the locks and says of it. */
export interface JudgedLetter extends LockedLetter {
  readonly facts: Facts;
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
