import { randomFillSync } from 'node:crypto';
import { ProcessClock } from './clock/clock.js';

const clock = new ProcessClock();
/** Asking the system for 16 bytes an id costs four times the id itself. */
const pool = new Uint8Array(4_096);
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
let used = pool.length;
let msecs = -Infinity;
let seq = 0;

/** The text of the id that is being made: the digits of the instant stay for a millisecond. */
const text = Buffer.from('00000000-0000-7000-8000-000000000000', 'latin1');
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

/**
 * A new UUIDv7 (RFC 9562): sortable within this process, never an order between processes. Written digit by digit into one
 * buffer, because an event needs up to five of them.
 */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += 16;
  const now = clock.now().getTime();
  if (now > msecs) {
    msecs = now;
    writeInstant(now);
    // The upper bit stays free, so that a millisecond's ids cannot overflow the counter.
    seq = ((pool[at]! & 0x7f) << 24) | (pool[at + 1]! << 16) | (pool[at + 2]! << 8) | pool[at + 3]!;
  } else {
    seq += 1;
  }
  // 32 bits of the counter: behind the version 4 and 8 of them, behind the variant 6, 8 and 6.
  text[15] = DIGITS[(seq >>> 28) & 15]!;
  writeByte(16, seq >>> 20);
  writeByte(19, 0x80 | ((seq >>> 14) & 0x3f));
  writeByte(21, seq >>> 6);
  writeByte(24, ((seq << 2) & 0xfc) | (pool[at + 10]! & 3));
  for (let i = 11; i < 16; i++) writeByte(4 + 2 * i, pool[at + i]!);
  return text.toString('latin1');
}

function writeInstant(ms: number): void {
  let rest = ms;
  for (let at = 12; at >= 0; at--) {
    if (at === 8) continue;
    text[at] = DIGITS[rest % 16]!;
    rest = Math.floor(rest / 16);
  }
}

function writeByte(at: number, byte: number): void {
  text[at] = DIGITS[(byte >>> 4) & 15]!;
  text[at + 1] = DIGITS[byte & 15]!;
}

/** The UUID whose 16 bytes stand at `at`, in lower case. */
export function uuidOf(bytes: Uint8Array, at: number): string {
  const hex = (i: number): string => HEX[bytes[at + i]!]!;
  return (
    `${hex(0)}${hex(1)}${hex(2)}${hex(3)}-${hex(4)}${hex(5)}-${hex(6)}${hex(7)}-${hex(8)}${hex(9)}-` +
    `${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}`
  );
}
