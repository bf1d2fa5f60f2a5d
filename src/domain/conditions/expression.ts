import {
  EvaluationError,
  ParseError,
  serialize,
  type ASTNode,
  type Environment,
  type ParseResult,
} from '@marcbachmann/cel-js';
import type { RE2JS } from 're2js';
import type {
  Condition,
  ConditionInput,
  FactNeeds,
  MomentExpression,
  ValueExpression,
  Verdict,
} from '../compiled-scenario.js';
import { isDayOrInstant } from '../written-instant.js';
import { engine, LONGEST_SOURCE, reader } from './environment.js';
import { Known } from './known.js';
import { syntaxWords } from './syntax-words.js';
import type { Findings, Scope, Term } from './term.js';
import { translate } from './translate.js';
import { kindWords, limitWords, readable } from './type-words.js';

/** CEL's name of an instant's type. */
const TIMESTAMP = 'google.protobuf.Timestamp';

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
  return compiled(check(source, scope, ['bool', 'dyn']), (evaluate) => ({
    source,
    evaluate: (input) => toVerdict(evaluate(input), source),
  }));
}

/** An expression that gives a text or a number. */
export function compileValue(source: string, scope: Scope): Compiled<ValueExpression> {
  return compiled(check(source, scope, ['string', 'double', 'int', 'dyn']), (evaluate) => ({
    source,
    text: (input) => toText(evaluate(input).value),
    number: (input) => toNumber(evaluate(input).value),
  }));
}

/** An expression that names a moment: an instant, or a day, which is none yet: it begins at another instant in each zone. */
export function compileMoment(source: string, scope: Scope): Compiled<MomentExpression> {
  return compiled(check(source, scope, [TIMESTAMP, 'string', 'dyn'], asWritten), (evaluate) => ({
    source,
    moment: (input) => toMoment(evaluate(input), source),
  }));
}

function compiled<T>(checked: Checked, make: (evaluate: (input: ConditionInput) => Outcome) => T): Compiled<T> {
  if (!checked.ok) return checked;
  const { program, patterns, needs, letters } = checked;
  return { ok: true, needs, letters, expression: make((input) => run(program, patterns, input)) };
}

/** What was read of the event without a conversion, which would make a day the midnight of UTC. */
function asWritten({ kind, raw }: Term): string | null {
  return kind === 'instant' || kind === 'text' || kind === 'any' ? raw : null;
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

/** @param codeOf what is run of the translated expression; null where it gives something else than is wanted */
function check(
  source: string,
  scope: Scope,
  types: readonly string[],
  codeOf: (translated: Term) => string | null = ({ code }) => code,
): Checked {
  if (source.length > LONGEST_SOURCE) return failed('too_complex', `more than ${LONGEST_SOURCE} characters`);
  const parsed = parse(reader, source, (error) => syntaxWords(source, error.range, error.summary));
  if ('problem' in parsed) return { ok: false, problems: [parsed.problem] };
  const findings: Findings = { problems: [], history: [], patterns: [], letters: new Set() };
  const translation = translate(parsed.program.ast, scope, findings);
  if (findings.problems.length > 0) return { ok: false, problems: findings.problems };
  const { kind } = translation;
  const code = kind === 'record' ? null : codeOf(translation);
  if (code === null) return failed('type_error', `gives a ${kindWords(kind)}, not ${readable(types[0] ?? '')}`);
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

/** A day lies in the calendar of events, and so does an instant: JavaScript's own goes on for 270,000 years. */
const LAST_INSTANT_MS = Date.UTC(9999, 11, 31);

function toMoment({ value, field }: Outcome, source: string): ReturnType<MomentExpression['moment']> {
  const written = typeof value === 'string' && isDayOrInstant(value) ? value : null;
  if (written?.length === 10) return { value: written };
  const at = value instanceof Date ? value : new Date(written ?? NaN);
  return Math.abs(at.getTime()) <= LAST_INSTANT_MS ? { value: at } : { value: null, field: field ?? source };
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
