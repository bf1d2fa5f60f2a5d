import { ValidateBy, type ValidationOptions, isEmail, isFQDN } from 'class-validator';

/** A name without < and >, which begin another address, unless it stands in quotes. */
const NAMED = /^(?:\s*"[^"]*"\s*|[^<>]*)<([^<>]+)>\s*$/;

/** "address" or "Name <address>". */
export function IsMailbox(options: ValidationOptions): PropertyDecorator {
  return rule('isMailbox', (value) => typeof value === 'string' && isAddress(NAMED.exec(value)?.[1] ?? value), options);
}

/** What SMTP_URL may say behind a `?`: nodemailer's options of a connection. Others would change nothing, or log letters. */
const SMTP_OPTIONS = [
  'authMethod',
  'connectionTimeout',
  'dnsTimeout',
  'greetingTimeout',
  'ignoreTLS',
  'localAddress',
  'maxConnections',
  'maxMessages',
  'name',
  'opportunisticTLS',
  'proxy',
  'requireTLS',
  'socketTimeout',
];

/** Of these nodemailer would take any word: NaN for a time, and for a switch what every word but "false" means, yes. */
const SMTP_COUNTS = [
  'maxConnections',
  'maxMessages',
  'connectionTimeout',
  'dnsTimeout',
  'greetingTimeout',
  'socketTimeout',
];
const SMTP_SWITCHES = ['ignoreTLS', 'opportunisticTLS', 'requireTLS', 'tls.rejectUnauthorized'];

/** Whole numbers of connections, of letters on each, and of milliseconds. */
export function HasSmtpCounts(): PropertyDecorator {
  return rule('hasSmtpCounts', (value) => valuesOf(value, SMTP_COUNTS).every((count) => /^[1-9]\d{0,5}$/.test(count)), {
    message: `must be with whole numbers, 1 or more, for ${SMTP_COUNTS.join(', ')}`,
  });
}

/** What is on or off. */
export function HasSmtpSwitches(): PropertyDecorator {
  return rule('hasSmtpSwitches', (value) => valuesOf(value, SMTP_SWITCHES).every((on) => /^(?:true|false)$/.test(on)), {
    message: `must be with true or false for ${SMTP_SWITCHES.join(', ')}`,
  });
}

function valuesOf(url: unknown, names: readonly string[]): string[] {
  if (typeof url !== 'string' || !URL.canParse(url)) return [];
  const { searchParams } = new URL(url);
  return names.flatMap((name) => searchParams.getAll(name));
}

/** Options of SMTP_URL that have an effect, and no others; its form is checked apart. */
export function HasSmtpOptions(): PropertyDecorator {
  const foreign = (value: unknown): string | undefined => {
    if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
    const names = [...new URL(value).searchParams.keys()];
    return names.find((name) => !SMTP_OPTIONS.includes(name) && !/^tls\.\w+$/.test(name));
  };
  return rule('hasSmtpOptions', (value) => foreign(value) === undefined, {
    message: ({ value }) =>
      `must be without the option "${foreign(value)}": it may have ${SMTP_OPTIONS.join(', ')} and tls.…; ` +
      `how many letters go out a second is a store's setting, sendRate`,
  });
}

/** A URL whose user and password can be read: a % that stands for itself is written %25. */
export function HasReadableAccount(): PropertyDecorator {
  return rule('hasReadableAccount', (value) => typeof value !== 'string' || !URL.canParse(value) || isReadable(value), {
    message: 'must be with %25 for a % in its user or password',
  });
}

/** A Redis's database is a number: ioredis would end the process over any other, when the connection is there. */
export function HasRedisDatabase(): PropertyDecorator {
  return rule('hasRedisDatabase', (value) => typeof value !== 'string' || !URL.canParse(value) || isNumbered(value), {
    message: 'must be with a number for the database behind the port, if with anything: redis://host:6379/1',
  });
}

function isNumbered(url: string): boolean {
  const { pathname, searchParams } = new URL(url);
  return /^\/?\d{0,5}$/.test(pathname) && searchParams.getAll('db').every((db) => /^\d{1,5}$/.test(db));
}

function isReadable(url: string): boolean {
  const { username, password } = new URL(url);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

/** A list of addresses and domains. */
export function IsRecipientList(options: ValidationOptions): PropertyDecorator {
  return rule(
    'isRecipientList',
    (value) => isList(value, (item) => isAddress(item) || isFQDN(item, { require_tld: false })),
    options,
  );
}

/** A list of at least one of these words. */
export function IsRoleList(known: readonly string[], options: ValidationOptions): PropertyDecorator {
  return rule(
    'isRoleList',
    (value) => isList(value, (item) => known.includes(item)) && (value as unknown[]).length > 0,
    options,
  );
}

/** A whole number of seconds. */
export function IsSeconds(least: number, most: number): PropertyDecorator {
  return rule('isSeconds', (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most, {
    message: `must be a whole number of seconds from ${least} to ${most}`,
  });
}

function rule(name: string, holds: (value: unknown) => boolean, options: ValidationOptions): PropertyDecorator {
  return ValidateBy({ name, validator: { validate: holds } }, options);
}

function isAddress(text: string): boolean {
  return isEmail(text, { require_tld: false });
}

function isList(value: unknown, holds: (item: string) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && holds(item));
}
