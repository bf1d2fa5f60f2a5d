import {
  EvaluationError,
  ParseError,
  serialize,
  type ASTNode,
  type Environment,
  type ParseResult,
} from '@marcbachmann/cel-js';
import type { RE2JS } from 're2js';
import type { Condition, ConditionInput, FactNeeds, ValueExpression, Verdict } from '../compiled-scenario.js';
import { engine, LONGEST_SOURCE, reader } from './environment.js';
import { Known } from './known.js';
import { syntaxWords } from './syntax-words.js';
import type { Findings, Scope } from './term.js';
import { translate } from './translate.js';

export interface ExpressionProblem {
  readonly code: string;
  readonly detail: string;
}

export type Compiled<T> =
  | {
      readonly ok: true;
      readonly expression: T;
      readonly needs: FactNeeds;
      /** Ids of the letters that it asks about. */
      readonly letters: ReadonlySet<string>;
    }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

/** An expression that is true or false. */
export function compileCondition(source: string, scope: Scope): Compiled<Condition> {
  const checked = check(source, scope, ['bool', 'dyn']);
  if (!checked.ok) return checked;
  const { program, patterns, needs, letters } = checked;
  return {
    ok: true,
    needs,
    letters,
    expression: { source, evaluate: (input) => toVerdict(run(program, patterns, input), source) },
  };
}

/** An expression that gives a text or a number. */
export function compileValue(source: string, scope: Scope): Compiled<ValueExpression> {
  const checked = check(source, scope, ['string', 'double', 'int', 'dyn']);
  if (!checked.ok) return checked;
  const { program, patterns, needs, letters } = checked;
  return {
    ok: true,
    needs,
    letters,
    expression: {
      source,
      text: (input) => toText(run(program, patterns, input).value),
      number: (input) => toNumber(run(program, patterns, input).value),
    },
  };
}

/** Whether an expression can give a text only. */
export function givesText(source: string, scope: Scope): boolean {
  return check(source, { ...scope, patterns: { size: 0 } }, ['string']).ok;
}

type Checked =
  | {
      readonly ok: true;
      readonly program: ParseResult;
      readonly patterns: readonly RE2JS[];
      readonly needs: FactNeeds;
      readonly letters: ReadonlySet<string>;
    }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

function check(source: string, scope: Scope, types: readonly string[]): Checked {
  if (source.length > LONGEST_SOURCE) return failed('too_complex', `more than ${LONGEST_SOURCE} characters`);
  const parsed = parse(reader, source, (error) => syntaxWords(source, error.range, error.summary));
  if ('problem' in parsed) return { ok: false, problems: [parsed.problem] };
  const findings: Findings = { problems: [], history: [], patterns: [], letters: new Set() };
  const { code, kind } = translate(parsed.program.ast, scope, findings);
  if (findings.problems.length > 0) return { ok: false, problems: findings.problems };
  if (kind === 'record') return failed('type_error', `gives a record, not ${readable(types[0] ?? '')}`);
  // What people wrote within the limits may pass them as it is read: a number of four hundred digits is none as a fraction.
  const translated = parse(engine, code, (error) => error.summary);
  if ('problem' in translated) return { ok: false, problems: [translated.problem] };
  const { program } = translated;
  const { valid, type, error } = program.check();
  if (!valid || type === undefined) return failed('type_error', readable(error?.summary ?? 'does not fit together'));
  if (!types.includes(type)) return failed('type_error', `gives ${readable(type)}, not ${readable(types[0] ?? '')}`);
  const { patterns, letters, history } = findings;
  return { ok: true, program, patterns, needs: { engagement: letters.size > 0, history }, letters };
}

function failed(code: string, detail: string): Extract<Checked, { ok: false }> {
  return { ok: false, problems: [{ code, detail }] };
}

