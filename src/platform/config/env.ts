import 'reflect-metadata';
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
} from 'class-validator';
import {
  HasReadableAccount,
  HasRedisDatabase,
  HasSmtpCounts,
  HasSmtpOptions,
  HasSmtpSwitches,
  IsMailbox,
  IsRecipientList,
  IsRoleList,
  IsSeconds,
} from './env-rules.js';
import { Setting } from './setting.js';

export const ROLES = ['api', 'worker', 'tracking'] as const;
export type Role = (typeof ROLES)[number];

const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
/** Underscores: names of containers have them. */
const URL_RULES = { require_tld: false, require_protocol: true, allow_underscores: true } as const;

const NO_PROXIES = 'must be true, false or the number of proxies in front';

/** Everything that can be set from outside, one field an environment variable. */
export class Env {
  @Setting('Port that the HTTP server listens on; 0 takes a free one and needs PUBLIC_URL.', '3000')
  @IsInt({ message: 'must be a whole number from 0 to 65535' })
  @Min(0, { message: 'must be a whole number from 0 to 65535' })
  @Max(65_535, { message: 'must be a whole number from 0 to 65535' })
  readonly PORT!: number;

  @Setting('Address that the HTTP server listens on; 0.0.0.0 for all.', '127.0.0.1')
  @Matches(/^[\w.:-]+$/, { message: 'must be a host name or an IP address' })
  readonly HOST!: string;

  @Setting('Directory of the embedded database, the secret, the spool and first-run.json.', './.data')
  @MinLength(1, { message: 'must be a path' })
  readonly DATA_DIR!: string;

  @Setting(
    'Account that the embedded database runs as when the service is started as root; by default postgres, node or nobody. A database that is there keeps the account that it was made with.',
  )
  @IsOptional()
  @MinLength(1, { message: 'must be the name of an account' })
  readonly EMBEDDED_PG_USER?: string;

  @Setting(
    'A PostgreSQL of your own (15 or newer) instead of the embedded one: postgres://user:password@host:5432/database.',
  )
  @IsOptional()
  @IsUrl(
    { ...URL_RULES, protocols: ['postgres', 'postgresql'] },
    { message: 'must be postgres://user:password@host:port/database' },
  )
  readonly DATABASE_URL?: string;

  @Setting('Redis or Valkey for the wake-ups instead of PostgreSQL: redis://host:6379.')
  @IsOptional()
  @IsUrl(
    { ...URL_RULES, protocols: ['redis', 'rediss'] },
    { message: 'must be redis://host:port or rediss://host:port' },
  )
  @HasReadableAccount()
  @HasRedisDatabase()
  readonly REDIS_URL?: string;

  @Setting('What this process does: api, worker, tracking, separated by commas.', 'api,worker,tracking')
  @IsRoleList(ROLES, { message: `must be one or more of ${ROLES.join(', ')}, separated by commas` })
  readonly ROLES!: readonly Role[];

  @Setting('How letters of live environments leave: outbox only stores them; smtp and sendgrid send.', 'outbox')
  @IsIn(['outbox', 'smtp', 'sendgrid'], { message: 'must be outbox, smtp or sendgrid' })
  readonly TRANSPORT!: 'outbox' | 'smtp' | 'sendgrid';

  @Setting(
    'Mail server for TRANSPORT=smtp: smtp://user:password@host:587, smtps:// for TLS from the first byte; behind a ? options of the ' +
      'connection, such as maxConnections=5 or requireTLS=true.',
  )
  @IsOptional()
  @IsUrl(
    { ...URL_RULES, protocols: ['smtp', 'smtps'] },
    { message: 'must be smtp://user:password@host:port or smtps://…' },
  )
  @HasSmtpOptions()
  @HasSmtpCounts()
  @HasSmtpSwitches()
  readonly SMTP_URL?: string;

  @Setting('API key for TRANSPORT=sendgrid.')
  @IsOptional()
  @MinLength(1, { message: 'must be a SendGrid API key' })
  readonly SENDGRID_API_KEY?: string;

  @Setting('Where the SendGrid API answers: https://api.eu.sendgrid.com for the EU.', 'https://api.sendgrid.com')
  @IsUrl({ ...URL_RULES, protocols: ['http', 'https'] }, { message: 'must be an http or https URL' })
  readonly SENDGRID_API_URL!: string;

  @Setting('How recipients reach this service, for links, pixel and unsubscribe; by default http://localhost:PORT.')
  @IsOptional()
  @IsUrl(
    { ...URL_RULES, protocols: ['http', 'https'], allow_query_components: false, allow_fragments: false },
    { message: 'must be an http or https URL that paths can be added to: without ? and #' },
  )
  readonly PUBLIC_URL?: string;

