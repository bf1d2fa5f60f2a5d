import { lift } from '../compile/lift-path.js';
import { namedPath, type PathScope } from '../compile/path-scope.js';
import { ASKING_HELPERS, VALUE_HELPERS } from '../helpers/helper-names.js';
import { TemplateError } from '../helpers/template-error.js';
import type { ValueHelpers } from '../helpers/value-helpers.js';
import { type ParamNames, paramValue, pathValue, type Value } from './path-value.js';

/** What a place of the syntax tree is compiled with. */
export interface Place {
  readonly helpers: ValueHelpers;
  /** What paths are called in messages. */
  readonly scope: PathScope;
  readonly names: ParamNames;
}

type Call = hbs.AST.MustacheStatement | hbs.AST.SubExpression;

/** An expression's value; a variable that is missing is an error that names it, unless it `mayBeMissing`. */
export function expression(node: hbs.AST.Expression, place: Place, mayBeMissing: boolean): Value {
  switch (node.type) {
    case 'PathExpression':
      return variable(node as hbs.AST.PathExpression, place, mayBeMissing);
    case 'SubExpression':
      return call(node as hbs.AST.SubExpression, place);
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral': {
      const { value } = node as hbs.AST.StringLiteral;
      return () => value;
    }
    case 'NullLiteral':
      return () => null;
    case 'UndefinedLiteral':
      return () => undefined;
    default:
      throw new TypeError(`${node.type} is no expression`);
  }
}

/** What a variable is called in messages. */
export function labelOf(path: hbs.AST.PathExpression, { scope }: Place): string {
  return namedPath(path, scope)?.label ?? path.original;
}

function variable(path: hbs.AST.PathExpression, place: Place, mayBeMissing: boolean): Value {
  const label = labelOf(path, place);
  const find = pathValue(lift(path, place.scope), place.names);
  if (mayBeMissing) return find;
  return (scope) => {
    const value = find(scope);
    if (value === undefined) throw new TemplateError(`${label} is missing`);
    return value;
  };
}

/** The value of `helper a b c=d`. */
export function call(node: Call, place: Place): Value {
  const path = node.path as hbs.AST.PathExpression;
  const shadowed = path.parts.length === 1 ? paramValue(path, place.names) : null;
  if (shadowed) return shadowed;
  const helper = VALUE_HELPERS.has(path.original) ? place.helpers[path.original] : undefined;
  if (!helper) throw new TypeError(`there is no helper ${path.original}`);
  const mayBeMissing = ASKING_HELPERS.has(path.original);
  const params = node.params.map((param) => expression(param, place, mayBeMissing));
  const options = hash(node.hash, place, mayBeMissing);
  const [first, second] = params;
  const failed = (error: unknown): never => {
    throw error instanceof TemplateError ? new TemplateError(withNames(error.message, node, place)) : error;
  };
  // What is missing among the arguments has its name already.
  if (params.length === 1)
    return (scope) => {
      const one = first!(scope);
      const hash = options(scope);
      try {
        return helper(one, { hash });
      } catch (error) {
        return failed(error);
      }
    };
  return (scope) => {
    const given = params.length === 2 ? [first!(scope), second!(scope)] : params.map((param) => param(scope));
    const hash = options(scope);
    try {
      return helper(...given, { hash });
    } catch (error) {
      return failed(error);
    }
  };
}

/** A helper's message, which begins with its name, with what the author handed over behind it: `money event.total: …`. */
function withNames(message: string, node: Call, place: Place): string {
  const name = (node.path as hbs.AST.PathExpression).original;
  return message.startsWith(name) ? callName(node, place) + message.slice(name.length) : message;
}

/** What a call is called in messages: its helper and the variables in it. */
export function callName(node: Call, place: Place): string {
  const { original } = node.path as hbs.AST.PathExpression;
  return [original, ...node.params.map((param) => argumentName(param, place))].join(' ');
}

function argumentName(node: hbs.AST.Expression, place: Place): string {
  switch (node.type) {
    case 'PathExpression':
      return labelOf(node as hbs.AST.PathExpression, place);
    case 'SubExpression':
      return `(${callName(node as hbs.AST.SubExpression, place)})`;
    default:
      return JSON.stringify((node as hbs.AST.StringLiteral).value ?? null);
  }
}

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

/** Named arguments. */
export function hash(
  node: hbs.AST.Hash | undefined,
  place: Place,
  mayBeMissing: boolean,
): (scope: Parameters<Value>[0]) => Readonly<Record<string, unknown>> {
  const pairs = (node?.pairs ?? []).map(({ key, value }) => [key, expression(value, place, mayBeMissing)] as const);
  if (pairs.length === 0) return () => NOTHING;
  return (scope) => {
    const given: Record<string, unknown> = {};
    for (const [key, value] of pairs) given[key] = value(scope);
    return given;
  };
}
