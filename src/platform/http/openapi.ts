import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const PROBLEM = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'stable snake_case word for programs' },
    detail: { type: 'string' },
    moreErrors: {
      type: 'boolean',
      enum: [true],
      description: 'there are more errors than the 100 of `errors`; absent when there are none',
    },
    errors: {
      type: 'array',
      maxItems: 100,
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer' },
          code: { type: 'string', description: 'stable snake_case word for programs, the same on every route' },
          detail: { type: 'string' },
        },
      },
    },
  },
} as const;

/** What every list answers; of the items no more than that they are objects. */
const PAGE = {
  type: 'object',
  required: ['items', 'nextCursor'],
  properties: {
    items: { type: 'array', items: { type: 'object' } },
    nextCursor: { type: 'string', nullable: true, description: '`cursor` of the next page; null behind the last one' },
  },
};
const LIMIT = { type: 'integer', minimum: 1, maximum: 200, default: 50 };

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[];
  responses?: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

/** The API's description; every operation also answers problems. */
export function openApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Touchmap')
    .setDescription('Storefront events in, chains of delays and letters out, and what each step brought.')
    .setVersion(version)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'tm_live_… or tm_test_…' })
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM as never },
  };
  for (const [path, operations] of Object.entries(document.paths))
    for (const operation of Object.values(operations) as Operation[]) {
      nameParameters(path, operation);
      describeList(operation);
      if (operation.responses)
        operation.responses.default = {
          description: 'Problem',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        };
    }
  return document;
}

/** Parts of a path that a handler reads by a decorator of its own, as templates' keys are, are named here. */
function nameParameters(path: string, operation: Operation): void {
  const known = (operation.parameters ??= []);
  for (const [, name] of path.matchAll(/\{(\w+)\}/g))
    if (name && !known.some((one) => one.in === 'path' && one.name === name))
      known.push({ name, in: 'path', required: true, schema: { type: 'string' } });
}

/** A generic type says nothing of its items at run time, and of a list's answer nothing at all. */
function describeList({ parameters = [], responses }: Operation): void {
  const limit = parameters.find(({ name }) => name === 'limit');
  if (!limit) return;
  limit.schema = LIMIT;
  const answer = responses?.['200'];
  if (answer && !answer.content) answer.content = { 'application/json': { schema: PAGE } };
}

/** Serves the description at /docs and /docs-json. */
export function serveDocs(app: INestApplication, document: OpenAPIObject): void {
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs-json', customSiteTitle: 'Touchmap API' });
}
