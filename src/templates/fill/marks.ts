/**
 * What stands in a skeleton for text that is not written out. Each mark begins with NUL, which no text of a letter holds: the
 * API refuses it, PostgreSQL cannot store it, and what prints data drops it.
 */
export const NUL = '\0';

/** Ends every mark. */
export const MARK_END = ';';

/** The characters `at … at + length` of the part's compiled source. */
export function sourceMark(at: number, length: number): string {
  return `${NUL}${at},${length}${MARK_END}`;
}

/** The address of one of the letter's click links. */
export function linkMark(index: number): string {
  return `${NUL}L${index}${MARK_END}`;
}

/** The address of the picture that reports an opening. */
export const OPENING_MARK = `${NUL}O${MARK_END}`;

/** The letter's own pages, by their place among the pages that are kept. */
export const PAGES = ['unsubscribe', 'preferences', 'view', 'confirm'] as const;

export type PageName = (typeof PAGES)[number];

/** The address of one of the letter's own pages. */
export function pageMark(name: PageName): string {
  return `${NUL}P${PAGES.indexOf(name)}${MARK_END}`;
}
