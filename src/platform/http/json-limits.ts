import type { Problem } from './domain-error.js';
import { pointerStep } from './json-pointer.js';
import type { JsonLimits } from './route-config.js';

/** What every JSON body must keep to unless its route says otherwise. */
export const USUAL_LIMITS: JsonLimits = { maxDepth: 16, maxKeys: 500, maxStringBytes: 16_384 };

/** Keys that reach an object's prototype when somebody copies the object carelessly. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'prototype', 'constructor']);

/**
 * The first thing in parsed JSON that no part of the service may see: too deep or too large, a key of an object's
 * prototype, NUL or half a surrogate pair (PostgreSQL refuses both), a number beyond what a double holds.
 */
export function jsonProblem(value: unknown): Problem | null {
  return new Walk(USUAL_LIMITS, true).into(value, '', 1);
}

/** The same, for text that was just parsed: without an escape `\u` no string of it can hold NUL or a lone surrogate. */
export function parsedJsonProblem(value: unknown, text: string, limits: JsonLimits): Problem | null {
  return new Walk(limits, text.includes('\\u')).into(value, '', 1);
}

const TOO_MANY_KEYS = 'too_many_keys';

class Walk {
  private keys = 0;

  constructor(
    private readonly limits: JsonLimits,
    private readonly looksIntoStrings: boolean,
  ) {}

  /** Pointers are written on the way back from a problem: writing one for every value cost twice the parsing. */
  into(value: unknown, pointer: string, depth: number): Problem | null {
    if (typeof value === 'string') return this.inString(value, pointer);
    if (typeof value === 'number')
      return Number.isFinite(value)
        ? null
        : problem(pointer, 'number_too_large', 'is a number beyond the range of a double');
    if (typeof value !== 'object' || value === null) return null;
    if (depth > this.limits.maxDepth)
      return problem(pointer, 'too_deep', `is nested more than ${this.limits.maxDepth} levels deep`);
    if (!Array.isArray(value)) return this.inObject(value as Record<string, unknown>, depth);
    for (let i = 0; i < value.length; i++) {
      const found = this.into(value[i], '', depth + 1);
      if (found) return under(String(i), found);
    }
    return null;
  }

  private inObject(value: Record<string, unknown>, depth: number): Problem | null {
    for (const key of Object.keys(value)) {
      if (++this.keys > this.limits.maxKeys)
        return problem('', TOO_MANY_KEYS, `holds more than ${this.limits.maxKeys} keys`);
      if (FORBIDDEN_KEYS.has(key)) return under(key, problem('', 'forbidden_key', 'is a key that may not be used'));
      const found = this.inString(key, '') ?? this.into(value[key], '', depth + 1);
      if (found) return under(key, found);
    }
    return null;
  }

  private inString(text: string, pointer: string): Problem | null {
    const max = this.limits.maxStringBytes;
    // Only a text of more than a third of the limit in UTF-16 units can be longer than the limit in bytes.
    if (text.length * 3 > max && Buffer.byteLength(text) > max)
      return problem(pointer, 'too_long', `is longer than ${max} bytes`);
    if (!this.looksIntoStrings) return null;
    if (text.includes('\u0000')) return problem(pointer, 'nul', 'holds the character NUL');
    return text.isWellFormed() ? null : problem(pointer, 'lone_surrogate', 'holds half of a surrogate pair');
  }
}

function problem(pointer: string, code: string, detail: string): Problem {
  return { pointer, code, detail };
}

/** A problem as seen from one level above; too many keys are the whole body's. */
function under(key: string, found: Problem): Problem {
  if (found.code === TOO_MANY_KEYS) return found;
  return { ...found, pointer: `${pointerStep(key)}${found.pointer}` };
}
