import { parseDuration, windowMs } from '../domain/duration.js';
import { parseEmail } from '../domain/email-address.js';
import { parseSendRate } from '../domain/send-rate.js';
import { isZone } from '../domain/zone.js';
import { jsonRule } from '../platform/http/json-rule.js';

const text = (holds: (value: string) => boolean) => (value: unknown) => typeof value === 'string' && holds(value);

/** A mail address that this service would write to. */
export const IsAddress = (): PropertyDecorator =>
  jsonRule({ name: 'email_address', message: 'must be an e-mail address', holds: isAddress });

/** IANA zone. */
export const IsZone = (): PropertyDecorator =>
  jsonRule({ name: 'time_zone', message: 'must be an IANA time zone such as Europe/Moscow', holds: isKnownZone });

/** BCP 47. */
export const IsLocale = (): PropertyDecorator =>
  jsonRule({ name: 'locale', message: 'must be a language tag such as en or pt-BR', holds: isLocale });

/** ISO 4217. */
export const IsCurrency = (): PropertyDecorator =>
  jsonRule({ name: 'currency', message: 'must be three capital letters of ISO 4217', holds: isCurrency });

/** http or https, absolute, without user and password: letters lead nowhere else. */
export const IsHttpUrl = (): PropertyDecorator =>
  jsonRule({
    name: 'http_url',
    message: 'must be an absolute http or https URL without user and password',
    holds: isHttpUrl,
  });

/** A colour that CSS and mail clients both know. */
export const IsColor = (): PropertyDecorator =>
  jsonRule({ name: 'color', message: 'must be a colour such as #1f6feb', holds: isColor });

/** A stretch of elapsed time, up to a year. */
export const IsSpan = (): PropertyDecorator =>
  jsonRule({ name: 'duration', message: 'must be a duration such as "1 day" or PT12H, without months', holds: isSpan });

/** A local time of day. */
export const IsTimeOfDay = (): PropertyDecorator =>
  jsonRule({ name: 'time_of_day', message: 'must be a time such as 21:30', holds: isTimeOfDay });

/** A UTM value, up to 200 characters. */
export const IsTagValue = (): PropertyDecorator =>
  jsonRule({
    name: 'tag_value',
    message: 'must be 1 to 200 characters, with no other {…} than {scenario}, {step} and {template}',
    holds: isTagValue,
  });

/** A public host name in ASCII, without a port. */
export const IsHostName = (): PropertyDecorator =>
  jsonRule({ name: 'host_name', message: 'must be a host name such as mail.shop.example', holds: isHostName });

/** Letters in a stretch of time. */
export const IsSendRate = (): PropertyDecorator =>
  jsonRule({ name: 'send_rate', message: 'must be a rate such as 10/s, 600/m, 5000/h or 20000/d', holds: isSendRate });

/** A calendar day. */
export const IsDay = (): PropertyDecorator =>
  jsonRule({ name: 'day', message: 'must be a day such as 2026-12-01', holds: isDay });

/** Addresses or domains. */
export const IsRecipient = (): PropertyDecorator =>
  jsonRule({ name: 'recipient', message: 'must be an e-mail address or a domain', holds: isRecipient }, { each: true });

const isAddress = text((value) => parseEmail(value).ok);
const isKnownZone = text((value) => value.length <= 64 && isZone(value));
const isCurrency = text((value) => /^[A-Z]{3}$/.test(value));
const isColor = text((value) => /^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(value));
const LONGEST_SPAN_MS = 366 * 86_400_000;
const isSpan = text((value) => {
  const parsed = parseDuration(value);
  const ms = parsed.ok ? windowMs(parsed.units) : null;
  return ms !== null && ms > 0 && ms <= LONGEST_SPAN_MS;
});
const isTimeOfDay = text((value) => /^([01]\d|2[0-3]):[0-5]\d$/.test(value));
const isRecipient = text((value) => parseEmail(value.includes('@') ? value : `anyone@${value}`).ok);
/** Labels of letters, digits and inner hyphens; the last one begins with a letter, so that no IP address is a name. */
const HOST_NAME = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;
const isHostName = text((value) => HOST_NAME.test(value));
const isSendRate = text((value) => parseSendRate(value) !== null);
const isDay = text((value) => {
  const ms = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value);
});
const isTagValue = text(
  (value) =>
    value.length >= 1 && value.length <= 200 && !/[{}]/.test(value.replace(/\{(scenario|step|template)\}/g, '')),
);
/** What `safeUrl` of templates takes: URL itself reads `http:shop.example` too, and drops line ends. */
const isHttpUrl = text((value) => {
  if (
    !/^https?:\/\/[^/]/i.test(value) ||
    /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069\\]/u.test(value) ||
    !URL.canParse(value)
  )
    return false;
  const { username, password } = new URL(value);
  return username === '' && password === '';
});
/** `zh-CN-Hans` (the script behind the region) only looks like a tag: no letter could be written in it. */
const isLocale = text((value) => {
  if (!/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(value)) return false;
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false; // RangeError is Intl's only way to say that it cannot read the tag
  }
});
