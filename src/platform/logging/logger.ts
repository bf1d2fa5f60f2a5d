import { Logger } from '@nestjs/common';

/** What a log line carries beside its text: the event's name and ids, never addresses or payloads. */
export interface LogFields {
  /** Stable name: `enrollment.step_failed`. */
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Structured lines: text for people, `event` and ids for programs. */
export class Log {
  private readonly logger: Logger;

  constructor(context: string) {
    this.logger = new Logger(context);
  }

  /** A state change, one line each. */
  info(text: string, fields: LogFields): void {
    this.logger.log(text, fields);
  }

  /** Something that heals itself. */
  warn(text: string, fields: LogFields): void {
    this.logger.warn(text, fields);
  }

  /** Somebody should look: the text and the error's stack. */
  error(text: string, fields: LogFields, error?: unknown): void {
    this.logger.error(text, {
      ...fields,
      ...(error instanceof Error ? { error: error.message, stack: error.stack } : {}),
    });
  }

  debug(text: string, fields: LogFields): void {
    this.logger.debug(text, fields);
  }
}

/** A logger for one class: `private readonly log = logger(DeliverBatch.name)`. */
export function logger(context: string): Log {
  return new Log(context);
}
