import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { Unprocessable } from './domain-error.js';
import { pointerStep } from './json-pointer.js';

/**
 * Refuses a parameter that the route does not know, as a DTO of parameters does: a filter that is spelt wrong would show everything,
 * and nobody would see why. A route that names no parameter at all does not look at any.
 */
@Injectable()
export class KnownParameters implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const known = parametersOf(context);
    if (known.size === 0) return next.handle();
    const { query } = context.switchToHttp().getRequest<FastifyRequest>();
    const unknown = Object.keys(query as object).filter((name) => !known.has(name));
    if (unknown.length === 0) return next.handle();
    const names = [...known].join(', ');
    throw new Unprocessable(
      'invalid',
      'the request is not what this route takes',
      unknown.map((name) => ({
        pointer: pointerStep(name),
        code: 'unknown_field',
        detail: `is no parameter of this route: it takes ${names}`,
      })),
    );
  }
}

/** Names that the route's method asks for one by one. */
function parametersOf(context: ExecutionContext): ReadonlySet<string> {
  const declared = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) as
    Readonly<Record<string, { readonly data?: unknown }>> | undefined;
  const names = Object.entries(declared ?? {})
    .filter(([key]) => key.startsWith(`${RouteParamtypes.QUERY}:`))
    .map(([, { data }]) => data);
  return new Set(names.filter((name) => typeof name === 'string'));
}
