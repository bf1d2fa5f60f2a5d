import { WrongSettings } from './config/read-env.js';
import { connectionProblem, hasNoConnectionLeft } from './database/database-error.js';
import { DomainError } from './http/domain-error.js';
import { WrongSecret } from './open-secrets.js';

/** SQLSTATE classes of a server that lets nobody in: wrong user or password, no such database. */
const NOT_LET_IN = /^(28|3D)/;
/** insufficient_privilege. */
const NO_RIGHT = '42501';
/** read_only_sql_transaction: a standby, or default_transaction_read_only. */
const NO_WRITING = '25006';
/** protocol_violation: what a pooler says that does not know what a session is asked to begin with. */
const NOT_UNDERSTOOD = '08P01';

/** The address to listen on is not this machine's, or taken; a name that leads nowhere looks like a database's otherwise. */
export class CannotListen extends Error {
  constructor(reason: unknown) {
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason });
  }
}

interface ErrorLike {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly path?: unknown;
  readonly errors?: readonly unknown[];
}

/** What to tell whoever starts a program of an error that is theirs to mend; null where only the whole error helps. */
export function startProblem(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof WrongSettings || error instanceof WrongSecret || error instanceof DomainError)
    return error.message;
  const { code, syscall, path } = error as ErrorLike;
  if (error instanceof CannotListen) return `${error.message}: set PORT or HOST to what is free and this machine's own`;
  if (typeof path === 'string' && typeof syscall === 'string') return error.message; // a file or a directory
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `${error.message}: make room on the disk, that of DATA_DIR above all`;
  if (code === NO_RIGHT)
    return `PostgreSQL refuses (${error.message}): the account of DATABASE_URL must own its database and may create roles (docs/operations.md)`;
  if (code === NOT_UNDERSTOOD)
    return `PostgreSQL cannot be used (${error.message}): DATABASE_URL must lead to it without a pooler (docs/operations.md)`;
  if (code === NO_WRITING)
    return `PostgreSQL cannot be used (${error.message}): DATABASE_URL must name the primary, not a standby`;
  if (hasNoConnectionLeft(error))
    return `PostgreSQL cannot be used (${error.message}): raise its max_connections, or end sessions of others (docs/operations.md)`;
  if (connectionProblem(error) || (typeof code === 'string' && NOT_LET_IN.test(code)))
    return `PostgreSQL cannot be used (${reasonOf(error)}): does it run, and does DATABASE_URL name it?`;
  return null;
}

/** Node says nothing of a name with several addresses but what became of each. */
function reasonOf(error: Error): string {
  const first = (error as ErrorLike).errors?.[0];
  return error.message || (first instanceof Error ? first.message : error.name);
}
