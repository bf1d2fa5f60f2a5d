import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { catchError, concatMap, from, type Observable, of, throwError } from 'rxjs';
import { EngineDatabase } from '../database/engine-database.js';
import { logger } from '../logging/logger.js';
import { openText, sealText } from '../sealed-text.js';
import { Secrets } from '../secrets.js';
import { BadInput, Conflict } from './domain-error.js';

/** A request that never finished (its process was killed) stops blocking its key after this long. */
const ABANDONED = '10 minutes';
/** Of keeping an answer: the second has another connection. */
const ATTEMPTS = 2;

/** For the API's description. */
const KEY_HEADER = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'A word of yours for this request: sent again with the same key and body it is answered what it was answered first, with another body 409 `idempotency_key_reused`.',
  schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[!-~]+$' },
} as const;

interface Claim {
  readonly environmentId: string;
  readonly key: string;
  readonly hash: Buffer;
}

/**
 * The first request with a key claims it, its answer is kept with it. Kept sealed: the answer to a new API key or connector
 * holds a secret that is stored nowhere else.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly log = logger(IdempotencyInterceptor.name);
  private readonly sealing: Buffer;

  constructor(
    private readonly database: EngineDatabase,
    secrets: Secrets,
  ) {
    this.sealing = secrets.derive('idempotent-answers');
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined || !request.caller) return next.handle();
    const claim = { environmentId: request.caller.environmentId, key: idempotencyKeyOf(key), hash: hashOf(request) };
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const earlier = await this.claim(claim);
    if (earlier) {
      void reply.status(earlier.status).header('idempotent-replay', 'true');
      return of(earlier.response);
    }
    return next.handle().pipe(
      catchError((error: unknown) => from(this.giveUp(claim)).pipe(concatMap(() => throwError(() => error)))),
      concatMap((body: unknown) => from(this.keep(claim, reply.statusCode, body).then(() => body))),
    );
  }

  /** Takes the key, or answers what its first request answered. */
  private async claim({ environmentId, key, hash }: Claim): Promise<{ status: number; response: unknown } | null> {
    const taken = await this.database.query(
      `INSERT INTO idempotency_keys (environment_id, key, request_hash) VALUES ($1, $2, $3)
       ON CONFLICT (environment_id, key) DO UPDATE SET created_at = clock_timestamp()
         WHERE idempotency_keys.status IS NULL AND idempotency_keys.request_hash = $3
           AND idempotency_keys.created_at < clock_timestamp() - interval '${ABANDONED}'
       RETURNING key`,
      [environmentId, key, hash],
    );
    if (taken.length > 0) return null;
    const [row] = await this.database.query<{
      request_hash: Buffer;
      status: number | null;
      response: { sealed: string } | null;
    }>('SELECT request_hash, status, response FROM idempotency_keys WHERE environment_id = $1 AND key = $2', [
      environmentId,
      key,
    ]);
    if (row && !row.request_hash.equals(hash))
      throw new Conflict('idempotency_key_reused', 'this Idempotency-Key was used for another request');
    if (!row?.response || row.status === null)
      throw new Conflict('request_in_flight', 'the first request with this Idempotency-Key is not done yet');
    const { body } = JSON.parse(openText(this.sealing, ownerOf(environmentId, key), row.response.sealed)) as {
      body?: unknown;
    };
    return { status: row.status, response: body };
  }

  /**
   * What was made is made, whether its answer can be kept or not: then the caller has it this once, and the key stays claimed, so
   * that a repeat is 409 `request_in_flight` and makes no second one.
   */
  private async keep(claim: Claim, status: number, body: unknown): Promise<void> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.write(claim, status, body);
      } catch (error) {
        if (attempt < ATTEMPTS) continue;
        this.log.warn('an answer could not be kept for its Idempotency-Key', {
          event: 'http.answer_not_kept',
          reason: String(error),
        });
        return;
      }
  }

  private async write({ environmentId, key }: Claim, status: number, body: unknown): Promise<void> {
    await this.database.query(
      'UPDATE idempotency_keys SET status = $3, response = $4 WHERE environment_id = $1 AND key = $2',
      [
        environmentId,
        key,
        status,
        JSON.stringify({ sealed: sealText(this.sealing, ownerOf(environmentId, key), JSON.stringify({ body })) }),
      ],
    );
  }

  /** A request that failed changed nothing: its key is free again. */
  private async giveUp({ environmentId, key }: Claim): Promise<void> {
    await this.database.query(
      'DELETE FROM idempotency_keys WHERE environment_id = $1 AND key = $2 AND status IS NULL',
      [environmentId, key],
    );
  }
}

/** A POST that creates something: a repeat with the same `Idempotency-Key` is answered what the first one was. */
export function Idempotent(): MethodDecorator {
  return applyDecorators(UseInterceptors(IdempotencyInterceptor), ApiHeader(KEY_HEADER));
}

function ownerOf(environmentId: string, key: string): string {
  return `${environmentId} ${key}`;
}

/** The header as it was sent, on whichever route; throws BadInput for one that is no key. */
export function idempotencyKeyOf(header: string | string[], longest = 200): string {
  if (typeof header === 'string' && header.length <= longest && /^[\x21-\x7e]+$/.test(header)) return header;
  throw new BadInput('invalid_idempotency_key', `Idempotency-Key must be 1 to ${longest} visible ASCII characters`);
}

function hashOf(request: FastifyRequest): Buffer {
  return createHash('sha256')
    .update(`${request.method} ${request.url}\n${JSON.stringify(request.body ?? null)}`)
    .digest();
}
