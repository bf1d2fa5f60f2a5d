import { serialize, type ASTNode } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';
import { parseDuration, windowMs } from '../duration.js';
import { isEventType } from '../event-types.js';
import { ANY, type Shape } from '../shape.js';
import { ORDER_EVENT_TYPES } from './known.js';
import { unreadable } from './literals.js';
import {
  dated,
  flawed,
  lookedThrough,
  quoted,
  sized,
  term,
  textual,
  type Findings,
  type Scope,
  type Term,
  type TermKind,
  type Translate,
} from './term.js';

const LONGEST_PATTERN = 200;
const DEEPEST_COMPREHENSION = 2;
/** Of a scenario's patterns together. Repetitions are written out: two hundred characters become thousands of instructions, in tens of milliseconds. */
const MOST_INSTRUCTIONS = 100_000;
/** Standard functions that are offered; what is not here (regular expressions, splitting, bytes) can be made slow. */
const FUNCTIONS: ReadonlyMap<string, TermKind> = new Map([
  ['size', 'int'],
  ['int', 'int'],
  ['double', 'double'],
  ['string', 'text'],
  ['bool', 'bool'],
  ['timestamp', 'instant'],
  ['duration', 'duration'],
] as const);
const METHODS: ReadonlyMap<string, TermKind> = new Map([
  ['startsWith', 'bool'],
  ['endsWith', 'bool'],
  ['contains', 'bool'],
  ['lowerAscii', 'text'],
  ['upperAscii', 'text'],
  ['trim', 'text'],
  ['size', 'int'],
  ...['FullYear', 'Month', 'Date', 'DayOfMonth', 'DayOfWeek', 'DayOfYear', 'Hours', 'Minutes', 'Seconds'].map(
    (part) => [`get${part}`, 'int'] as const,
  ),
] as const);
const COMPREHENSIONS: ReadonlyMap<string, TermKind> = new Map([
  ['exists', 'bool'],
  ['exists_one', 'bool'],
  ['all', 'bool'],
  ['filter', 'list'],
  ['map', 'list'],
] as const);

/** `name(args)`. */
export function translateCall(
  name: string,
  args: readonly ASTNode[],
  scope: Scope,
  findings: Findings,
  translate: Translate,
): Term {
  switch (name) {
    case 'opened':
    case 'clicked':
    case 'sent':
      return aboutStep(name, args, scope, findings);
    case 'happened':
    case 'count':
      return aboutHistory(name, args, scope, findings);
    case 'bought':
      return aboutProduct(args, scope, findings, translate);
    case 'like':
      return likeness(args, scope, findings, translate);
    case 'has':
      return args[0]?.op === '.'
        ? term(`has(${translate(args[0], { ...scope, asking: true }, findings).raw})`, 'bool')
        : flawed(findings, 'type_error', 'has() asks for a field, as in has(event.coupon)');
    default: {
      const kind = FUNCTIONS.get(name);
      if (kind === undefined) return unknownFunction(name, findings);
      if (name === 'duration' || name === 'timestamp') readable(args[0], name, findings);
      const counted = name === 'size' ? sized : lookedThrough;
      return term(`${name}(${args.map((arg) => counted(translate(arg, scope, findings), arg).code).join(', ')})`, kind);
    }
  }
}

/** `receiver.name(args)`. */
export function translateMethod(
  name: string,
  receiver: ASTNode,
  args: readonly ASTNode[],
  scope: Scope,
  findings: Findings,
  translate: Translate,
): Term {
  const comprehension = COMPREHENSIONS.get(name);
  if (comprehension !== undefined) {
    const over = translate(receiver, scope, findings);
    const [variable, ...rest] = args;
    if (variable?.op !== 'id' || rest.length === 0)
      return flawed(findings, 'type_error', `${name}() takes a name and an expression`);
    if (scope.variables.size >= DEEPEST_COMPREHENSION)
      return flawed(
        findings,
        'too_complex',
        `at most ${DEEPEST_COMPREHENSION} of all(), exists(), filter(), map() within one another`,
      );
    const item: Shape = over.shape.kind === 'list' ? over.shape.item : ANY;
    const inner = { ...scope, variables: new Map(scope.variables).set(variable.args, item) };
    const body = rest.map((arg) => translate(arg, inner, findings).code);
    const shape = name === 'filter' ? over.shape : ANY;
    const turn = body.join(', ');
    const range = `known.range(${over.raw}, ${turn.length})`;
    return term(`${range}.${name}(v_${variable.args}, ${turn})`, comprehension, shape);
  }
  const kind = METHODS.get(name);
  if (kind === undefined) return unknownFunction(name, findings);
  const on = translate(receiver, scope, findings);
  const given = args.map((arg) => translate(arg, scope, findings));
  if (!name.startsWith('get')) {
    const subject = kind === 'int' ? sized(on, receiver) : lookedThrough(textual(on), receiver);
    return term(`${subject.code}.${name}(${given.map(({ code }) => code).join(', ')})`, kind);
  }
  readable(args[0], 'zone', findings);
  const { code: at } = dated(on);
  const zones = given.map(({ code }) => code).join(', ');
  return term(`${zones === '' ? at : `known.zoned(${at})`}.${name}(${zones})`, kind);
}

