/** What is followed up has to fit an index; an id of the shop does, unless it is of pictures for the most part. */
const LONGEST = 200;
const MARK = '#';
const DIGITS = 16;

/**
 * The subject that a text stands for, the only form in which subjects are stored and compared. A longer text than 200 UTF-16 code
 * units is cut and ends in a hash of the whole (64 bits), so that two recovery links with one beginning stay two things.
 */
export function subjectOf(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${wellFormedStart(text, LONGEST - MARK.length - DIGITS)}${MARK}${hash(text)}`;
}

/** Half a character (a cut pair of surrogates) cannot be stored: PostgreSQL would answer another text than it was given. */
function wellFormedStart(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}

/** Two lanes of xor and multiply, mixed into each other so that nothing of either is lost (cyrb): 64 bits in hexadecimal. */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return hex(a) + hex(b);
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(DIGITS / 2, '0');
}
