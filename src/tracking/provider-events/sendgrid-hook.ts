import { isUtf8 } from 'node:buffer';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Env } from '../../platform/config/env.js';
import { BadInput, DomainError, NotFound } from '../../platform/http/domain-error.js';
import { problemOf } from '../../platform/http/problem.js';
import { brokenOff, sendProblem } from '../../platform/http/problem.filter.js';
import { logger } from '../../platform/logging/logger.js';
import { ConnectorDirectory, type SendGridConnector } from './connector-directory.js';
import { ProviderEvents } from './provider-events.service.js';
import { sendGridEvent } from './sendgrid-event.js';
import {
  isSigned,
  mayBeSigned,
  SIGNATURE_HEADER,
  type SignatureHeaders,
  TIMESTAMP_HEADER,
} from './sendgrid-signature.js';

type HookRequest = FastifyRequest & { sendGrid?: SendGridConnector };

/** SendGrid sends batches of up to 768 KB. */
const MAX_BYTES = 4 * 1024 * 1024;
const ROUTE = { bodyLimit: MAX_BYTES, config: { access: { scope: null } } };

/** Not SendGrid, or not lately. */
class BadSignature extends DomainError {
  readonly code = 'bad_signature';
  readonly status = 401;

  constructor() {
    super('the request does not carry a signature of this connector’s key that is recent enough');
  }
}

/**
 * `POST /hooks/sendgrid/{connector}`: a plain Fastify route in a plugin of its own, because a signature covers the bytes as they
 * came and not what a parser made of them.
 */
@Injectable()
export class SendGridHook {
  private readonly log = logger(SendGridHook.name);

  constructor(
    private readonly connectors: ConnectorDirectory,
    private readonly events: ProviderEvents,
    private readonly env: Env,
  ) {}

  private get windowMs(): number {
    return this.env.WEBHOOK_WINDOW_S * 1_000;
  }

  /** The Fastify plugin. */
  readonly plugin = (fastify: FastifyInstance, _options: unknown, done: () => void): void => {
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    fastify.setErrorHandler((error, request, reply) => this.refuse(error, request, reply));
    fastify.post(
      '/hooks/sendgrid/:connector',
      { ...ROUTE, onRequest: (request: HookRequest) => this.admit(request) },
      (request: HookRequest) => this.receive(request),
    );
    done();
  };

  /** What no body could mend is refused before it is read: an unknown connector, no signature at all, or an old one. */
  private async admit(request: HookRequest): Promise<void> {
    const found = await this.connectors.sendGrid((request.params as { connector: string }).connector);
    if (!found) throw new NotFound('connector');
    if (!mayBeSigned(signatureOf(request), found.now, this.windowMs)) throw new BadSignature();
    request.sendGrid = found;
  }

  private async receive(request: HookRequest): Promise<{ readonly received: number; readonly duplicates: number }> {
    const found = request.sendGrid!;
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!isSigned({ body, ...signatureOf(request) }, found.key, found.now, this.windowMs)) throw new BadSignature();
    const items = itemsOf(body);
    const events = items.flatMap((item) => sendGridEvent(item) ?? []);
    const { duplicates } = await this.events.take(found.reporter, events);
    return { received: items.length, duplicates };
  }

  private refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { body, retryAfterS, unexpected } = problemOf(brokenOff(error, request) ?? error);
    const fields = { event: 'provider_events.refused', requestId: request.id, status: body.status, code: body.code };
    if (unexpected) this.log.error('Reports of a provider were not taken', fields, error);
    else this.log.warn('Reports of a provider were refused', fields);
    sendProblem(reply, body, retryAfterS);
  }
}

function signatureOf({ headers }: HookRequest): SignatureHeaders {
  return { signature: headers[SIGNATURE_HEADER], timestamp: headers[TIMESTAMP_HEADER] };
}

function itemsOf(body: Buffer): readonly unknown[] {
  if (!isUtf8(body)) throw new BadInput('malformed_json', 'the body is not UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new BadInput('malformed_json', 'the body is not JSON');
  }
  if (!Array.isArray(value)) throw new BadInput('malformed', 'the body must be a list of events');
  return value;
}
