import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import { ProcessClock } from './clock/clock.js';

const clock = new ProcessClock();
/** The package asks the system for 16 bytes an id, which costs four times the id itself. */
const pool = new Uint8Array(4_096);
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
  return v7({ random, msecs, seq });
}
