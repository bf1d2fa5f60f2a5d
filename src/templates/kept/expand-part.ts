import type { PartKind } from '../fill/part-kind.js';
import type { OutputBuffer } from '../output-buffer.js';
import type { SourceText } from './letter-source.js';

/** What the marks of a letter stand for beside its template's text. */
export interface LetterAddresses {
  readonly click: (index: number) => string;
  readonly opening: () => string;
  readonly page: (place: number) => string;
}

const [NUL, MARK_END, COMMA, ZERO] = [0x00, 0x3b, 0x2c, 0x30];
const [CLICK, OPENING, PAGE] = [0x4c, 0x4f, 0x50];
/** How many UTF-16 units begin with a byte of UTF-8. */
const UNITS = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xf0 ? 1 : 2));

/**
 * Writes the part that a skeleton stands for, and tells how many UTF-16 units it has. Bytes are copied, not texts joined: to
 * encode the joined text of a letter took half as long as to join it.
 * @throws Error for a mark that says nothing
 */
export function expandPart(
  skeleton: Uint8Array,
  source: SourceText,
  kind: PartKind,
  addresses: LetterAddresses,
  out: OutputBuffer,
): number {
  let units = 0;
  let from = 0;
  for (let at = 0; at < skeleton.length; at++) {
    const byte = skeleton[at]!;
    if (byte !== NUL) {
      units += UNITS[byte]!;
      continue;
    }
    out.copy(skeleton, from, at);
    const end = endOfMark(skeleton, at);
    const address = addressOf(skeleton, at + 1, end, kind, addresses);
    if (address === null) units += copyPiece(skeleton, at + 1, end, source, out);
    else {
      out.append(address);
      units += address.length;
    }
    at = end;
    from = end + 1;
  }
  out.copy(skeleton, from, skeleton.length);
  return units;
}

function endOfMark(skeleton: Uint8Array, at: number): number {
  for (let end = at + 1; end < skeleton.length; end++) if (skeleton[end] === MARK_END) return end;
  throw new Error('a mark of a kept letter has no end');
}

/** The address that the mark in `at … end` stands for; null for a piece of the source. */
function addressOf(
  skeleton: Uint8Array,
  at: number,
  end: number,
  kind: PartKind,
  addresses: LetterAddresses,
): string | null {
  switch (skeleton[at]) {
    case CLICK:
      return kind.shownAddress(addresses.click(numberIn(skeleton, at + 1, end)));
    case OPENING:
      return kind.shownAddress(addresses.opening());
    case PAGE:
      return kind.shownPage(addresses.page(numberIn(skeleton, at + 1, end)));
    default:
      return null;
  }
}

function copyPiece(skeleton: Uint8Array, at: number, end: number, source: SourceText, out: OutputBuffer): number {
  let comma = at;
  while (comma < end && skeleton[comma] !== COMMA) comma++;
  const length = numberIn(skeleton, comma + 1, end);
  const piece = source.piece(numberIn(skeleton, at, comma), length);
  out.copy(piece, 0, piece.length);
  return length;
}

function numberIn(skeleton: Uint8Array, from: number, to: number): number {
  if (to <= from) throw new Error('a mark of a kept letter says no number');
  let number = 0;
  for (let at = from; at < to; at++) {
    const digit = skeleton[at]! - ZERO;
    if (digit < 0 || digit > 9) throw new Error('a mark of a kept letter is none');
    number = number * 10 + digit;
  }
  return number;
}
