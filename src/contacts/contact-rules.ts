import { ApiProperty } from '@nestjs/swagger';
import { parseEmail } from '../domain/email-address.js';
import { isShopId } from '../domain/shop-id.js';
import { isZone } from '../domain/zone.js';
import { jsonRule } from '../platform/http/json-rule.js';

const LOCALE = /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}$/;

/** An id as shops have them: text of 1–200 characters, or a safe integer, which is kept as text. */
export function IsId(): PropertyDecorator {
  const rule = jsonRule({
    name: 'id',
    message: 'must be a string of 1 to 200 characters or a whole number within ±2^53',
    holds: isShopId,
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

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && parseEmail(value).ok;
}

function isLocale(value: unknown): boolean {
  return typeof value === 'string' && LOCALE.test(value);
}

/** Offsets (`+03:00`) are taken for zones too, but know no summer time and no name. */
function isTimezone(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 64 && /^[A-Za-z]/.test(value) && isZone(value);
}
