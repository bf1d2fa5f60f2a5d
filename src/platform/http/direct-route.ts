import type { Type } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  PIPES_METADATA,
} from '@nestjs/common/constants.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { extendRouteConfig } from './route-config.js';

type DirectHandler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Where a direct route's handler is found. */
export interface DirectTarget {
  readonly controller: Type;
  readonly method: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Fastify calls this method of the controller itself. */
    direct?: DirectTarget;
  }
}

/**
 * For the hottest route: Nest registers and documents the method as ever, but Fastify calls it, with the request and the reply,
 * and sends what it resolves to. Scope, limits, schema and the one filter of errors are Fastify's and stay; what Nest's pipeline
 * would run on the way is not run, so that a method that names any of it is refused at the start.
 */
export function DirectRoute(): MethodDecorator {
  return (target, key, descriptor: PropertyDescriptor) =>
    extendRouteConfig(
      descriptor.value as object,
      { direct: { controller: target.constructor as Type, method: String(key) } },
      'replace',
    );
}

/** Has Fastify call the methods of direct routes; to be called before routes are registered. */
export function registerDirectRoutes(server: FastifyInstance, instanceOf: (controller: Type) => unknown): void {
  server.addHook('onRoute', (route) => {
    const direct = route.config?.direct;
    if (!direct) return;
    const controller = instanceOf(direct.controller) as Readonly<Record<string, DirectHandler>>;
    const handler = controller[direct.method]!;
    for (const part of [GUARDS_METADATA, INTERCEPTORS_METADATA, PIPES_METADATA, EXCEPTION_FILTERS_METADATA])
      if (Reflect.hasMetadata(part, handler) || Reflect.hasMetadata(part, direct.controller))
        throw new Error(`${direct.controller.name}.${direct.method} is a direct route: ${part} would not run`);
    route.handler = (request, reply) => handler.call(controller, request, reply);
  });
}
