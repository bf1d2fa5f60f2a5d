import type { ASTNode, BinaryOperator } from '@marcbachmann/cel-js';
import {
  copied,
  dated,
  lookedThrough,
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
  if (op === 'in') return membership(left, right, rightNode);
  if (left.kind === 'null' || right.kind === 'null') return term(`(${left.raw} ${op} ${right.raw})`, 'bool');
  const [one, other] = balance(left, leftNode, right, rightNode, op);
  const [a, b] = counted(op, one, leftNode, other, rightNode);
  const code = `(${a.code} ${op} ${b.code})`;
  if (ARITHMETIC.has(op)) return term(code, resultOf(op, a.kind, b.kind));
  return term(code, 'bool');
}

/** Both sides, counted where the operator goes through them: not beside a literal, with which they soon differ. */
function counted(op: string, a: Term, aNode: ASTNode, b: Term, bNode: ASTNode): readonly [Term, Term] {
  if (op === '+') return [copied(a, aNode), copied(b, bNode)];
  if (ARITHMETIC.has(op) || aNode.op === 'value' || bNode.op === 'value') return [a, b];
  return [lookedThrough(a, aNode), lookedThrough(b, bNode)];
}

/** `condition ? a : b`, with numbers on both branches brought to one type. */
export function translateChoice(
  [condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode],
  scope: Scope,
  findings: Findings,
  translate: Translate,
): Term {
  const [a, b] = balance(translate(yes, scope, findings), yes, translate(no, scope, findings), no, '?:');
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

function balance(left: Term, leftNode: ASTNode, right: Term, rightNode: ASTNode, op: string): readonly [Term, Term] {
  const a = beside(left, leftNode, right, op);
  const b = beside(right, rightNode, left, op);
  return [a, b];
}

/**
 * One side as the other wants it: whole numbers beside money become doubles, unknown values beside numbers, ids and instants are
 * converted, and what a duration is added to or taken from is an instant.
 */
function beside(side: Term, node: ASTNode, other: Term, op: string): Term {
  if (side.kind === 'int' && (other.kind === 'double' || other.kind === 'any'))
    return term(isIntLiteral(node) ? lifted(node) : `double(${side.code})`, 'double');
  if (other.kind === 'double' || (other.kind === 'int' && side.kind === 'any')) return numeric(side);
  if (other.kind === 'id') return textual(side);
  if (other.kind === 'instant' || (other.kind === 'duration' && (op === '+' || op === '-'))) return dated(side);
  return side;
}

/** Among numbers an unknown value is compared as one, as `==` compares it. */
function membership(left: Term, right: Term, node: ASTNode): Term {
  const numbers = node.op === 'list' && node.args.length > 0 && node.args.every(isNumberLiteral) ? node.args : null;
  const value = numbers ? numeric(left) : left;
  const list =
    value.kind === 'double' && numbers?.every(isIntLiteral)
      ? `[${numbers.map(lifted).join(', ')}]`
      : membersOf(right, node);
  return term(`(${value.code} in ${list})`, 'bool');
}

function membersOf(right: Term, node: ASTNode): string {
  const isWritten = node.op === 'list' && node.args.every(({ op }) => op === 'value');
  return isWritten ? right.raw : lookedThrough({ ...right, code: right.raw }, node).code;
}

function resultOf(op: string, a: TermKind, b: TermKind): TermKind {
  if (a === b && (a === 'int' || a === 'double')) return a;
  if (a === 'double' || b === 'double') return 'double';
  if (op === '+' && (a === 'text' || b === 'text' || a === 'id' || b === 'id')) return 'text';
  if (op === '-' && a === 'instant' && b === 'instant') return 'duration';
  if (a === 'instant' || b === 'instant') return 'instant';
  return 'any';
}

function isNumberLiteral(node: ASTNode): boolean {
  return isIntLiteral(node) || (node.op === 'value' && typeof node.args === 'number');
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
