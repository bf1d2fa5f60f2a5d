import type { getMetadataStorage } from 'class-validator';
import type { JsonSchema } from './json-schema.js';

/** One check of one property, as class-validator remembers it. */
export type ValidationMetadata = ReturnType<
  ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']
>[number];

type Compile = (constraints: readonly unknown[]) => JsonSchema;

/** What each class-validator decorator that DTOs use means in JSON Schema. */
const KEYWORDS: Readonly<Record<string, Compile>> = {
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isArray: () => ({ type: 'array' }),
  isObject: () => ({ type: 'object' }),
  isIn: ([values]) => ({ enum: values }),
  equals: ([value]) => ({ const: value }),
  min: ([least]) => ({ type: 'number', minimum: least }),
  max: ([most]) => ({ type: 'number', maximum: most }),
  isPositive: () => ({ type: 'number', exclusiveMinimum: 0 }),
  isNotEmpty: () => ({ not: { enum: ['', null] } }),
  minLength: ([least]) => ({ type: 'string', minLength: least }),
  maxLength: ([most]) => ({ type: 'string', maxLength: most }),
  isLength: ([least, most]) => ({
    type: 'string',
    minLength: least,
    ...(most === undefined ? {} : { maxLength: most }),
  }),
  matches: ([pattern]) => ({ type: 'string', pattern: sourceOf(pattern as RegExp) }),
  arrayMinSize: ([least]) => ({ type: 'array', minItems: least }),
  arrayMaxSize: ([most]) => ({ type: 'array', maxItems: most }),
  arrayNotEmpty: () => ({ type: 'array', minItems: 1 }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isDefined: () => ({ not: { type: 'null' } }),
};

/** The JSON Schema of one check. Throws on one that is not listed: the safe way to hear of it. */
export function keywordsOf(check: ValidationMetadata, where: string): JsonSchema {
  const name = check.name ?? check.type;
  if (name.startsWith('touchmapRule:')) return { touchmapRule: name.slice('touchmapRule:'.length) };
  const compile = KEYWORDS[name];
  if (!compile)
    throw new Error(`${where} uses the decorator ${name}, which has no JSON Schema here; list it or use jsonRule`);
  return compile((check.constraints ?? []) as unknown[]);
}

function sourceOf(pattern: RegExp): string {
  if (pattern.flags.replace('u', '') !== '')
    throw new Error(`the flags of ${String(pattern)} cannot be said in JSON Schema`);
  return pattern.source;
}
