import type { Type } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { ProcessClock } from '../clock/clock.js';
import type { Env, Role } from '../config/env.js';
import { newId } from '../ids.js';
import { registerAccess } from './access-hook.js';
import { schemaProblems } from './ajv-problems.js';
import { answerClientError } from './client-errors.js';
import { ruleKeyword } from './json-rule.js';
import { KeyVerifier } from './auth.js';
import { registerDirectRoutes } from './direct-route.js';
import { BadInput, NotFound } from './domain-error.js';
import { registerGates } from './gate.js';
import { registerBodyParsers } from './json-body.js';
import { KnownPaths } from './known-paths.js';
import { problemOf } from './problem.js';
import { sendProblem } from './problem.filter.js';
import { WrongKeys } from './wrong-keys.js';

const EVENT_BYTES = 262_144;
const REQUEST_MS = 60_000;

/** The HTTP server without routes: limits, strict validation, ids of requests. */
export function makeAdapter(env: Env): FastifyAdapter {
  return new FastifyAdapter({
    logger: false,
    // As many of the last addresses as there are proxies: each adds what it sees behind whatever the client has written.
    trustProxy: env.TRUST_PROXY > 0 && ((_address: string, hop: number) => hop < env.TRUST_PROXY),
    bodyLimit: EVENT_BYTES,
    requestTimeout: REQUEST_MS,
    http: { requireHostHeader: false }, // Node would refuse it without a problem
    routerOptions: { maxParamLength: 8_192 }, // tracking tokens carry their target URL
    skipMiddie: true, // no middleware is used, and its hook would cost each request
    return503OnClosing: false, // while draining, requests on open connections are still served
    genReqId: (request: IncomingMessage) => requestId(request.headers['x-request-id']),
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: true,
        verbose: true, // an unknown field is told which ones there are
        keywords: [ruleKeyword],
      },
    },
    schemaErrorFormatter: schemaProblems,
    clientErrorHandler: answerClientError,
    // A path that is not valid percent-encoding never reaches a route, nor the filter.
    frameworkErrors: (error: FastifyError, _request: unknown, reply: FastifyReply) =>
      sendProblem(reply, problemOf(error).body),
  });
}

/** What every request meets before and after its route; to be called before routes are registered. */
export function prepareServer(
  server: FastifyInstance,
  instanceOf: <T>(provider: Type<T> | AbstractType<T>) => T,
  roles: readonly Role[],
): KnownPaths {
  const paths = new KnownPaths();
  // Node would answer an expectation that it does not know by itself, without a problem; HTTP lets a server ignore it.
  server.server.on('checkExpectation', (request, response) => server.server.emit('request', request, response));
  server.addHook('onRoute', (route) => {
    const role = roleOf(route.url);
    if (role === null || roles.includes(role)) paths.add(route.method, route.url);
    else route.config = { ...route.config, notServed: true };
  });
  server.addHook('onRequest', (request, reply, done) => {
    void reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' });
    done(request.routeOptions.config?.notServed ? new NotFound('this path') : hostProblem(request.raw));
  });
  registerAccess(server, instanceOf(KeyVerifier), new WrongKeys(new ProcessClock()));
  registerGates(server, instanceOf);
  registerDirectRoutes(server, instanceOf);
  registerBodyParsers(server);
  return paths;
}

/** RFC 9112, section 3.2. */
function hostProblem({ httpVersion, headers }: IncomingMessage): BadInput | undefined {
  const isMissing = httpVersion === '1.1' && headers.host === undefined;
  return isMissing ? new BadInput('malformed', 'the request has no Host header') : undefined;
}

/** The caller's own id for a request where it is harmless, else a new one. */
function requestId(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:-]{1,128}$/.test(header) ? header : newId();
}

type AbstractType<T> = abstract new (...args: never[]) => T;

/** Which role's processes answer a path; null for those of every process. */
function roleOf(url: string): Role | null {
  if (/^\/(v1|docs|docs-json|console)(\/|$)/.test(url)) return 'api';
  return /^\/(t|u|p|c|m|hooks)\//.test(url) ? 'tracking' : null;
}
