import { readFileSync } from 'node:fs';
import {
  CANCEL_REASONS,
  END_REASONS,
  FAIL_REASONS,
  NO_ENTRY_REASONS,
  PAST_REASONS,
  SKIP_REASONS,
  WAIT_REASONS,
} from './reasons.js';

const GLOSSARY = readFileSync(new URL('../../docs/glossary.md', import.meta.url), 'utf8');
/** Rows such as "| a skipped letter | `late` | … |". */
const ROWS = [...GLOSSARY.matchAll(/^\| (an? [a-z ]+?) +\| `([a-z_]+:?)…?` +\| \S/gm)].map(([, of, word]) => ({
  of,
  word,
}));

describe('the words for ends and for what was not sent', () => {
  it.each([
    ['a skipped letter', SKIP_REASONS],
    ['a planned letter', WAIT_REASONS],
    ['a cancelled letter', CANCEL_REASONS],
    ['a failed letter', FAIL_REASONS],
    ['a run', END_REASONS],
    ['a wait', PAST_REASONS],
    ['an event', NO_ENTRY_REASONS],
  ])('stand in the glossary, those of %s, each and no other', (said, words) => {
    expect(ROWS.filter(({ of }) => of === said).map(({ word }) => word)).toEqual([...words]);
  });
});
