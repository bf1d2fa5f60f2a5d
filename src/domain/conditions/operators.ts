import type { ASTNode, BinaryOperator } from '@marcbachmann/cel-js';
import {
  dated,
  numeric,
  term,
  textual,
  type Findings,
  type Scope,
  type Term,
  type TermKind,
  type Translate,
} from './term.js';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);

/** Operators with two sides; numbers on both are brought to one type first, because CEL adds no int to a double. */
export function translateBinary(
  op: BinaryOperator,
  [leftNode, rightNode]: readonly [ASTNode, ASTNode],
  scope: Scope,
  findings: Findings,
  translate: Translate,
): Term {
  const left = translate(leftNode, scope, findings);
  const right = translate(rightNode, scope, findings);
  if (op === 'in') return term(`(${left.code} in ${membership(left, right, rightNode)})`, 'bool');
  if (left.kind === 'null' || right.kind === 'null') return term(`(${left.raw} ${op} ${right.raw})`, 'bool');
  const [a, b] = balance(left, leftNode, right, rightNode);
  const code = `(${a.code} ${op} ${b.code})`;
  if (ARITHMETIC.has(op)) return term(code, resultOf(op, a.kind, b.kind));
  return term(code, 'bool');
}

/** `condition ? a : b`, with numbers on both branches brought to one type. */
export function translateChoice(
  [condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode],
  scope: Scope,
  findings: Findings,
  translate: Translate,
): Term {
  const [a, b] = balance(translate(yes, scope, findings), yes, translate(no, scope, findings), no);
  const code = `(${translate(condition, scope, findings).code} ? ${a.code} : ${b.code})`;
  return term(code, a.kind === b.kind ? a.kind : 'any');
}

/** A list as written; one fractional number makes doubles of all. */
export function translateList(nodes: readonly ASTNode[], scope: Scope, findings: Findings, translate: Translate): Term {
  const elements = nodes.map((node) => translate(node, scope, findings));
  const anyDouble = elements.some(({ kind }) => kind === 'double');
  const codes = elements.map(({ code }, i) => (anyDouble && isIntLiteral(nodes[i]) ? lifted(nodes[i]) : code));
  return term(`[${codes.join(', ')}]`, 'list');
}

function balance(left: Term, leftNode: ASTNode, right: Term, rightNode: ASTNode): readonly [Term, Term] {
  const a = beside(left, leftNode, right);
  const b = beside(right, rightNode, left);
  return [a, b];
}

/** One side as the other wants it: whole numbers beside money become doubles, unknown values beside numbers, ids and instants are converted. */
function beside(side: Term, node: ASTNode, other: Term): Term {
  if (isIntLiteral(node) && (other.kind === 'double' || other.kind === 'any')) return term(lifted(node), 'double');
  if (other.kind === 'double' || (other.kind === 'int' && side.kind === 'any')) return numeric(side);
  if (other.kind === 'id') return textual(side);
  if (other.kind === 'instant') return dated(side);
  return side;
}

function membership(left: Term, right: Term, node: ASTNode): string {
  if (left.kind !== 'double' || node.op !== 'list') return right.raw;
  const codes = node.args.map((element) => (isIntLiteral(element) ? lifted(element) : null));
  return codes.every((code) => code !== null) ? `[${codes.join(', ')}]` : right.raw;
}

function resultOf(op: string, a: TermKind, b: TermKind): TermKind {
  if (a === b && (a === 'int' || a === 'double')) return a;
  if (a === 'double' || b === 'double') return 'double';
  if (op === '+' && (a === 'text' || b === 'text' || a === 'id' || b === 'id')) return 'text';
  if (op === '-' && a === 'instant' && b === 'instant') return 'duration';
  if (a === 'instant' || b === 'instant') return 'instant';
  return 'any';
}

function isIntLiteral(node: ASTNode | undefined): boolean {
  if (node === undefined) return false;
  if (node.op === 'value') return typeof node.args === 'bigint';
  if (node.op === '-_') return isIntLiteral(node.args);
  if (node.op === '+' || node.op === '-' || node.op === '*') return node.args.every(isIntLiteral);
  return false;
}

/** Whole numbers written as doubles: `5` is `5.0`. */
function lifted(node: ASTNode | undefined): string {
  if (node === undefined) return '0.0';
  if (node.op === 'value') return `${String(node.args)}.0`;
  if (node.op === '-_') return `(-${lifted(node.args)})`;
  if (node.op === '+' || node.op === '-' || node.op === '*')
    return `(${lifted(node.args[0])} ${node.op} ${lifted(node.args[1])})`;
  return '0.0';
}
