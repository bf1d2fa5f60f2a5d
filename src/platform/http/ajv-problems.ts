import type { FastifySchemaValidationError } from 'fastify';
import { type Problem, Unprocessable } from './domain-error.js';
import { pointerStep } from './json-pointer.js';

/** Ajv's findings as the API's 422, with a JSON pointer each. */
export function schemaProblems(errors: readonly FastifySchemaValidationError[], part: string): Error {
  const told = errors.filter((error) => error.keyword !== 'if' && error.keyword !== 'anyOf' && !isOptionalNull(error));
  const problems = (told.length > 0 ? told : errors).map(problemOf);
  return new Unprocessable('invalid', `the ${part === 'body' ? 'body' : part} is not what this route takes`, problems);
}

/** A field that may be null is also told to be null when it is neither that nor what it should be: nobody means that. */
function isOptionalNull({ keyword, params }: FastifySchemaValidationError): boolean {
  return keyword === 'type' && params.type === 'null';
}

function problemOf({ keyword, instancePath, params, message }: FastifySchemaValidationError): Problem {
  if (keyword === 'additionalProperties')
    return {
      pointer: `${instancePath}${pointerStep(String(params.additionalProperty))}`,
      code: 'unknown_field',
      detail: 'is not a field of this object',
    };
  if (keyword === 'required')
    return {
      pointer: `${instancePath}${pointerStep(String(params.missingProperty))}`,
      code: 'required',
      detail: 'is missing',
    };
  if (keyword === 'touchmapRule')
    return { pointer: instancePath, code: String(params.code), detail: String(params.detail) };
  return { pointer: instancePath, code: keyword, detail: message ?? 'is not valid' };
}
