import { DATA_NAMES } from '../helpers/helper-names.js';
import { type BlockParams, type Depth, type Frame, ownPart, type Scope } from './scope.js';

/** Works a value out where the template needs it. */
export type Value = (scope: Scope) => unknown;

/** Names that the blocks around a place gave with `as |…|`, outermost block first. */
export type ParamNames = readonly (readonly string[])[];

/** Finds what a path means, by the rules of Handlebars: a name that a block gave, a private variable, or a context's own. */
export function pathValue(path: hbs.AST.PathExpression, names: ParamNames): Value {
  const { parts, depth } = path;
  const [head] = parts;
  const param = paramValue(path, names);
  if (param) return walk(param, parts.slice(1));
  if (head === undefined) return contextAt(depth);
  if (path.data) return dataValue(depth, head, parts.slice(1));
  return walk(contextAt(depth), parts);
}

/** The value that a block gave this name to; null when none did. */
export function paramValue(path: hbs.AST.PathExpression, names: ParamNames): Value | null {
  const head = path.parts[0];
  if (head === undefined || path.depth > 0 || /^\.|this\b/.test(path.original)) return null;
  const at = names.findLastIndex((given) => given.includes(head));
  if (at < 0) return null;
  const hops = names.length - 1 - at;
  const place = names[at]!.indexOf(head);
  return ({ params }) => {
    let given: BlockParams | null | undefined = params;
    for (let i = 0; i < hops; i++) given = given?.outer;
    return given?.values[place];
  };
}

function contextAt(depth: number): Value {
  if (depth === 0) return ({ context }) => context;
  return ({ depths }) => {
    let at: Depth | null | undefined = depths;
    for (let i = 0; i < depth; i++) at = at?.outer;
    return at?.value;
  };
}

/** A null on the way is the value of the whole path. */
function walk(start: Value, parts: readonly string[]): Value {
  const [first, ...others] = parts.map(ownPart);
  if (!first) return start;
  return (scope) => {
    let value = start(scope);
    if (value === null || value === undefined) return value;
    value = first(value);
    for (const part of others) {
      if (value === null || value === undefined) return value;
      value = part(value);
    }
    return value;
  };
}

/** Below `@`, unlike elsewhere, everything falsy on the way is the value of the whole path. */
function dataValue(depth: number, name: string, parts: readonly string[]): Value {
  if (!DATA_NAMES.has(name)) return () => undefined;
  const inside = parts.map(ownPart);
  return ({ frame }) => {
    let at: Frame | null = frame;
    for (let i = 0; at && i < depth; i++) at = at.outer;
    let value: unknown = at?.[name as keyof Frame];
    for (const part of inside) {
      if (!value) return value;
      value = part(value);
    }
    return value;
  };
}
