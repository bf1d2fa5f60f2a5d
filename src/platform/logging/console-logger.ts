import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import type { Env } from '../config/env.js';

const LEVELS: Readonly<Record<Env['LOG_LEVEL'], LogLevel[]>> = {
  debug: ['debug', 'log', 'warn', 'error', 'fatal'],
  info: ['log', 'warn', 'error', 'fatal'],
  warn: ['warn', 'error', 'fatal'],
  error: ['error', 'fatal'],
};

/** One JSON object a line; Nest's own start-up chatter (each module, each route) only at debug. */
export class JsonLogger extends ConsoleLogger {
  constructor(private readonly threshold: Env['LOG_LEVEL']) {
    super({ json: true, logLevels: LEVELS[threshold] });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (this.threshold !== 'debug' && NEST_CONTEXTS.has(String(rest.at(-1)))) return;
    super.log(message, ...(rest as string[]));
  }
}

const NEST_CONTEXTS = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);
