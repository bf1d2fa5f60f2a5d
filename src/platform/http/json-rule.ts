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
  return ValidateBy(
    { name: `touchmapRule:${register(rule)}`, validator: { validate: rule.holds, defaultMessage: () => rule.message } },
    options,
  );
}

/** Two modules may each have a rule called `locale`: the second is known as `locale.2`. */
function register(rule: JsonRule): string {
  for (let n = 1; ; n++) {
    const id = n === 1 ? rule.name : `${rule.name}.${n}`;
    const known = RULES.get(id);
    if (known && known.holds !== rule.holds) continue;
    RULES.set(id, rule);
    return id;
  }
}

/** The Ajv keyword `touchmapRule: id`. */
export const ruleKeyword: FuncKeywordDefinition = {
  keyword: 'touchmapRule',
  schemaType: 'string',
  errors: true,
  compile(id: string) {
    const rule = RULES.get(id);
    if (!rule) throw new Error(`no rule is called ${id}`);
    const validate: SchemaValidateFunction = (value: unknown): boolean => {
      if (rule.holds(value)) return true;
      validate.errors = [
        { keyword: 'touchmapRule', message: rule.message, params: { code: rule.name, detail: rule.message } },
      ];
      return false;
    };
    return validate;
  },
};
