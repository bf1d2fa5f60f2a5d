import { INTERNAL_HELPERS } from '../helpers/helper-names.js';
import { isHelperCall } from '../compile/inspect-syntax.js';
import { printable } from '../helpers/printable.js';
import { block } from './blocks.js';
import { call, callName, expression, labelOf } from './expression.js';
import { internalCall } from './links.js';
import { PAGES, type PageName } from './marks.js';
import type { PartKind } from './part-kind.js';
import { printPage } from './pages.js';
import { printPlain } from './print.js';
import type { Site, Statement } from './site.js';

/** Makes a piece of the syntax tree ready to be filled in. */
export function program(node: hbs.AST.Program | undefined, site: Site): Statement {
  const statements = (node?.body ?? []).flatMap((child) => statement(child, site) ?? []);
  const [only] = statements;
  if (statements.length <= 1) return only ?? nothing;
  return (scope) => {
    for (const one of statements) one(scope);
  };
}

function nothing(): void {
  // An empty branch.
}

function statement(node: hbs.AST.Statement, site: Site): Statement | null {
  switch (node.type) {
    case 'ContentStatement':
      return content((node as hbs.AST.ContentStatement).value, site);
    case 'CommentStatement':
      return null;
    case 'MustacheStatement':
      return mustache(node as hbs.AST.MustacheStatement, site);
    case 'BlockStatement':
      return block(node as hbs.AST.BlockStatement, site);
    default:
      throw new TypeError(`${node.type} is not allowed in a template`);
  }
}

function content(text: string, { cutter }: Site): Statement | null {
  if (text === '') return null;
  const { skeleton, hidden } = cutter?.cut(text) ?? { skeleton: text, hidden: 0 };
  return ({ rendering }) => {
    rendering.out += skeleton;
    rendering.hidden += hidden;
  };
}

function mustache(node: hbs.AST.MustacheStatement, site: Site): Statement {
  const print = node.escaped ? site.kind.print : printPlain;
  if (!isHelperCall(node)) return variable(node, site, print);
  if (INTERNAL_HELPERS.has((node.path as hbs.AST.PathExpression).original)) return internalCall(node, site);
  const value = call(node, site);
  const name = callName(node, site);
  return (scope) => print(scope.rendering, printable(value(scope), name));
}

function variable(node: hbs.AST.MustacheStatement, site: Site, print: PartKind['print']): Statement {
  const value = expression(node.path, site, false);
  if (node.path.type !== 'PathExpression') return () => undefined;
  const label = labelOf(node.path as hbs.AST.PathExpression, site);
  const { clean } = site.kind;
  const page = site.cutter && pageNamed(label);
  if (page) return (scope) => printPage(scope.rendering, page, value(scope), label, site.kind);
  return (scope) => print(scope.rendering, clean(printable(value(scope), label)));
}

/** Labels of this form are given to paths only that mean the letter's own pages, wherever they stand. */
function pageNamed(label: string): PageName | null {
  const [root, name, ...rest] = label.split('.');
  return root === 'links' && rest.length === 0 ? (PAGES.find((page) => page === name) ?? null) : null;
}
