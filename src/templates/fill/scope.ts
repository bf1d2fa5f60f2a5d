import type { Rendering } from '../helpers/rendering.js';

/** The private variables of a loop's turn, as Handlebars has them: `@index`, `@key`, `@first`, `@last`. */
export interface Frame {
  readonly root: unknown;
  readonly outer: Frame | null;
  index?: number;
  key?: number | string;
  first?: boolean;
  last?: boolean;
}

/** Contexts from the innermost outwards, for `../`. */
export interface Depth {
  readonly value: unknown;
  readonly outer: Depth | null;
}

/** What `as |item index|` named, from the innermost block outwards. */
export interface BlockParams {
  readonly values: readonly unknown[];
  readonly outer: BlockParams | null;
}

/** Where a template is filled in: everything that a name can mean there. */
export interface Scope {
  readonly rendering: Rendering;
  readonly context: unknown;
  readonly depths: Depth;
  readonly frame: Frame;
  readonly params: BlockParams | null;
}

/** What `this` is inside a block whose context is null. */
const NO_CONTEXT: object = Object.freeze({});

/** The scope of a whole letter. */
export function outermost(rendering: Rendering, context: unknown): Scope {
  const frame = { root: context, outer: null };
  return { rendering, context, depths: { value: context, outer: null }, frame, params: null };
}

/** The scope inside `{{#if}}` and its like, which open no context. */
export function sameContext(scope: Scope): Scope {
  return scope.context === null || scope.context === undefined ? { ...scope, context: NO_CONTEXT } : scope;
}

/** The scope of a block that opens a context; `../` leads out of it unless the outer context is (loosely) the same. */
export function inner(scope: Scope, context: unknown, frame: Frame, named: readonly unknown[] | null): Scope {
  const { rendering, depths, params } = scope;
  return {
    rendering,
    context,
    // Loosely, as Handlebars compares.
    depths: context != depths.value ? { value: context, outer: depths } : depths,
    frame,
    params: named ? { values: named, outer: params } : params,
  };
}

/** Reads one part of plain data. */
export type ReadPart = (parent: unknown) => unknown;

const PROTOTYPES = [Object.prototype, Array.prototype, String.prototype, Number.prototype, Boolean.prototype];

/**
 * How to read a part of plain data, never anything inherited: for the few names that a prototype of plain data knows it is
 * asked each time whose they are.
 */
export function ownPart(name: string): ReadPart {
  if (!PROTOTYPES.some((prototype) => name in prototype))
    return (parent) => (parent as Readonly<Record<string, unknown>>)[name];
  return (parent) => {
    const value = (parent as Readonly<Record<string, unknown>>)[name];
    return value === undefined || value === null || Object.hasOwn(parent as object, name) ? value : undefined;
  };
}
