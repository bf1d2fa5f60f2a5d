import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const KEY = /^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MAX_CHARS = 200;
/** Words that follow a key in a path and so cannot end one. */
const RESERVED = new Set(['publish', 'versions', 'preview', 'test']);

/** Whether the text is a template's key: `folder/name`, both kebab-case. */
export function isTemplateKey(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length <= MAX_CHARS && KEY.test(value) && !RESERVED.has(value.split('/')[1]!)
  );
}

/** The key in a path, whether its slash is written plain (`:folder/:name`) or as %2F (`:key`). */
export const PathKey = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const params = context.switchToHttp().getRequest<FastifyRequest>().params as Readonly<Record<string, string>>;
  return params['key'] ?? `${params['folder']}/${params['name']}`;
});

/** Both spellings of a template's path, with what follows the key. */
export function keyPaths(rest = ''): string[] {
  return [`:key${rest}`, `:folder/:name${rest}`];
}
