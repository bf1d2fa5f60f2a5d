import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Caller, KeyVerifier } from './auth.js';
import { DomainError, Forbidden } from './domain-error.js';
import type { WrongKeys } from './wrong-keys.js';

/** Routes of Swagger UI and its document, which Nest registers without decorators. */
const OPEN_PATHS = /^\/docs(-json)?(\/|$)/;

/** No key, or none that is in force. */
class Unauthorized extends DomainError {
  readonly code = 'unauthorized';
  readonly status = 401;

  constructor() {
    super('send a valid API key: Authorization: Bearer tm_live_… or tm_test_…');
  }
}

/** 429: too many keys that are not in force came from this client address; none is looked up for it now. */
class TooManyWrongKeys extends DomainError {
  readonly code = 'too_many_wrong_keys';
  readonly status = 429;
  override readonly retryAfterS = 1;

  constructor() {
    super('too many wrong API keys came from this address; try again later');
  }
}

/**
 * Refuses to register a route that does not say who may call it, and checks the key of each request before its body
 * is read: an unknown caller costs next to nothing.
 */
export function registerAccess(server: FastifyInstance, keys: KeyVerifier, wrong: WrongKeys): void {
  server.decorateRequest('caller', null);
  server.addHook('onRoute', (route: RouteOptions) => {
    if (OPEN_PATHS.test(route.url)) route.config = { ...route.config, access: { scope: null } };
    if (!route.config?.access)
      throw new Error(`${String(route.method)} ${route.url} does not say who may call it: add RequireScope or Public`);
    if (route.config.bodyLimit) route.bodyLimit = route.config.bodyLimit;
  });
  server.addHook('onRequest', (request, reply, done) => {
    const scope = request.is404 ? null : request.routeOptions.config.access?.scope;
    if (scope === null) return done();
    const key = bearerKey(request.headers.authorization);
    if (key === null) return done(refuse(reply, new Unauthorized()));
    const isOver = wrong.isOver(request.ip);
    const found = isOver && !keys.isFamiliar(key) ? null : keys.verify(key);
    const decide = (caller: Caller | null): void => {
      if (caller) return done(admit(request, caller, scope));
      wrong.note(request.ip);
      done(refuse(reply, isOver ? new TooManyWrongKeys() : new Unauthorized()));
    };
    if (found instanceof Promise) found.then(decide, done);
    else decide(found);
  });
}

/** The same words for every key that is not in force, whatever is wrong with it. */
function refuse(reply: FastifyReply, error: DomainError): DomainError {
  void reply.header('www-authenticate', 'Bearer');
  return error;
}

function admit(request: FastifyRequest, caller: Caller, scope: string | undefined): Error | undefined {
  if (scope === undefined || !(caller.scopes.includes(scope) || caller.scopes.includes('admin')))
    return new Forbidden('missing_scope', `this key lacks the scope ${scope ?? '(none fits)'}`);
  if (request.routeOptions.config.sandboxOnly && caller.mode === 'live')
    return new Forbidden('sandbox_only', 'this works in the sandbox only: use a test key (tm_test_…)');
  request.caller = caller;
  return undefined;
}

function bearerKey(header: string | undefined): string | null {
  return (header && /^Bearer +([^\s]+)$/i.exec(header)?.[1]) || null;
}
