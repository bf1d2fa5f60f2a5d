import { crc32 } from 'node:zlib';
import type { CompiledLocale } from '../compile/compiled-template.js';

/** The texts that skeletons point into. */
export interface LetterSource {
  /** CRC-32 of both. */
  readonly sum: number;
  readonly html: SourceText;
  readonly text: SourceText;
}

interface Piece {
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** The pieces of one compiled source that marks name, as bytes: a template has some dozens, and every letter repeats them. */
export class SourceText {
  /** By where they begin; few begin where another one does. */
  private readonly pieces = new Map<number, Piece>();

  constructor(private readonly source: string) {}

  /**
   * UTF-8 of the characters `at … at + length`.
   * @throws Error where the source has none
   */
  piece(at: number, length: number): Uint8Array {
    const known = this.pieces.get(at);
    if (known?.length === length) return known.bytes;
    const text = this.source.slice(at, at + length);
    if (text.length !== length) throw new Error('a mark of a kept letter points outside of its template');
    const bytes = new Uint8Array(Buffer.from(text));
    this.pieces.set(at, { length, bytes });
    return bytes;
  }
}

const sources = new WeakMap<object, LetterSource>();

/** Worked out once for each version that is in memory. */
export function letterSource(compiled: Pick<CompiledLocale, 'html' | 'text'>): LetterSource {
  const known = sources.get(compiled);
  if (known) return known;
  const { html, text } = compiled;
  const source = { sum: crc32(text, crc32(html)), html: new SourceText(html), text: new SourceText(text) };
  sources.set(compiled, source);
  return source;
}
