import { type ArgumentMetadata, type ValidationError, ValidationPipe } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage } from 'class-validator';
import { unknownField } from '../../domain/unknown-field.js';
import { type Problem, Unprocessable } from './domain-error.js';
import { pointerStep } from './json-pointer.js';
import { snakeCase } from './snake-case.js';

/** Nest's pipe, without what it makes of a request that is not as declared: a text of a list, an empty object of null. */
class StrictValidation extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && this.toValidate(metadata) && value !== undefined && !isObject(value))
      throw invalid([NO_OBJECT]);
    if (metadata.metatype && this.toValidate(metadata)) {
      const unseen = unseenFields(value, metadata.metatype, '');
      if (unseen.length > 0) throw invalid(unseen);
    }
    return super.transform(value, metadata) as Promise<unknown>;
  }

  /** A parameter that is given twice stays a list, for its route to refuse: `a,b` would only be looked for and found nowhere. */
  protected override transformPrimitive(value: unknown): unknown {
    return value;
  }
}

/** Validates DTO classes on routes without a JSON Schema: nothing is coerced, unknown fields are refused, 422 with pointers. */
export function strictValidation(): ValidationPipe {
  return new StrictValidation({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    transformOptions: { enableImplicitConversion: false },
    stopAtFirstError: false,
    validationError: { target: true }, // its class knows which fields there are
    exceptionFactory: (errors) => invalid(errors.flatMap((error) => problemsOf(error, ''))),
  });
}

const NO_OBJECT: Problem = { pointer: '', code: 'is_object', detail: 'must be an object' };

function invalid(problems: readonly Problem[]): Unprocessable {
  return new Unprocessable('invalid', 'the request is not what this route takes', problems);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields called as what every object inherits: class-transformer takes them for methods and leaves them out before they are looked at. */
function unseenFields(value: unknown, dto: object, above: string): readonly Problem[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => unseenFields(item, dto, `${above}/${i}`));
  if (!isObject(value)) return [];
  return Object.entries(value as object).flatMap(([name, part]) => {
    const pointer = `${above}${pointerStep(name)}`;
    if (name in Object.prototype)
      return [{ pointer, code: 'unknown_field', detail: unknownField(name, fieldsOf(dto)) }];
    const nested = defaultMetadataStorage.findTypeMetadata(dto, name)?.typeFunction();
    return nested ? unseenFields(part, nested, pointer) : [];
  });
}

/** Names that a DTO class declares. */
function fieldsOf(dto: object | undefined): readonly string[] {
  const checks = dto
    ? getMetadataStorage().getTargetValidationMetadatas(dto as new () => object, '', false, false)
    : [];
  return [...new Set(checks.filter(({ type }) => type !== 'whitelistValidation').map((one) => one.propertyName))];
}

function problemsOf(error: ValidationError, above: string): Problem[] {
  const pointer = `${above}${pointerStep(error.property)}`;
  if (error.constraints && error.value === undefined) return [{ pointer, code: 'required', detail: 'is missing' }];
  const own = told(Object.entries(error.constraints ?? {})).map(([name, detail]) => ({
    pointer,
    code: codeOf(name),
    detail: name === 'whitelistValidation' ? unknownField(error.property, fieldsOf(error.target?.constructor)) : detail,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, pointer))];
}

/** Of a value of the wrong type nothing else is true: a text where a list belongs has not "more than 10 elements". */
function told(constraints: readonly [string, string][]): readonly [string, string][] {
  const wrongType = TYPES.map((type) => constraints.find(([name]) => name === type)).find(
    (found) => found !== undefined,
  );
  return wrongType ? [wrongType] : constraints;
}

/** A list's own type first: a text is no list of texts either. */
const TYPES = ['isArray', 'isObject', 'isString', 'isBoolean', 'isInt', 'isNumber'];

function codeOf(constraint: string): string {
  if (constraint === 'whitelistValidation') return 'unknown_field';
  if (constraint.startsWith('touchmapRule:')) return constraint.slice('touchmapRule:'.length).replace(/\.\d+$/, '');
  return snakeCase(constraint);
}
