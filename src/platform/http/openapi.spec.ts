import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import ajvFormats from 'ajv-formats';
import { Ajv } from 'ajv';
import { serveDocs } from './openapi.js';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly $ref?: string;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

/** The committed description; that it is the served one is looked at by `npm run check`. */
const { paths, components, tags } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, name: `${method} ${path}`, operation })),
);

describe('the API’s description for programs', () => {
  it('declares every parameter of every path, and says what each parameter means', () => {
    const undeclared = operations.filter(({ path, operation }) => {
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
      return [...path.matchAll(/\{(\w+)\}/g)].some(([, name]) => !declared.includes(name!));
    });
    expect(undeclared.map(({ name }) => name)).toEqual([]);
    const unexplained = operations.flatMap(({ name, operation }) =>
      (operation.parameters ?? []).filter((one) => !one.description).map((one) => `${name}: ${one.name}`),
    );
    expect(unexplained).toEqual([]);
  });

  it('says what every route answers: an object without fields has at least a sentence', () => {
    const silent = operations.filter(({ operation }) =>
      answersOf(operation).some((schema) => !schema || isBare(schema)),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('explains every field of what is sent and answered', () => {
    const unexplained = Object.entries(components.schemas).flatMap(([name, schema]) =>
      fieldsOf(schema, name).filter(({ field }) => !field.description && !field.$ref),
    );
    expect(unexplained.map(({ at }) => at)).toEqual([]);
    const hasFields = ({ properties, oneOf = [] }: Schema): boolean =>
      Object.keys(properties ?? {}).length > 0 || (oneOf.length > 0 && oneOf.every(hasFields));
    expect(Object.entries(components.schemas).filter(([, schema]) => !hasFields(schema))).toEqual([]);
  });

  it('answers the table of the statistics as JSON and as CSV', () => {
    for (const path of ['/v1/stats/scenarios', '/v1/stats/scenarios/{key}'])
      expect(paths[path]!.get!.responses['200']!.content).toMatchObject({
        'application/json': { schema: { $ref: '#/components/schemas/StatsTableView' } },
        'text/csv': { schema: { type: 'string' } },
      });
    expect(Object.keys(components.schemas['StatsRowView']!.properties ?? {})).toHaveLength(19);
  });

  it('has a body for a scenario that is stored, and refers to its JSON Schema', () => {
    const document = {
      anyOf: [{ $ref: '#/components/schemas/Scenario' }, { $ref: '#/components/schemas/ScenarioDraft' }],
    };
    for (const { requestBody } of [paths['/v1/scenarios']!.post!, paths['/v1/scenarios/{key}']!.put!])
      expect(requestBody).toMatchObject({ content: { 'application/json': { schema: document } } });
    expect(components.schemas['ScenarioVersionView']!.properties!['document']).toMatchObject({
      allOf: [{ $ref: '#/components/schemas/Scenario' }],
    });
  });

  it('knows both answers to the installing of a preset, and to the question whether a process is ready', () => {
    expect(Object.keys(paths['/v1/presets/{key}/install']!.post!.responses)).toEqual(['200', '201', 'default']);
    expect(Object.keys(paths['/health/ready']!.get!.responses)).toEqual(['200', '503', 'default']);
  });

  it('tells a newcomer what each part of the API and each route is for, and which key it needs', () => {
    const told = tags.filter(({ description }) => description).map(({ name }) => name);
    for (const { name, operation } of operations) {
      expect([name, told]).toEqual([name, expect.arrayContaining([operation.tags?.[0]])]);
      expect([name, operation.summary]).toEqual([name, expect.stringMatching(/^[A-Z].+[^.]$/)]);
      if (operation.security?.some((scheme) => 'bearer' in scheme))
        expect([name, operation.description]).toEqual([
          name,
          expect.stringMatching(/Needs a (test )?key with the scope `/),
        ]);
    }
  });

  it('says of every route by what it is opened, also of those that are open to everybody', () => {
    const silent = operations.filter(({ operation }) => operation.security === undefined);
    expect(silent.map(({ name }) => name)).toEqual([]);
    expect(paths['/health/live']!.get!.security).toEqual([]);
  });

  it('has one name for each route, which every language can write', () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(names.filter((name) => !/^[a-z][A-Za-z]+$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives examples that its own schemas take', () => {
    const ajv = new Ajv({ strict: false, allErrors: true, formats: { currency: true, locale: true } });
    (ajvFormats as unknown as (ajv: Ajv) => void)(ajv);
    ajv.addSchema({ $id: 'api', components: nullsTold(components) });
    const wrong = Object.entries(components.schemas).flatMap(([name, { example }]) => {
      if (example === undefined) return [];
      const validate = ajv.getSchema(`api#/components/schemas/${name}`)!;
      return validate(example) ? [] : [`${name}: ${ajv.errorsText(validate.errors)}`];
    });
    expect(wrong).toEqual([]);
  });
});

/** Schemas of the answers that are no problems; undefined where an answer has a body that nothing is told of. */
function answersOf({ responses }: Operation): readonly (Schema | undefined)[] {
  return Object.entries(responses)
    .filter(([status]) => status !== 'default' && status !== '204')
    .flatMap(([, { content }]) => (content ? Object.values(content).map(({ schema }) => schema) : [undefined]));
}

/** Whether the schema, or a part of it, says that there is an object and no more. */
function isBare(schema: Schema): boolean {
  const { type, description, properties, additionalProperties, items, allOf, anyOf, oneOf } = schema;
  if (schema.$ref) return false;
  const parts = [...Object.values(properties ?? {}), ...(items ? [items] : []), ...(allOf ?? anyOf ?? oneOf ?? [])];
  if (typeof additionalProperties === 'object') parts.push(additionalProperties);
  return (type === 'object' && !description && parts.length === 0) || parts.some(isBare);
}

/** Every field, also of objects within, with its place. */
function fieldsOf(schema: Schema, at: string): readonly { readonly at: string; readonly field: Schema }[] {
  const { properties = {}, items, anyOf = [], oneOf = [] } = schema;
  const own = Object.entries(properties).map(([name, field]) => ({ at: `${at}.${name}`, field }));
  return [
    ...own,
    ...own.flatMap((one) => fieldsOf(one.field, one.at)),
    ...[...(items ? [items] : []), ...anyOf, ...oneOf].flatMap((part) => fieldsOf(part, at)),
  ];
}

/** `nullable` of OpenAPI 3.0 in the words of JSON Schema. */
function nullsTold(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(nullsTold);
  if (typeof part !== 'object' || part === null) return part;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, nullsTold(value)]),
  );
  return nullable === true ? { anyOf: [{ type: 'null' }, rest] } : rest;
}

@Module({})
class NoRoutes {}

it('is written once, however often it is asked for: anybody may ask', async () => {
  let written = 0;
  const described = { openapi: '3.0.0', info: { title: 'Shop', version: '1' }, paths: {} };
  const document = { ...described, toJSON: () => (written++, described) };
  const app = await NestFactory.create<NestFastifyApplication>(NoRoutes, new FastifyAdapter(), { logger: false });
  serveDocs(app, document);
  await app.init();
  const answers = [await app.inject('/docs-json'), await app.inject('/docs-json'), await app.inject('/docs-yaml')];
  await app.close();
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 404]);
  expect(answers[1]!.json()).toEqual(described);
  expect(answers[1]!.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(written).toBe(1);
});