function unknownFunction(name: string, findings: Findings): Term {
  if (name === 'matches')
    return flawed(findings, 'not_allowed', 'matches() can be made to run for seconds; use like(text, pattern)');
  return flawed(findings, 'unknown_function', `there is no function ${name}() in conditions`);
}

function aboutStep(name: string, args: readonly ASTNode[], scope: Scope, findings: Findings): Term {
  const step = literalText(args[0]);
  if (args.length !== 1 || step === null)
    return flawed(findings, 'not_a_literal', `${name}() takes the id of one step in quotes`);
  if (scope.runEvent === null || scope.eventOnly)
    return flawed(findings, 'not_available', `${name}() asks about a run, which does not exist here`);
  if (!scope.emailSteps.has(step))
    return flawed(findings, 'unknown_step', `${name}('${step}'): the scenario has no email step of this id`);
  findings.letters.add(step);
  return term(`known.${name}(${quoted(step)})`, 'bool');
}

function aboutHistory(name: 'happened' | 'count', args: readonly ASTNode[], scope: Scope, findings: Findings): Term {
  const type = literalText(args[0]);
  const within = readWithin(args[1], findings);
  if (type === null || args.length > 2)
    return flawed(
      findings,
      'not_a_literal',
      `${name}() takes an event type in quotes and a window, as in ${name}('order.placed', '30 days')`,
    );
  if (!isEventType(type)) return flawed(findings, 'invalid_event_type', `"${type}" is not an event type`);
  if (scope.eventOnly) return flawed(findings, 'not_available', `only event is known here, not ${name}()`);
  if (within === undefined) return term('null', 'any');
  findings.history.push({ type, withinMs: within, data: false });
  return term(`known.${name}(${quoted(type)}, ${within ?? -1}.0)`, name === 'count' ? 'double' : 'bool');
}

function aboutProduct(args: readonly ASTNode[], scope: Scope, findings: Findings, translate: Translate): Term {
  const [product, window] = args;
  if (product === undefined || args.length > 2)
    return flawed(findings, 'type_error', 'bought() takes a product id and a window');
  if (scope.eventOnly) return flawed(findings, 'not_available', 'only event is known here, not bought()');
  const within = readWithin(window, findings);
  if (within === undefined) return term('null', 'any');
  for (const type of ORDER_EVENT_TYPES) findings.history.push({ type, withinMs: within, data: true });
  return term(`known.bought(${textual(translate(product, scope, findings)).code}, ${within ?? -1}.0)`, 'bool');
}

function likeness(args: readonly ASTNode[], scope: Scope, findings: Findings, translate: Translate): Term {
  const [text, patternNode] = args;
  const pattern = literalText(patternNode);
  if (text === undefined || pattern === null || args.length !== 2)
    return flawed(findings, 'not_a_literal', 'like() takes a text and a pattern in quotes');
  if (pattern.length > LONGEST_PATTERN)
    return flawed(findings, 'too_complex', `a pattern has at most ${LONGEST_PATTERN} characters`);
  if (scope.patterns.size > MOST_INSTRUCTIONS)
    return flawed(findings, 'too_complex', 'the patterns of the scenario are too large together; repeat less in them');
  try {
    const compiled = RE2JS.compile(pattern);
    scope.patterns.size += compiled.programSize();
    findings.patterns.push(compiled);
  } catch (error) {
    return flawed(findings, 'invalid_pattern', `like(): ${error instanceof Error ? error.message : 'not a pattern'}`);
  }
  return term(`known.like(${textual(translate(text, scope, findings)).code}, ${findings.patterns.length - 1})`, 'bool');
}

/** Milliseconds; null without a window; undefined after a problem. */
function readWithin(node: ASTNode | undefined, findings: Findings): number | null | undefined {
  if (node === undefined) return null;
  const text = literalText(node);
  const parsed = text === null ? null : parseDuration(text);
  const ms = parsed?.ok === true ? windowMs(parsed.units) : null;
  if (ms !== null) return ms;
  flawed(
    findings,
    'invalid_duration',
    `${serialize(node)} is not a window; write it in quotes, as "30 days" (no months or years)`,
  );
  return undefined;
}

/** Notes a text in quotes that can never be read; what is known only at run time is tried there. */
function readable(node: ASTNode | undefined, reading: 'duration' | 'timestamp' | 'zone', findings: Findings): void {
  const text = literalText(node);
  const problem = text === null ? null : unreadable(text, reading);
  if (problem !== null) findings.problems.push(problem);
}

function literalText(node: ASTNode | undefined): string | null {
  return node?.op === 'value' && typeof node.args === 'string' ? node.args : null;
}
