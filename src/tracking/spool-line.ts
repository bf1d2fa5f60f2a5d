import { crc32 } from 'node:zlib';
import type { Hit } from './hit.js';

/** What a spool file holds. */
export interface SpoolContent {
  readonly hits: readonly Hit[];
  /** Whole lines that are not what was written: a damaged disk, never a crash. */
  readonly damaged: number;
}

/** One line a hit: checksum, space, JSON. */
export function spoolLine(hit: Hit): string {
  const json = JSON.stringify(hit);
  return `${checksum(json)} ${json}\n`;
}

/**
 * Reads a spool file. A last line without its end is the trace of a crash in the middle of a write: nobody was answered
 * for it, so it is left out silently.
 */
export function readSpool(text: string): SpoolContent {
  const lines = text.split('\n');
  lines.pop();
  const hits: Hit[] = [];
  let damaged = 0;
  for (const line of lines) {
    const json = line.slice(9);
    if (line.slice(0, 9) === `${checksum(json)} `) hits.push(JSON.parse(json) as Hit);
    else damaged++;
  }
  return { hits, damaged };
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
