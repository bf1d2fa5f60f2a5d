import { Logger } from '@nestjs/common';
import { withoutAddresses } from './without-addresses.js';

/** What a log line carries beside its text: the event's name and ids, never addresses or payloads. */
export interface LogFields {
  /** Stable name: `enrollment.step_failed`. */
  readonly event: string;
  readonly [field: string]: unknown;
}

/**
 * Structured lines: text for people, `event` and ids for programs. What others say (a provider, PostgreSQL) may name
 * addresses and keys: whatever is written loses them here.
 */
export class Log {
  private readonly logger: Logger;

  constructor(context: string) {
    this.logger = new Logger(context);
  }

  /** A state change, one line each. */
  info(text: string, fields: LogFields): void {
    this.logger.log(withoutAddresses(text), cleaned(fields));
  }

  /** Something that heals itself. */
  warn(text: string, fields: LogFields): void {
    this.logger.warn(withoutAddresses(text), cleaned(fields));
  }

  /** Somebody should look: the text and the error's stack. */
  error(text: string, fields: LogFields, error?: unknown): void {
    const thrown = error instanceof Error ? { error: error.message, stack: error.stack } : {};
    this.logger.error(withoutAddresses(text), cleaned({ ...fields, ...thrown }));
  }

  debug(text: string, fields: LogFields): void {
    this.logger.debug(withoutAddresses(text), cleaned(fields));
  }
}

function cleaned(fields: LogFields): LogFields {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? withoutAddresses(value) : value,
  ]);
  return Object.fromEntries(entries) as LogFields;
}

/** A logger for one class: `private readonly log = logger(DeliverBatch.name)`. */
export function logger(context: string): Log {
  return new Log(context);
}
