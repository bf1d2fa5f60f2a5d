import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { extendRouteConfig } from './route-config.js';

/** What a key may be allowed to do; `admin` includes all the others. */
export const SCOPES = ['events:write', 'contacts', 'scenarios', 'templates', 'stats:read', 'admin'] as const;
export type ScopeName = (typeof SCOPES)[number];

/** Who is calling: one store's one environment, known from the key alone. */
export interface Caller {
  readonly storeId: string;
  readonly environmentId: string;
  readonly mode: 'live' | 'sandbox';
  readonly clock: 'real' | 'virtual';
  readonly keyId: string;
  readonly scopes: readonly string[];
}

/** Turns an API key into its caller; stores implements it. Answers null for anything that is not a key in force. */
export abstract class KeyVerifier {
  /** Answers at once (no promise) while the key is cached. */
  abstract verify(key: string): Caller | null | Promise<Caller | null>;

  /** Whether a key of this id was in force here before: then looking at it again cannot be guessing ids. */
  abstract isFamiliar(key: string): boolean;
}

/** The caller of this request; only on routes with a scope. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (!caller) throw new Error('CurrentCaller is used on a route without RequireScope');
  return caller;
});

/** The route, or all routes of the class, need a key with this scope. A route's own decorator wins over its class's. */
export function RequireScope(scope: ScopeName): MethodDecorator & ClassDecorator {
  return applyDecorators(onRoutes({ access: { scope } }), ApiExtension('x-scope', scope));
}

/** The route, or all routes of the class, answer without a key. */
export function Public(): MethodDecorator & ClassDecorator {
  return onRoutes({ access: { scope: null } });
}

/** The route, or all routes of the class, refuse live keys with 403 `sandbox_only`. */
export function SandboxOnly(): MethodDecorator & ClassDecorator {
  return applyDecorators(onRoutes({ sandboxOnly: true }), ApiExtension('x-sandbox-only', true));
}

function onRoutes(config: Parameters<typeof extendRouteConfig>[1]): MethodDecorator & ClassDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (descriptor) return void extendRouteConfig(descriptor.value as object, config, 'replace');
    const prototype = (target as { prototype: object }).prototype;
    for (const { value } of Object.values(Object.getOwnPropertyDescriptors(prototype)))
      if (typeof value === 'function') extendRouteConfig(value as object, config, 'keep');
  };
}