function parse(
  environment: Environment,
  source: string,
  wordsFor: (error: ParseError) => string,
): { readonly program: ParseResult } | { readonly problem: ExpressionProblem } {
  try {
    return { program: environment.parse(source) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    if (error.code === 'limit_exceeded') return { problem: { code: 'too_complex', detail: limitWords(error.summary) } };
    return { problem: { code: 'syntax_error', detail: wordsFor(error) } };
  }
}

/** The reader's own name its limits: 'Exceeded maxDepth (24)'. */
function limitWords(summary: string): string {
  const [, limit = '', most = ''] = /^Exceeded (\w+) \((\d+)\)$/.exec(summary) ?? [];
  const words = LIMITS.get(limit);
  return words === undefined ? summary : words.replace('#', most);
}

const LIMITS: ReadonlyMap<string, string> = new Map([
  ['maxDepth', 'its parts stand more than # deep in one another'],
  ['maxAstNodes', 'has more than # parts'],
  ['maxListElements', 'holds a list of more than # elements'],
  ['maxMapEntries', 'holds a record of more than # fields'],
  ['maxCallArguments', 'gives a function more than # arguments'],
]);

/** Types and their clashes in an author's words: an event's numbers are none of double and int to whoever wrote 5. */
function readable(message: string): string {
  return (
    message
      // What stands behind the first argument of these is the translation's own.
      .replace(/^found no matching overload for 'Known\.(\w+)\((.+), [^,]+\)'$/, '$1() takes a text, not $2')
      .replace(/^found no matching overload for '(.*)'$/, 'does not fit together: $1')
      .replace(/^no such overload: /, 'does not fit together: ')
      .replaceAll('google.protobuf.Timestamp', 'instant')
      .replaceAll('google.protobuf.Duration', 'duration')
      // Before a parenthesis it is the function of that name.
      .replace(/\b(?:double|int|uint)\b(?!\()/g, 'number')
      .replace(/\bstring\b(?!\()/g, 'text')
      .replace(/\bbool\b(?!\()/g, 'true or false')
      .replace(/\bdyn\b/g, 'value')
      .replace(/\blist<[^>]*>/g, 'list')
      .replace(/^does not fit together: list\.contains\(.*\)$/, 'a list is asked by in: "vip" in contact.tags')
  );
}

type Outcome = { readonly value: unknown; readonly field: string | null };

function run(program: ParseResult, patterns: readonly RE2JS[], input: ConditionInput): Outcome {
  const { event, run: ofRun, facts, now } = input;
  try {
    const value: unknown = program({
      event,
      run: ofRun,
      contact: facts.contact,
      store: facts.store,
      now,
      known: new Known(input, patterns),
    });
    return { value, field: null };
  } catch (error) {
    // Whatever an expression trips over (EvaluationError, a RangeError of a zone) makes it undetermined, never a fault.
    return { value: undefined, field: error instanceof EvaluationError && error.node ? fieldOf(error.node) : null };
  }
}

function toVerdict({ value, field }: Outcome, source: string): Verdict {
  return typeof value === 'boolean' ? { value, field: null } : { value: null, field: field ?? source };
}

function toText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value);
  return null;
}

function toNumber(value: unknown): number | null {
  if (typeof value === 'string' && /^[+-]?\d{1,30}(\.\d{1,30})?$/.test(value)) return Number(value);
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The field that an evaluation broke at, as people write it. */
function fieldOf(node: ASTNode): string {
  return serialize(readNode(node))
    .replace(/\bevent\.data\.(?!(?:id|type|at|data)\b)/g, 'event.')
    .replace(/\bv_(?=[A-Za-z_])/g, '');
}

/** Inside a conversion or a comparison, what was read. */
function readNode(node: ASTNode): ASTNode {
  switch (node.op) {
    case 'call':
      return node.args[1][0] === undefined ? node : readNode(node.args[1][0]);
    case 'rcall': {
      const [, receiver, args] = node.args;
      const isKnown = receiver.op === 'id' && receiver.args === 'known';
      return readNode((isKnown && args[0]) || receiver);
    }
    case '!_':
    case '-_':
      return readNode(node.args);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case 'in': {
      const [left, right] = node.args;
      return left.op === 'value' ? readNode(right) : readNode(left);
    }
    default:
      return node;
  }
}
