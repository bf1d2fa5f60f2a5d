import { namedPath, openScope } from '../compile/path-scope.js';
import { TemplateError } from '../helpers/template-error.js';
import { expression, hash } from './expression.js';
import { internalBlock } from './links.js';
import type { Value } from './path-value.js';
import { type Frame, inner, sameContext } from './scope.js';
import type { Site, Statement } from './site.js';
import { checkSize, countTurns, shownItems } from './turns.js';

/** A block of a template, `{{#…}}`. */
export function block(node: hbs.AST.BlockStatement, site: Site): Statement {
  const name = node.path.original;
  switch (name) {
    case 'if':
    case 'unless':
      return condition(node, site, name === 'unless');
    case 'with':
      return withBlock(node, site);
    case 'each':
      return each(node, site);
    default:
      return internalBlock(node, site);
  }
}

function condition(node: hbs.AST.BlockStatement, site: Site, isNegated: boolean): Statement {
  const value = argument(node, site, true);
  const options = hash(node.hash, site, true);
  const main = site.program(node.program, site);
  const other = site.program(node.inverse, site);
  const [fulfilled, otherwise] = isNegated ? [other, main] : [main, other];
  return (scope) => {
    const given = value(scope);
    const holds = !(isEmpty(given) || (!given && !options(scope)['includeZero']));
    (holds ? fulfilled : otherwise)(sameContext(scope));
  };
}

function withBlock(node: hbs.AST.BlockStatement, site: Site): Statement {
  const value = argument(node, site, true);
  const body = site.program(node.program, opened(node, site, 'with'));
  const otherwise = site.program(node.inverse, site);
  const isNamed = Boolean(node.program?.blockParams?.length);
  return (scope) => {
    const given = value(scope);
    if (isEmpty(given)) otherwise(sameContext(scope));
    else body(inner(scope, given, scope.frame, isNamed ? [given] : null));
  };
}

function each(node: hbs.AST.BlockStatement, site: Site): Statement {
  const value = argument(node, site, false);
  const body = site.program(node.program, opened(node, site, 'each'));
  const otherwise = site.program(node.inverse, site);
  const isNamed = Boolean(node.program?.blockParams?.length);
  return (scope) => {
    const { rendering } = scope;
    const items = shownItems(value(scope));
    countTurns(rendering, items);
    const keys = Array.isArray(items) ? null : Object.keys(items);
    const count = keys ? keys.length : (items as readonly unknown[]).length;
    const before = rendering.out.length + rendering.hidden;
    if (count === 0) otherwise(sameContext(scope));
    const frame = openFrame(scope.frame);
    for (let index = 0; index < count; index++) {
      const key = keys ? keys[index]! : index;
      const item = (items as Readonly<Record<number | string, unknown>>)[key];
      frame.index = index;
      frame.key = key;
      frame.first = index === 0;
      frame.last = index === count - 1;
      body(inner(scope, item, frame, isNamed ? [item, key] : null));
      checkSize(rendering, before);
    }
  };
}

function openFrame(outer: Frame): Frame {
  return { root: outer.root, outer, index: 0, key: 0, first: true, last: true };
}

function argument(node: hbs.AST.BlockStatement, site: Site, mayBeMissing: boolean): Value {
  const [param] = node.params;
  if (!param || node.params.length > 1) throw new TemplateError(`#${node.path.original} takes one argument`);
  return expression(param, site, mayBeMissing);
}

/** The site inside a block that opens a context. */
function opened(node: hbs.AST.BlockStatement, site: Site, name: 'each' | 'with'): Site {
  const [param] = node.params;
  const path = param?.type === 'PathExpression' ? (param as hbs.AST.PathExpression) : null;
  const label = (path && namedPath(path, site.scope)?.label) || 'item';
  const params = node.program?.blockParams ?? [];
  return {
    ...site,
    scope: openScope(site.scope, name, label, params),
    names: params.length > 0 ? [...site.names, params] : site.names,
  };
}

/** As Handlebars sees it: an empty list is not there, and neither is anything falsy but zero. */
function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : !value && value !== 0;
}