  @Setting('Sender of stores that have not set one: "Name <address>" or an address.', 'Touchmap <touchmap@localhost>')
  @IsMailbox({ message: 'must be an address or "Name <address>"' })
  readonly MAIL_FROM!: string;

  @Setting('Addresses or domains, separated by commas, that live may write to; empty means everyone.', '')
  @IsRecipientList({ message: 'must be addresses or domains separated by commas' })
  readonly LIVE_RECIPIENTS!: readonly string[];

  @Setting(
    'Hold all sending of live environments: letters wait and go out once it is false again, late ones by their rules. For every process; after restoring a backup above all.',
    'false',
  )
  @IsBoolean({ message: 'must be true or false' })
  readonly SENDING_HOLD!: boolean;

  @Setting(
    'Secret from which signing keys derive; made into DATA_DIR/secret when unset. Needed when several machines share a database.',
  )
  @IsOptional()
  @IsString()
  @MinLength(32, { message: 'must be at least 32 characters, e.g. the output of: openssl rand -base64 32' })
  readonly SECRET_KEY?: string;

  @Setting(
    'Whole months for which events and engagements are kept, beside the current one; then their partitions are dropped.',
    '13',
  )
  @IsInt({ message: 'must be a whole number from 1 to 240' })
  @Min(1, { message: 'must be a whole number from 1 to 240' })
  @Max(240, { message: 'must be a whole number from 1 to 240' })
  readonly RETENTION_MONTHS!: number;

  @Setting(
    'How old a signed webhook of a provider may be, in seconds. Providers repeat for 24 hours; a repeated report is known by itself.',
    '90000',
  )
  @IsInt({ message: 'must be a whole number of seconds from 1 to 604800' })
  @Min(1, { message: 'must be a whole number of seconds from 1 to 604800' })
  @Max(604_800, { message: 'must be a whole number of seconds from 1 to 604800' })
  readonly WEBHOOK_WINDOW_S!: number;

  @Setting('Whom alerts are mailed to, by the configured transport.')
  @IsOptional()
  @IsEmail({ require_tld: false }, { message: 'must be an e-mail address' })
  readonly ALERT_EMAIL?: string;

  @Setting('Where alerts are posted to as JSON: https://…')
  @IsOptional()
  @IsUrl({ ...URL_RULES, protocols: ['http', 'https'] }, { message: 'must be an http or https URL' })
  readonly ALERT_WEBHOOK_URL?: string;

  @Setting('Seconds after which a provider’s answer is no longer waited for: the letter is then unknown.', '20')
  @IsSeconds(1, 300)
  readonly SEND_TIMEOUT_S!: number;

  @Setting(
    'Seconds after which letters of a worker that shows no life are taken over; longer than SEND_TIMEOUT_S. Of a worker whose process is gone they are taken over within five.',
    '60',
  )
  @IsSeconds(2, 3_600)
  readonly SEND_LEASE_S!: number;

  @Setting(
    'Seconds for which an at-least-once letter of which nobody knows whether it arrived waits for news, before it is repeated once, marked.',
    '600',
  )
  @IsSeconds(1, 86_400)
  readonly UNKNOWN_REPEAT_S!: number;

  @Setting('The same for an at-most-once letter, before it is shown as unresolved. It is never repeated.', '3600')
  @IsSeconds(1, 604_800)
  readonly UNKNOWN_RESOLVE_S!: number;

  @Setting(
    'Seconds, at most, before a letter that was certainly not taken is tried again; doubled each time, to an hour.',
    '30',
  )
  @IsSeconds(1, 3_600)
  readonly RETRY_FIRST_S!: number;

  @Setting('Seconds after which a statement is given up, and a server that does not answer counts as away.', '25')
  @IsSeconds(1, 600)
  readonly DATABASE_TIMEOUT_S!: number;

  @Setting(
    'How many proxies in front are believed, true for one: a client’s address is what the outermost of them has added to X-Forwarded-For.',
    'false',
  )
  @IsInt({ message: NO_PROXIES })
  @Min(0, { message: NO_PROXIES })
  @Max(9, { message: NO_PROXIES })
  readonly TRUST_PROXY!: number;

  @Setting('Least important log line that is written: debug, info, warn, error.', 'info')
  @IsIn(LOG_LEVELS, { message: `must be one of ${LOG_LEVELS.join(', ')}` })
  readonly LOG_LEVEL!: (typeof LOG_LEVELS)[number];
}
