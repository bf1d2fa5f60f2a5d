import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { packedBody, registerCsvBodies } from './csv-body.js';
import { BadInput, type DomainError } from './domain-error.js';
import { parsedJsonProblem, USUAL_LIMITS } from './json-limits.js';

/**
 * Makes the server take JSON bodies that passed the walk of json-limits, CSV where a route takes it, and nothing else
 * (415). `done` is called at once: a parser with a promise costs a tick on the hot route.
 */
export function registerBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const parsed = parseJsonBody(request, body);
    if (parsed.ok) done(null, parsed.value);
    else done(parsed.error);
  });
  registerCsvBodies(server);
}

/** Invisible in any message, and JSON has none. */
const BYTE_ORDER_MARK = '\uFEFF';

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: DomainError };

function parseJsonBody(request: FastifyRequest, body: Buffer): Parsed {
  const { config, schema } = request.routeOptions;
  // Clients that always send the header also send it with the empty body of an action such as …/pause.
  if (body.length === 0 && !schema?.body) return { ok: true, value: undefined };
  const packed = packedBody(request, 'application/json');
  if (packed) return { ok: false, error: packed };
  if (!isUtf8(body)) return malformed('the body is not UTF-8');
  const text = body.toString('utf8');
  if (text.startsWith(BYTE_ORDER_MARK)) return malformed('the body begins with a byte order mark: send it without');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return malformed(`the body is not JSON: ${(error as Error).message}`);
  }
  if (config.json === 'each-item') return { ok: true, value };
  const problem = parsedJsonProblem(value, text, config.json ? { ...USUAL_LIMITS, ...config.json } : USUAL_LIMITS);
  if (!problem) return { ok: true, value };
  return {
    ok: false,
    error: new BadInput(problem.code ?? 'malformed', `${problem.pointer || 'the body'} ${problem.detail}`, [problem]),
  };
}

function malformed(detail: string): Parsed {
  return { ok: false, error: new BadInput('malformed_json', detail) };
}
