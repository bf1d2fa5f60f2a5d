import { randomFillSync } from 'node:crypto';
import { ProcessClock } from './clock/clock.js';

const clock = new ProcessClock();
/** The package asks the system for 16 bytes an id, which costs four times the id itself. */
const pool = new Uint8Array(4_096);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const id = new Uint8Array(16);
let used = pool.length;
let msecs = -Infinity;
let seq = 0;

/** A new UUIDv7: sortable within this process, never an order between processes. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, (used += 16));
  const now = clock.now().getTime();
  if (now > msecs) {
    msecs = now;
    // The upper bit stays free, so that a millisecond's ids cannot overflow the counter.
    seq = ((random[0]! & 0x7f) << 24) | (random[1]! << 16) | (random[2]! << 8) | random[3]!;
  } else {
    seq += 1;
  }
  stamp(msecs);
  id[6] = 0x70 | (seq >>> 28);
  id[7] = seq >>> 20;
  id[8] = 0x80 | ((seq >>> 14) & 0x3f);
  id[9] = seq >>> 6;
  id[10] = (seq << 2) | (random[10]! & 3);
  for (let i = 11; i < 16; i++) id[i] = random[i]!;
  return uuidOf(id, 0);
}

/** The UUID whose 16 bytes stand at `at`, in lower case. */
export function uuidOf(bytes: Uint8Array, at: number): string {
  const hex = (i: number): string => HEX[bytes[at + i]!]!;
  return (
    `${hex(0)}${hex(1)}${hex(2)}${hex(3)}-${hex(4)}${hex(5)}-${hex(6)}${hex(7)}-${hex(8)}${hex(9)}-` +
    `${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}`
  );
}

/** 48 bits of milliseconds, more than the bit operations hold. */
function stamp(ms: number): void {
  const high = Math.floor(ms / 0x10000);
  id[0] = high >>> 24;
  id[1] = high >>> 16;
  id[2] = high >>> 8;
  id[3] = high;
  id[4] = ms / 0x100;
  id[5] = ms;
}
