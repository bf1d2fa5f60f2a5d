import type { FastifySchemaValidationError } from 'fastify';
import { unknownField } from '../../domain/unknown-field.js';
import { NOTED_PROBLEMS, type Problem, Unprocessable } from './domain-error.js';
import { pointerStep } from './json-pointer.js';
import { snakeCase } from './snake-case.js';

/** Ajv's keywords in the words of the ValidationPipe: a mistake has one code, whichever of the two checks its route. */
const CODES: Readonly<Record<string, string>> = {
  enum: 'is_in',
  const: 'equals',
  not: 'is_not_empty',
  minimum: 'min',
  maximum: 'max',
  exclusiveMinimum: 'is_positive',
  pattern: 'matches',
  format: 'is_uuid',
  minItems: 'array_min_size',
  maxItems: 'array_max_size',
};

/** With Ajv's option `verbose` also the part of the schema that does not hold. */
interface Told extends FastifySchemaValidationError {
  readonly parentSchema?: { readonly properties?: object };
}

/** Ajv's findings as the API's 422, with a JSON pointer each. */
export function schemaProblems(errors: readonly FastifySchemaValidationError[], part: string): Error {
  const told = errors.filter((error) => error.keyword !== 'if' && error.keyword !== 'anyOf' && !isOptionalNull(error));
  const problems = (told.length > 0 ? told : errors).slice(0, NOTED_PROBLEMS).map(problemOf);
  return new Unprocessable('invalid', `the ${part === 'body' ? 'body' : part} is not what this route takes`, problems);
}

/** A field that may be null is also told to be null when it is neither that nor what it should be: nobody means that. */
function isOptionalNull({ keyword, params }: FastifySchemaValidationError): boolean {
  return keyword === 'type' && params.type === 'null';
}

function problemOf({ keyword, instancePath, params, message, parentSchema }: Told): Problem {
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    const detail = unknownField(name, Object.keys(parentSchema?.properties ?? {}));
    return { pointer: `${instancePath}${pointerStep(name)}`, code: 'unknown_field', detail };
  }
  if (keyword === 'required')
    return {
      pointer: `${instancePath}${pointerStep(String(params.missingProperty))}`,
      code: 'required',
      detail: 'is missing',
    };
  if (keyword === 'touchmapRule')
    return { pointer: instancePath, code: String(params.code), detail: String(params.detail) };
  const code = keyword === 'type' ? typeCode(params.type) : (CODES[keyword] ?? snakeCase(keyword));
  return { pointer: instancePath, code, detail: message ?? 'is not valid' };
}

function typeCode(type: unknown): string {
  return type === 'integer' ? 'is_int' : `is_${String(type)}`;
}
