import type { Type } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { extendRouteConfig } from './route-config.js';

/** Lets in callers who have no API key but a secret of another kind. */
export interface Gate {
  /** Looks at the headers of a request, whose body is not read yet. Rejects with a domain error for whoever may not come in. */
  admit(request: FastifyRequest): Promise<void>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This provider is asked before the body is read. */
    gate?: Type<Gate>;
  }
}

/** The route has a gate: an unknown caller's body is neither read nor parsed, as with a wrong API key. */
export function Gated(gate: Type<Gate>): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) =>
    extendRouteConfig(descriptor.value as object, { gate }, 'replace');
}

/** Has Fastify ask the gates, each on its own routes only; to be called before routes are registered. */
export function registerGates(server: FastifyInstance, instanceOf: (gate: Type<Gate>) => Gate): void {
  server.addHook('onRoute', (route) => {
    const asked = route.config?.gate;
    if (!asked) return;
    const gate = instanceOf(asked);
    route.onRequest = (request) => gate.admit(request);
  });
}
