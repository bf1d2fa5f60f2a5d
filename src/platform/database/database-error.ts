/** Node's codes of a server that is not there, and PostgreSQL's classes of one that cannot serve now. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** The last three: a session was ended for its silence or a transaction for its length, because this process or the way stood still. */
const AWAY_STATES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '57014',
  '53300',
  '53100',
  '53200',
  '25006',
  '55P03',
  '25P03',
  '25P04',
  '57P05',
]);
/** What pg says without a code, and TypeORM of a transaction whose connection broke between two statements. */
const AWAY_TEXTS =
  /[Qq]uery runner (?:was )?already released|timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end|not currently accepting connections|is not queryable/;

/** Values that cannot be what their column holds; the DTOs should have refused them earlier. */
const VALUE_STATES: Readonly<Record<string, string>> = {
  '22P02': 'a value has the wrong form',
  '22003': 'a number is out of range',
  '22007': 'an instant has the wrong form',
  '22008': 'an instant is out of range',
  '22021': 'a text holds a character that cannot be stored',
  '22P05': 'a text holds a character that cannot be stored',
};

/** Whether the error says that the database is away, full or restarting: the request may be repeated later. */
export function connectionProblem(error: unknown): boolean {
  return chain(error).some(
    ({ code, message }) =>
      (typeof code === 'string' && (AWAY.has(code) || AWAY_STATES.has(code) || code.startsWith('08'))) ||
      (typeof message === 'string' && AWAY_TEXTS.test(message)),
  );
}

/** Whether somebody held what was to be changed for longer than is waited for it. */
export function isHeld(error: unknown): boolean {
  return chain(error).some(({ code }) => code === '55P03');
}

/** deadlock_detected and serialization_failure: the transaction did nothing and may simply be run again. */
export function mayRunAgain(error: unknown): boolean {
  return chain(error).some(({ code }) => code === '40P01' || code === '40001');
}

/** Whether the server has no connection left: it runs, and others have all that max_connections allows. */
export function hasNoConnectionLeft(error: unknown): boolean {
  return chain(error).some(({ code }) => code === '53300');
}

/** Classes of SQLSTATE that speak of what was to be written: data, integrity, program limits. */
const REFUSED = new Set(['22', '23', '54']);

/** Whether PostgreSQL refused what was to be written: it would refuse it again, and the rest of the batch may be right. */
export function isRefused(error: unknown): boolean {
  return chain(error).some(
    ({ code }) => typeof code === 'string' && code.length === 5 && REFUSED.has(code.slice(0, 2)),
  );
}

/** What is wrong with a value that PostgreSQL refused, or null when that is not what happened. */
export function valueProblem(error: unknown): string | null {
  for (const { code } of chain(error)) if (typeof code === 'string' && VALUE_STATES[code]) return VALUE_STATES[code];
  return null;
}

interface ErrorLike {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly driverError?: unknown;
  readonly errors?: unknown;
}

/** The error, what TypeORM wraps, what caused it, and the first of an AggregateError (localhost by IPv4 and IPv6). */
function chain(error: unknown, depth = 0): ErrorLike[] {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const one = error as ErrorLike;
  const inner = [one.driverError, one.cause, Array.isArray(one.errors) ? one.errors[0] : undefined];
  return [one, ...inner.flatMap((next) => chain(next, depth + 1))];
}
