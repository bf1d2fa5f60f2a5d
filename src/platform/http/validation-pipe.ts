import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { type Problem, Unprocessable } from './domain-error.js';

/** Validates DTO classes on routes without a JSON Schema: nothing is coerced, unknown fields are refused, 422 with pointers. */
export function strictValidation(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    transformOptions: { enableImplicitConversion: false },
    stopAtFirstError: false,
    exceptionFactory: (errors) =>
      new Unprocessable(
        'invalid',
        'the request is not what this route takes',
        errors.flatMap((error) => problemsOf(error, '')),
      ),
  });
}

function problemsOf(error: ValidationError, above: string): Problem[] {
  const pointer = `${above}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {}).map(([name, detail]) => ({
    pointer,
    code: codeOf(name),
    detail: name === 'whitelistValidation' ? 'is not a field of this object' : detail,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, pointer))];
}

function codeOf(constraint: string): string {
  if (constraint === 'whitelistValidation') return 'unknown_field';
  if (constraint.startsWith('touchmapRule:')) return constraint.slice('touchmapRule:'.length).replace(/\.\d+$/, '');
  return constraint.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
