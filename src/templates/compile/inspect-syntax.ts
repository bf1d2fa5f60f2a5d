import {
  ARGUMENTS,
  BLOCK_HELPERS,
  DATA_NAMES,
  INTERNAL_HELPERS,
  NAMED_ARGUMENTS,
  VALUE_HELPERS,
} from '../helpers/helper-names.js';
import { DATE_STYLES, isDateStyle } from '../helpers/date.js';
import { isCurrencyCode } from '../helpers/money.js';
import { unknownField } from './known-fields.js';
import { MAX_DEPTH } from './limits.js';
import type { PathScope } from './path-scope.js';
import { noHelper, noVariable } from './name-hints.js';
import { namedPath, openScope, WHOLE_CONTEXT } from './path-scope.js';

export interface SyntaxFinding {
  readonly code: string;
  readonly detail: string;
  readonly line: number;
}

export interface SyntaxReport {
  readonly findings: readonly SyntaxFinding[];
  readonly variables: readonly string[];
}

/** Walks a parsed template and allows only what is known to be harmless: listed helpers, known names, shallow nesting. */
export function inspectSyntax(program: hbs.AST.Program): SyntaxReport {
  const inspector = new Inspector();
  inspector.program(program, WHOLE_CONTEXT, 0);
  return { findings: inspector.findings, variables: [...inspector.variables].sort() };
}

class Inspector {
  readonly findings: SyntaxFinding[] = [];
  readonly variables = new Set<string>();

  program(program: hbs.AST.Program | undefined, scope: PathScope, depth: number): void {
    if (!program) return;
    if (depth > MAX_DEPTH) return this.find(program, 'too_deep', `blocks are nested deeper than ${MAX_DEPTH}`);
    for (const statement of program.body) this.statement(statement, scope, depth);
  }

  private statement(node: hbs.AST.Statement, scope: PathScope, depth: number): void {
    switch (node.type) {
      case 'ContentStatement':
      case 'CommentStatement':
        return;
      case 'MustacheStatement':
        return this.mustache(node as hbs.AST.MustacheStatement, scope);
      case 'BlockStatement':
        return this.block(node as hbs.AST.BlockStatement, scope, depth);
      default:
        return this.find(node, 'not_allowed', `${node.type} is not allowed in a template`);
    }
  }

  private mustache(node: hbs.AST.MustacheStatement, scope: PathScope): void {
    if (!node.escaped) this.find(node, 'unescaped', 'unescaped output is not allowed');
    if (isHelperCall(node)) this.call(node, scope, VALUE_HELPERS);
    else if (node.path.type === 'PathExpression') this.expression(node.path, scope, false);
    else this.find(node, 'unknown_variable', 'a mustache around words prints nothing: write the words alone');
  }

  private block(node: hbs.AST.BlockStatement, scope: PathScope, depth: number): void {
    this.call(node, scope, BLOCK_HELPERS);
    const name = node.path.original;
    if (node.params.length !== 1) this.find(node, 'wrong_arguments', `{{#${name}}} takes one argument`);
    const label = this.labelOf(node.params[0], scope);
    const inner =
      name === 'each' || name === 'with' ? openScope(scope, name, label, node.program?.blockParams ?? []) : scope;
    this.program(node.program, inner, depth + 1);
    this.program(node.inverse, scope, depth + 1);
  }

  private call(
    node: hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression,
    scope: PathScope,
    allowed: ReadonlySet<string>,
  ): void {
    const name = (node.path as hbs.AST.PathExpression).original;
    if (!allowed.has(name)) return this.find(node, 'unknown_helper', noHelper(node));
    if (node.params.length === 0)
      this.find(
        node,
        'wrong_arguments',
        `"${name}" is a helper and needs an argument; a variable of that name is this.${name}`,
      );
    else if (VALUE_HELPERS.has(name)) this.countArguments(node, name);
    const takesWords = VALUE_HELPERS.has(name);
    for (const param of node.params) this.expression(param, scope, takesWords);
    for (const pair of node.hash?.pairs ?? []) {
      this.named(pair, name);
      this.expression(pair.value, scope, takesWords);
    }
    const unusable = unusableWords(node, name);
    if (unusable !== null) this.find(node, 'wrong_arguments', unusable);
  }

