// What the engine's sources take of @nestjs/common: decorators, which do nothing where nobody injects, and the logger.
const decorator = () => () => undefined;

export const Injectable = decorator;
export const Optional = decorator;
export const Module = decorator;
export const Global = decorator;
export const Catch = decorator;

/** What Nest throws; nothing here does. */
export class HttpException extends Error {}

/** Writes warnings and errors as the service does, one line each. */
export class Logger {
  constructor(private readonly context = '') {}

  log(): void {}

  debug(): void {}

  verbose(): void {}

  warn(...said: unknown[]): void {
    process.stderr.write(`${this.context} ${said.map(text).join(' ')}\n`);
  }

  error(...said: unknown[]): void {
    this.warn(...said);
  }
}

function text(part: unknown): string {
  if (part instanceof Error) return part.stack ?? part.message;
  return typeof part === 'string' ? part : JSON.stringify(part);
}
