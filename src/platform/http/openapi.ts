import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type Described, pageOfItems } from './described.js';
import { PROBLEM } from './problem-schema.js';

/** What a description tells beside its routes. */
export interface ApiAbout {
  readonly version: string;
  /** Markdown. */
  readonly description: string;
  /** The parts of the API in the order in which somebody learns them, with a sentence each. */
  readonly tags: Readonly<Record<string, string>>;
  /** Parameters that are told by no class, as `tag.name`. */
  readonly parameters: Readonly<Record<string, Described>>;
  /** Schemas that are no classes, by name. */
  readonly schemas: Readonly<Record<string, Described>>;
  /** What somebody who tries a route may send, by the schema of its body. */
  readonly examples: Readonly<Record<string, unknown>>;
  /** Routes that are no controllers', by path. */
  readonly paths: Readonly<Record<string, Described>>;
}

/** The header of API keys, and the one of connectors that report bounces. */
const API_KEY =
  'A key of the store: `tm_live_…` acts in live, `tm_test_…` in the sandbox. What it may do are its scopes.';
const CONNECTOR_SECRET =
  'The secret of a connector of kind `bounces`: `tm_bounces_…`, answered once by POST /v1/connectors.';

const LIMIT = { type: 'integer', minimum: 1, maximum: 200, default: 50 };
const LIST_PARAMETERS: Readonly<Record<string, { readonly description: string; readonly schema: object }>> = {
  limit: { description: 'Most items of the page.', schema: LIMIT },
  cursor: {
    description: '`nextCursor` of the page before; without it the list begins.',
    schema: { type: 'string', maxLength: 2_000 },
  },
};

/** What an answer of the server needs of its reply. */
interface Reply {
  type(name: string): Reply;
  send(text: string): unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  required?: boolean;
  description?: string;
  schema?: object;
}

interface Operation {
  operationId: string;
  tags?: string[];
  security?: object[];
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  responses?: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
  /** From `RequireScope`. */
  'x-scope'?: string;
  /** From `SandboxOnly`. */
  'x-sandbox-only'?: boolean;
}

interface Schema {
  nullable?: boolean;
  enum?: unknown[];
}

/** The API's description; every operation also answers problems. */
export function openApiDocument(app: INestApplication, about: ApiAbout): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Touchmap')
    .setDescription(about.description)
    .setVersion(about.version)
    .addServer('/', 'the service that serves this description')
    .addServer('http://localhost:3000', 'npm start on this machine')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: API_KEY })
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: CONNECTOR_SECRET }, 'connectorSecret');
  for (const [name, sentence] of Object.entries(about.tags)) config.addTag(name, sentence);
  const document = SwaggerModule.createDocument(app, config.build(), { operationIdFactory: operationName });
  const schemas: Record<string, object> = { ...document.components?.schemas, ...about.schemas, Problem: PROBLEM };
  for (const [name, example] of Object.entries(about.examples)) schemas[name] = { ...schemas[name], example };
  document.components = { ...document.components, schemas: schemas };
  Object.assign(document.paths, about.paths);
  for (const [path, operations] of Object.entries(document.paths))
    for (const operation of Object.values(operations) as Operation[]) {
      nameParameters(path, operation, about.parameters);
      nameOperation(path, operation);
      describeList(operation);
      splitText(operation);
      operation.security ??= []; // open to everybody, and not forgotten
      operation.responses = {
        ...operation.responses,
        default: {
          description: 'What is wrong: by `code` for programs, by `detail` for people.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      };
    }
  allowNull(schemas);
  return document;
}

/** `KeysController.list` is called `keysList` in a generated client. */
function operationName(controller: string, method: string): string {
  const [first = '', ...rest] = controller.replace(/Controller$/, '');
  return first.toLowerCase() + rest.join('') + method.charAt(0).toUpperCase() + method.slice(1);
}

/** A route with two paths has one method: `[0]` of the first, `[1]` of the second, and no client has such names. */
function nameOperation(path: string, operation: Operation): void {
  const [, name, alias] = /^(.*?)\[(\d+)\]$/.exec(operation.operationId) ?? [];
  if (name === undefined) return;
  const parts = [...path.matchAll(/\{(\w)(\w*)\}/g)].map(([, first = '', rest = '']) => first.toUpperCase() + rest);
  operation.operationId = alias === '0' ? name : `${name}By${parts.join('And')}`;
}

/** Parts of a path that a handler reads by a decorator of its own, as templates' keys are, are named here. */
function nameParameters(path: string, operation: Operation, told: ApiAbout['parameters']): void {
  const known = operation.parameters ?? [];
  const named = [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !known.some((one) => one.in === 'path' && one.name === name))
    .map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  operation.parameters = [...named, ...known];
  for (const parameter of operation.parameters)
    if (parameter.description === undefined) Object.assign(parameter, told[`${operation.tags?.[0]}.${parameter.name}`]);
}

/** What every list takes; and of the items of one that does not say what they are: no more than that they are objects. */
function describeList({ parameters = [], responses }: Operation): void {
  if (!parameters.some(({ name }) => name === 'limit')) return;
  for (const parameter of parameters) Object.assign(parameter, LIST_PARAMETERS[parameter.name]);
  const answer = responses?.['200'];
  if (answer && !answer.content) answer.content = { 'application/json': { schema: pageOfItems({ type: 'object' }) } };
}

/** A handler's comment: its first sentence names the operation, the others explain it. Then which key it needs. */
function splitText(operation: Operation): void {
  const { 'x-scope': scope, 'x-sandbox-only': sandboxOnly, summary: text = '', description } = operation;
  const [summary = '', ...others] = text.replaceAll('\n', ' ').split(/(?<=\.)\s+(?=[A-Z`])/);
  const key = scope && `Needs a ${sandboxOnly ? 'test ' : ''}key with the scope \`${scope}\`.`;
  operation.summary = summary.replace(/\.$/, '');
  operation.description = [description, ...others, key].filter(Boolean).join(' ');
  delete operation['x-scope'];
  delete operation['x-sandbox-only'];
}

/** OpenAPI 3.0: an enum is all that a value may be, `nullable` or not. */
function allowNull(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { nullable, enum: values } = schema as Schema;
  if (nullable === true && Array.isArray(values) && !values.includes(null)) values.push(null);
  for (const part of Object.values(schema)) allowNull(part);
}

/**
 * Serves the description at /docs and /docs-json. Anybody may ask for it, and it stays the same: so it is written once. Swagger's own
 * answers would write it for each request, as JSON and as YAML.
 */
export function serveDocs(app: INestApplication, document: OpenAPIObject): void {
  SwaggerModule.setup('docs', app, document, { raw: false, customSiteTitle: 'Touchmap API' });
  const text = JSON.stringify(document);
  app
    .getHttpAdapter()
    .get('/docs-json', (_request: unknown, reply: Reply) => reply.type('application/json').send(text));
}
