import 'reflect-metadata';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';
import { keywordsOf, type ValidationMetadata } from './json-schema-keywords.js';

/** The subset of JSON Schema that DTO classes compile to. */
export type JsonSchema = { readonly [keyword: string]: unknown };

type DtoClass = new () => object;

/**
 * The JSON Schema of a DTO class, from its class-validator decorators: what passes one passes the other. Throws at once on
 * a decorator that it does not know, so that no check is silently missing on the routes that Ajv guards.
 */
export function schemaOf(dto: DtoClass): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  const all = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  for (const [name, checks] of Object.entries(getMetadataStorage().groupByPropertyName(all))) {
    properties[name] = propertySchema(dto, name, checks);
    if (isRequired(checks)) required.push(name);
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

function isRequired(checks: readonly ValidationMetadata[]): boolean {
  return !checks.some(({ type }) => type === 'conditionalValidation' || type === 'whitelistValidation');
}

function propertySchema(dto: DtoClass, name: string, checks: readonly ValidationMetadata[]): JsonSchema {
  const whole: JsonSchema[] = [];
  const items: JsonSchema[] = [];
  let nullable = false;
  for (const check of checks) {
    if (check.type === 'whitelistValidation') continue;
    if (check.type === 'conditionalValidation') nullable ||= takesNull(dto, name, check);
    else if (check.type === 'nestedValidation')
      (isArray(dto, name, checks) ? items : whole).push(nestedSchema(dto, name));
    else (check.each ? items : whole).push(keywordsOf(check, `${dto.name}.${name}`));
  }
  const merged: JsonSchema = merge([...whole, ...(items.length > 0 ? [{ items: merge(items) }] : [])]);
  return nullable ? { anyOf: [{ type: 'null' }, merged] } : merged;
}

/** IsOptional takes null and absence; a ValidateIf must be one of ours, which take absence only. */
function takesNull(dto: DtoClass, name: string, check: ValidationMetadata): boolean {
  if (check.name === 'isOptional') return true;
  if ((check.context as { absent?: boolean } | undefined)?.absent) return false;
  throw new Error(`${dto.name}.${name} has a condition that no JSON Schema can say`);
}

function isArray(dto: DtoClass, name: string, checks: readonly ValidationMetadata[]): boolean {
  return (
    checks.some((check) => check.name === 'isArray') ||
    Reflect.getMetadata('design:type', dto.prototype as object, name) === Array
  );
}

function nestedSchema(dto: DtoClass, name: string): JsonSchema {
  const declared = defaultMetadataStorage.findTypeMetadata(dto, name)?.typeFunction();
  const nested =
    declared ?? (Reflect.getMetadata('design:type', dto.prototype as object, name) as DtoClass | undefined);
  if (!nested || nested === (Object as unknown as DtoClass))
    throw new Error(`${dto.name}.${name} is nested but does not say of which class: add @Type`);
  return schemaOf(nested);
}

/** All of them at once; allOf where two say the same keyword differently. */
function merge(schemas: readonly JsonSchema[]): JsonSchema {
  const merged: Record<string, unknown> = {};
  const rest: JsonSchema[] = [];
  for (const schema of schemas) {
    const clashes = Object.keys(schema).some(
      (key) => key in merged && JSON.stringify(merged[key]) !== JSON.stringify(schema[key]),
    );
    if (clashes) rest.push(schema);
    else Object.assign(merged, schema);
  }
  return rest.length > 0 ? { ...merged, allOf: rest } : merged;
}
