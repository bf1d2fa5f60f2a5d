import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { Caller, KeyVerifier } from './auth.js';
import { DomainError, Forbidden } from './domain-error.js';

/** Routes of Swagger UI and its document, which Nest registers without decorators. */
const OPEN_PATHS = /^\/docs(-json|-yaml)?(\/|$)/;

/** No key, or none that is in force. */
class Unauthorized extends DomainError {
  readonly code = 'unauthorized';
  readonly status = 401;

  constructor() {
    super('send a valid API key: Authorization: Bearer tm_live_… or tm_test_…');
  }
}

/**
 * Refuses to register a route that does not say who may call it, and checks the key of each request before its body
 * is read: an unknown caller costs next to nothing.
 */
export function registerAccess(server: FastifyInstance, keys: KeyVerifier): void {
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
    const found = key === null ? null : keys.verify(key);
    if (!(found instanceof Promise)) return done(admit(request, reply, found, scope));
    found.then((caller) => done(admit(request, reply, caller, scope)), done);
  });
}

function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller | null,
  scope: string | undefined,
): Error | undefined {
  if (!caller) {
    void reply.header('www-authenticate', 'Bearer');
    return new Unauthorized();
  }
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
