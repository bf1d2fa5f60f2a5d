import { ApiProperty } from '@nestjs/swagger';
import { parseEmail } from '../domain/email-address.js';
import { jsonRule } from '../platform/http/json-rule.js';

const LOCALE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}$/;
const zones = new Map<string, boolean>();

/** An id as shops have them: text of 1–200 characters, or a safe integer, which is kept as text. */
export function IsId(): PropertyDecorator {
  const rule = jsonRule({
    name: 'id',
    message: 'must be a string of 1 to 200 characters or a whole number within ±2^53',
    holds: isId,
  });
  return (target, property) => {
    rule(target, property);
    DESCRIBED_ID(target, property);
  };
}

/** OpenAPI 3.0 takes null only beside a type, so one of the two has to say it. */
const DESCRIBED_ID = ApiProperty({
  oneOf: [
    { type: 'string', nullable: true, minLength: 1, maxLength: 200 },
    { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  ],
});

/** One plain e-mail address, by the rules of `domain/email-address`. */
export function IsAddress(): PropertyDecorator {
  return jsonRule({ name: 'email', message: 'must be one plain e-mail address', holds: isAddress });
}

/** An IANA time zone: `Europe/Moscow`. */
export function IsTimezone(): PropertyDecorator {
  return jsonRule({ name: 'timezone', message: 'must be an IANA time zone such as Europe/Moscow', holds: isTimezone });
}

/** A language, perhaps with a region: `ru`, `pt-BR`. */
export function IsLanguage(): PropertyDecorator {
  return jsonRule({ name: 'locale', message: 'must be a locale such as ru or pt-BR', holds: isLocale });
}

function isId(value: unknown): boolean {
  return typeof value === 'string' ? value.length >= 1 && value.length <= 200 : Number.isSafeInteger(value);
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && parseEmail(value).ok;
}

function isLocale(value: unknown): boolean {
  return typeof value === 'string' && LOCALE.test(value);
}

function isTimezone(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > 64) return false;
  const known = zones.get(value);
  if (known !== undefined) return known;
  const valid = isKnownZone(value);
  // Asking Intl costs 30 µs; there are some 600 zones, so only invalid names could fill this up.
  if (valid) zones.set(value, valid);
  return valid;
}

function isKnownZone(zone: string): boolean {
  // Intl also takes offsets ("+03:00"), which know no summer time and no name.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false; // RangeError is Intl's only way to say that it does not know the zone
  }
}