  /** A name that nobody reads is a form of a word, or a currency, that the letter is printed without. */
  private named(pair: hbs.AST.HashPair, helper: string): void {
    const names = NAMED_ARGUMENTS[helper] ?? [];
    if (names.includes(pair.key)) return;
    const known = names.length > 0 ? `: it takes ${names.map((name) => `${name}=`).join(', ')}` : '';
    this.find(pair, 'wrong_arguments', `"${helper}" knows no ${pair.key}=${known}`);
  }

  /** Handlebars itself passes over what is missing or too much, and something else is printed than the author meant. */
  private countArguments(
    node: hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression,
    name: string,
  ): void {
    const [least, most] = ARGUMENTS[name] ?? [1, 1];
    const { length } = node.params;
    if (length >= least && length <= most) return;
    const allowed = least === most ? String(least) : `${least} or ${most}`;
    this.find(
      node,
      'wrong_arguments',
      `"${name}" takes ${allowed} argument${most === 1 ? '' : 's'}, here are ${length}`,
    );
  }

  private expression(node: hbs.AST.Expression, scope: PathScope, isArgument: boolean): void {
    if (node.type === 'SubExpression') return this.call(node as hbs.AST.SubExpression, scope, VALUE_HELPERS);
    if (node.type !== 'PathExpression') return;
    const path = node as hbs.AST.PathExpression;
    if (path.data && !DATA_NAMES.has(path.parts[0] ?? ''))
      return this.find(node, 'unknown_variable', `there is no ${path.original}`);
    if (path.parts.some((part) => FORBIDDEN_KEYS.has(part)))
      return this.find(node, 'unknown_variable', `${path.original} cannot be read`);
    const named = namedPath(path, scope);
    if (!named) return this.find(node, 'unknown_variable', noVariable(path, isArgument));
    const unknown = unknownField(named.label);
    if (unknown !== null) return this.find(node, 'unknown_variable', unknown);
    if (!named.label.startsWith('@')) this.variables.add(named.label);
  }

  private labelOf(node: hbs.AST.Expression | undefined, scope: PathScope): string {
    if (node?.type !== 'PathExpression') return 'item';
    return namedPath(node as hbs.AST.PathExpression, scope)?.label ?? 'item';
  }

  private find(node: hbs.AST.Node, code: string, detail: string): void {
    this.findings.push({ code, detail, line: node.loc.start.line });
  }
}

/** What every letter would fail with, whatever the data: words of the author that the helper cannot use. */
function unusableWords(
  { params, hash }: hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression,
  helper: string,
): string | null {
  const pairs = hash?.pairs ?? [];
  const words = (name: string): string | null => {
    const node = params[1] ?? pairs.find(({ key }) => key === name)?.value;
    return node?.type === 'StringLiteral' ? (node as hbs.AST.StringLiteral).value : null;
  };
  if (helper === 'plural' && pairs.length === 0) return '"plural" needs forms of the word, one="…" and so on';
  if (helper === 'date' && !isDateStyle(words('style') ?? 'long'))
    return `"date" knows no style "${words('style')}": it takes ${DATE_STYLES.join(', ')}`;
  if (helper === 'money' && !isCurrencyCode(words('currency') ?? 'EUR'))
    return `"money" takes a currency's three letters, and not "${words('currency')}"`;
  return null;
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'prototype', 'constructor', '__defineGetter__', '__lookupGetter__']);

/** Whether `{{name …}}` calls a helper: it has arguments, or its bare name is a helper's. */
export function isHelperCall(node: hbs.AST.MustacheStatement): boolean {
  if (node.params.length > 0 || (node.hash?.pairs.length ?? 0) > 0) return true;
  if (node.path.type !== 'PathExpression') return false;
  const { original } = node.path as hbs.AST.PathExpression;
  return VALUE_HELPERS.has(original) || BLOCK_HELPERS.has(original) || INTERNAL_HELPERS.has(original);
}
