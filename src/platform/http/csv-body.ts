import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from './domain-error.js';
import { extendRouteConfig } from './route-config.js';

/** 415: the body is of a type that this route does not read. */
export class UnsupportedMedia extends DomainError {
  readonly code = 'unsupported_media_type';
  readonly status = 415;

  constructor(wanted: string) {
    super(`send the body as ${wanted}`);
  }
}

/** Refuses a packed body: read as it came it would be called no UTF-8, which helps nobody. Null for one that is not packed. */
export function packedBody(request: FastifyRequest, wanted: string): UnsupportedMedia | null {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return null;
  return new UnsupportedMedia(`${wanted} as it is, without Content-Encoding`);
}

/** The route's body is CSV: it is handed over as a stream that nothing has read. */
export function TakesCsv(): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) =>
    extendRouteConfig(descriptor.value as object, { csv: true }, 'replace');
}

/** Makes the server hand CSV over to the routes that take it, and to no other. */
export function registerCsvBodies(server: FastifyInstance): void {
  server.addContentTypeParser('text/csv', (request, payload, done) => {
    const refusal = request.routeOptions.config.csv
      ? packedBody(request, 'text/csv')
      : new UnsupportedMedia('application/json');
    if (refusal) done(refusal);
    else done(null, payload);
  });
}

/** The stream of a route that takes CSV; throws UnsupportedMedia for any other body. */
export function csvBody(body: unknown): Readable {
  if (body !== null && typeof body === 'object' && 'pipe' in body) return body as Readable;
  throw new UnsupportedMedia('text/csv');
}
