import type { FuncKeywordDefinition, SchemaValidateFunction } from 'ajv';
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** A check of one value that both ways of validation run: the ValidationPipe and Fastify's Ajv. */
export interface JsonRule {
  /** snake_case; the error's code. */
  readonly name: string;
  /** What the value must be: "must be …". */
  readonly message: string;
  readonly holds: (value: unknown) => boolean;
}

const RULES = new Map<string, JsonRule>();

/** A property decorator of a rule; `schemaOf` compiles it to a keyword that calls the same function. */
export function jsonRule(rule: JsonRule, options?: ValidationOptions): PropertyDecorator {
  const known = RULES.get(rule.name);
  if (known && known.holds !== rule.holds) throw new Error(`two rules are called ${rule.name}`);
  RULES.set(rule.name, rule);
  return ValidateBy(
    { name: `touchmapRule:${rule.name}`, validator: { validate: rule.holds, defaultMessage: () => rule.message } },
    options,
  );
}

/** The Ajv keyword `touchmapRule: name`. */
export const ruleKeyword: FuncKeywordDefinition = {
  keyword: 'touchmapRule',
  schemaType: 'string',
  errors: true,
  compile(name: string) {
    const rule = RULES.get(name);
    if (!rule) throw new Error(`no rule is called ${name}`);
    const validate: SchemaValidateFunction = (value: unknown): boolean => {
      if (rule.holds(value)) return true;
      validate.errors = [{ keyword: 'touchmapRule', message: rule.message, params: { code: rule.name, detail: rule.message } }];
      return false;
    };
    return validate;
  },
};
