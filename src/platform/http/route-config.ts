import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig } from 'fastify';
import type { Caller } from './auth.js';

/** Limits of a JSON body beside its size in bytes. */
export interface JsonLimits {
  /** Nesting of objects and arrays, the outermost counts as 1. */
  readonly maxDepth: number;
  /** Keys of all objects together. */
  readonly maxKeys: number;
  /** UTF-8 bytes of one string. */
  readonly maxStringBytes: number;
}

/** Who may call a route: a key with this scope, or everyone when null. */
export interface RouteAccess {
  readonly scope: string | null;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body is CSV, handed over as a stream. */
    csv?: boolean;
    access?: RouteAccess;
    sandboxOnly?: boolean;
    /** Bytes of the request's body. */
    bodyLimit?: number;
    json?: Partial<JsonLimits> | 'each-item';
    /** The path belongs to a role that this process does not have: 404. */
    notServed?: boolean;
  }
  interface FastifyRequest {
    caller: Caller | null;
  }
}

const METADATA = '__fastify_route_config__';

/**
 * Body limits of one route that differ from the usual ones (256 KiB, depth 16, 500 keys, strings of 16 KiB).
 * `each-item`: the route walks each item of its body by itself, so that one bad item does not fail the others.
 */
export function RouteLimits(limits: {
  readonly bodyLimit?: number;
  readonly json?: Partial<JsonLimits> | 'each-item';
}): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) =>
    extendRouteConfig(descriptor.value as object, limits, 'replace');
}

/** Adds to what other decorators said of a route's handler; `keep` leaves alone what is already said. */
export function extendRouteConfig(handler: object, config: FastifyContextConfig, known: 'keep' | 'replace'): void {
  const before = (Reflect.getMetadata(METADATA, handler) ?? {}) as FastifyContextConfig;
  const merged = known === 'keep' ? { ...config, ...before } : { ...before, ...config };
  RouteConfig(merged)(handler as never);
}
