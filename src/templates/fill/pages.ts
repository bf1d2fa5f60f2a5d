import { printable } from '../helpers/printable.js';
import type { Rendering } from '../helpers/rendering.js';
import { pageMark, type PageName } from './marks.js';
import type { PartKind } from './part-kind.js';

/** What an address is made of; anything else is printed as any value. */
const ADDRESS = /^[!-~]+$/;

/** Prints the address of one of the letter's own pages: its mark, as every letter repeats them in both parts. */
export function printPage(rendering: Rendering, name: PageName, value: unknown, label: string, kind: PartKind): void {
  if (typeof value !== 'string' || value !== rendering.pages[name] || !ADDRESS.test(value))
    return kind.print(rendering, kind.clean(printable(value, label)));
  const mark = pageMark(name);
  rendering.out += mark;
  rendering.hidden += kind.shownPage(value).length - mark.length;
}
