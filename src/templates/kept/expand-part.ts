import { MARK_END, NUL } from '../fill/marks.js';
import type { PartKind } from '../fill/part-kind.js';

/** What the marks of a letter stand for beside its template's text. */
export interface LetterAddresses {
  readonly click: (index: number) => string;
  readonly opening: () => string;
  readonly page: (place: number) => string;
}

/**
 * The part that a skeleton stands for.
 * @throws Error for a mark that says nothing
 */
export function expandPart(skeleton: string, source: string, kind: PartKind, addresses: LetterAddresses): string {
  let part = '';
  let from = 0;
  for (let at = skeleton.indexOf(NUL); at >= 0; at = skeleton.indexOf(NUL, from)) {
    const end = skeleton.indexOf(MARK_END, at);
    if (end < 0) throw new Error('a mark of a kept letter has no end');
    part += skeleton.slice(from, at) + textOf(skeleton.slice(at + 1, end), source, kind, addresses);
    from = end + 1;
  }
  return part + skeleton.slice(from);
}

function textOf(mark: string, source: string, kind: PartKind, addresses: LetterAddresses): string {
  switch (mark[0]) {
    case 'L':
      return kind.shownAddress(addresses.click(Number(mark.slice(1))));
    case 'O':
      return kind.shownAddress(addresses.opening());
    case 'P':
      return kind.shownPage(addresses.page(Number(mark.slice(1))));
    default:
      return sourceText(mark, source);
  }
}

function sourceText(mark: string, source: string): string {
  const comma = mark.indexOf(',');
  const at = Number(mark.slice(0, comma));
  return source.slice(at, at + Number(mark.slice(comma + 1)));
}
