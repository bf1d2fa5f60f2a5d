/** Bytes of one line: 57 become 76 characters, the longest line that MIME allows. */
const LINE_BYTES = 57;
const LINE_PAIRS = 38;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Two characters for every twelve bits, and the end of a line, as they lie in memory: one store writes both. */
const PAIRS = inMemory((at) => ALPHABET[at >> 6]! + ALPHABET[at & 63]!, 4096);
const CRLF = inMemory(() => '\r\n', 1)[0]!;

/** Memory that is written two characters at a time; `pairs` and `bytes` are the same memory. */
export interface PairedBytes {
  readonly bytes: Buffer;
  readonly pairs: Uint16Array;
}

/** Memory of its own for `size` bytes, rounded up. */
export function pairedBytes(size: number): PairedBytes {
  const bytes = Buffer.allocUnsafeSlow(size + (size % 2));
  return { bytes, pairs: new Uint16Array(bytes.buffer) };
}

/** The most bytes that `writeBase64Lines` writes for so many, its own margin included. */
export function base64LinesLength(length: number): number {
  return 4 * Math.ceil(length / 3) + 2 * Math.ceil(length / LINE_BYTES) + 2;
}

/**
 * Writes the first `length` bytes of a text as lines of base64, each with its end, and tells where they end. Node encodes a
 * whole text, not lines, and cutting its text into lines took longer than encoding it here does.
 */
export function writeBase64Lines(source: Uint8Array, length: number, target: PairedBytes, at: number): number {
  const { bytes, pairs } = target;
  const from = at + (at % 2);
  const wholeLines = length - (length % LINE_BYTES);
  let pair = from / 2;
  for (let read = 0; read < wholeLines; pairs[pair++] = CRLF) {
    for (const end = pair + LINE_PAIRS; pair < end; read += 3) {
      const bits = (source[read]! << 16) | (source[read + 1]! << 8) | source[read + 2]!;
      pairs[pair++] = PAIRS[bits >> 12]!;
      pairs[pair++] = PAIRS[bits & 4095]!;
    }
  }
  let end = 2 * pair;
  if (wholeLines < length) {
    const rest = Buffer.from(source.subarray(wholeLines, length)).toString('base64');
    end += bytes.write(`${rest}\r\n`, end, 'latin1');
  }
  if (from === at) return end;
  bytes.copyWithin(at, from, end);
  return end - 1;
}

function inMemory(text: (at: number) => string, count: number): Uint16Array {
  const { bytes, pairs } = pairedBytes(2 * count);
  for (let at = 0; at < count; at++) bytes.write(text(at), 2 * at, 'latin1');
  return pairs;
}
