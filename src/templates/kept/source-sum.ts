import { crc32 } from 'node:zlib';
import type { CompiledLocale } from '../compile/compiled-template.js';

const sums = new WeakMap<object, number>();

/** CRC-32 of the two texts that skeletons point into; worked out once for each version that is in memory. */
export function sourceSum(compiled: Pick<CompiledLocale, 'html' | 'text'>): number {
  const known = sums.get(compiled);
  if (known !== undefined) return known;
  const sum = crc32(compiled.text, crc32(compiled.html));
  sums.set(compiled, sum);
  return sum;
}
