import type Handlebars from 'handlebars';
import type { PathScope } from './compile/path-scope.js';
import { namedPath, openScope, WHOLE_CONTEXT } from './compile/path-scope.js';
import { isHelperCall } from './compile/inspect-syntax.js';
import { ASKING_HELPERS, BLOCK_HELPERS, INTERNAL_HELPERS, VALUE_HELPERS } from './helpers/helper-names.js';

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

const KNOWN = Object.fromEntries(
  [...BLOCK_HELPERS, ...VALUE_HELPERS, ...INTERNAL_HELPERS, 'tmVar'].map((name) => [name, true]),
);

/**
 * Compiles one part of a letter. Handlebars' own strict mode cannot say which variable is missing, and refuses to ask for
 * one: so every variable is wrapped into a helper that knows its name, except where the author asks or gives a default.
 */
export function strictHandlebars(
  handlebars: typeof Handlebars,
  source: string,
  kind: 'html' | 'plain',
): HandlebarsTemplateDelegate {
  const program = handlebars.parse(source);
  strictProgram(program, WHOLE_CONTEXT);
  return handlebars.compile(program, { knownHelpers: KNOWN, knownHelpersOnly: true, noEscape: kind === 'plain' });
}

function strictProgram(program: hbs.AST.Program | undefined, scope: PathScope): void {
  for (const statement of program?.body ?? []) {
    if (statement.type === 'MustacheStatement') strictMustache(statement as hbs.AST.MustacheStatement, scope);
    else if (statement.type === 'BlockStatement') strictBlock(statement as hbs.AST.BlockStatement, scope);
  }
}

function strictMustache(node: hbs.AST.MustacheStatement, scope: PathScope): void {
  if (isHelperCall(node)) return strictCall(node, scope);
  const call = wrapped(node.path, scope, true);
  if (call) Object.assign(node, { path: call.path, params: call.params, hash: call.hash });
}

function strictBlock(node: hbs.AST.BlockStatement, scope: PathScope): void {
  const name = node.path.original;
  const [param] = node.params;
  const label =
    (param?.type === 'PathExpression' && namedPath(param as hbs.AST.PathExpression, scope)?.label) || 'item';
  strictCall(node, scope);
  const inner =
    name === 'each' || name === 'with' ? openScope(scope, name, label, node.program?.blockParams ?? []) : scope;
  strictProgram(node.program, inner);
  strictProgram(node.inverse, scope);
}

function strictCall(node: Call, scope: PathScope): void {
  const asks = ASKING_HELPERS.has((node.path as hbs.AST.PathExpression).original);
  const strict = (value: hbs.AST.Expression): hbs.AST.Expression => {
    if (value.type === 'SubExpression') strictCall(value as hbs.AST.SubExpression, scope);
    if (value.type !== 'PathExpression') return value;
    lift(value as hbs.AST.PathExpression, scope);
    return asks ? value : (wrapped(value, scope, false) ?? value);
  };
  node.params = node.params.map(strict);
  for (const pair of node.hash?.pairs ?? []) pair.value = strict(pair.value);
}

/** `path` as the call `(tmVar path "its name" isPrinted)`. */
function wrapped(value: hbs.AST.Expression, scope: PathScope, isPrinted: boolean): hbs.AST.SubExpression | null {
  if (value.type !== 'PathExpression') return null;
  const path = value as hbs.AST.PathExpression;
  const label = namedPath(path, scope)?.label ?? path.original;
  lift(path, scope);
  const { loc } = path;
  return {
    type: 'SubExpression',
    path: {
      type: 'PathExpression',
      data: false,
      depth: 0,
      parts: ['tmVar'],
      original: 'tmVar',
      loc,
    },
    params: [
      path,
      { type: 'StringLiteral', value: label, original: label, loc } as hbs.AST.StringLiteral,
      { type: 'BooleanLiteral', value: isPrinted, original: isPrinted, loc } as hbs.AST.BooleanLiteral,
    ],
    hash: { type: 'Hash', pairs: [], loc },
    loc,
  };
}

/** Inside a loop `event.currency` still means the letter's event: it becomes `@root.event.currency`. */
function lift(path: hbs.AST.PathExpression, scope: PathScope): void {
  if (path.data || !namedPath(path, scope)?.liftedToRoot) return;
  path.data = true;
  path.parts = ['root', ...path.parts];
  path.original = `@${path.parts.join('.')}`;
}
