import pg, { type ClientConfig } from 'pg';

/** What pg says of a statement that was given up on this side, without a code of its own. */
const UNANSWERED = 'Query read timeout';
/** read_only_sql_transaction: after a fail-over this is the standby, and the server that takes writing answers whoever connects anew. */
const READ_ONLY = '25006';

type Ask = (...args: readonly unknown[]) => unknown;

/**
 * A client that goes down with the first statement that nobody answered, or that its server may not write. pg itself leaves it half open: the next statement would wait
 * behind the one without an answer, and a pool would hand it out again (brianc/node-postgres issue 3399).
 */
export class BoundedClient extends pg.Client {
  constructor(config?: ClientConfig) {
    super(config);
    // Whoever holds it is told by its statement. pg would end the process over an error that comes between two of them.
    this.on('error', () => undefined);
    const ask = this.query.bind(this) as Ask;
    this.query = ((...args: readonly unknown[]): unknown => {
      const callback = args.at(-1);
      if (typeof callback !== 'function') return this.watch(ask(...args));
      const told = (error: Error | null, result: unknown): void => {
        (callback as Ask)(error, result);
        this.see(error);
      };
      return ask(...args.slice(0, -1), told);
    }) as pg.Client['query'];
  }

  private watch(asked: unknown): unknown {
    if (asked instanceof Promise) asked.catch((error: unknown) => this.see(error));
    return asked;
  }

  private see(error: unknown): void {
    if (!(error instanceof Error)) return;
    const isUseless = error.message === UNANSWERED || (error as { readonly code?: unknown }).code === READ_ONLY;
    if (isUseless) this.connection.stream.destroy(error);
  }
}
