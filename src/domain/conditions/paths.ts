import type { ASTNode } from '@marcbachmann/cel-js';
import { ANY, INSTANT, listOf, NUMBER, openRecord, recordOf, TEXT, type Shape } from '../shape.js';
import { flawed, quoted, read, term, type Findings, type Scope, type Term, type Translate } from './term.js';

/** Null is an answer for these: `contact.locale == null` is asked plainly, so they are not converted. */
const MAYBE = ANY;

const CONTACT = recordOf({
  id: TEXT,
  email: MAYBE,
  externalId: MAYBE,
  firstName: MAYBE,
  lastName: MAYBE,
  locale: MAYBE,
  timezone: MAYBE,
  tags: listOf(TEXT),
  attributes: openRecord({}),
  createdAt: INSTANT,
});
const STORE = recordOf({ name: TEXT, currency: TEXT, timezone: TEXT, locale: TEXT });
const RUN = recordOf({ event: ANY, enteredAt: INSTANT, touches: NUMBER, variant: TEXT, subject: TEXT });
const ENVELOPE: Readonly<Record<string, Shape>> = { id: TEXT, type: TEXT, at: INSTANT };

/** A name on its own: a variable of a comprehension, or one of the language's names. */
export function translateName(name: string, scope: Scope, findings: Findings): Term {
  const variable = scope.variables.get(name);
  if (variable !== undefined) return read(`v_${name}`, variable);
  if (scope.eventOnly && ['contact', 'store', 'run', 'now'].includes(name))
    return flawed(findings, 'not_available', `only event is known here, not ${name}`);
  switch (name) {
    case 'event':
      return term('event.data', 'record', scope.event);
    case 'contact':
      return term('contact', 'record', CONTACT);
    case 'store':
      return term('store', 'record', STORE);
    case 'now':
      return term('now', 'instant', INSTANT);
    case 'run':
      if (scope.runEvent === null)
        return flawed(findings, 'not_available', "neither a trigger nor an exit's subject sees a run");
      return term('run', 'record', RUN);
    default:
      return flawed(
        findings,
        'unknown_name',
        `${name} is not known; an expression sees event, contact, run, store and now`,
      );
  }
}

/** `left.field` and `left["field"]`. */
export function translateField(
  left: ASTNode,
  field: string,
  scope: Scope,
  findings: Findings,
  translate: Translate,
): Term {
  const event = eventRoot(left, scope);
  if (event !== null) {
    if (field === 'data') return term(`${event.code}.data`, 'record', openRecord({}));
    const envelope = Object.hasOwn(ENVELOPE, field) ? ENVELOPE[field] : undefined;
    if (envelope !== undefined) return read(`${event.code}.${field}`, envelope);
    return fieldOf(`${event.code}.data`, event.shape, event.name, event.type, field, scope, findings);
  }
  if (isRun(left, scope) && field === 'event' && scope.runEvent !== null)
    return term('run.event.data', 'record', scope.runEvent);
  const owner = translate(left, scope, findings);
  return fieldOf(owner.raw, owner.shape, nameOf(left), null, field, scope, findings);
}

/** `left[index]` with anything but a literal text. */
export function translateIndex(
  left: ASTNode,
  index: ASTNode,
  scope: Scope,
  findings: Findings,
  translate: Translate,
): Term {
  const owner = translate(left, scope, findings);
  const at = translate(index, scope, findings);
  return read(`${owner.raw}[${at.code}]`, owner.shape.kind === 'list' ? owner.shape.item : ANY);
}

function fieldOf(
  raw: string,
  shape: Shape,
  owner: string,
  eventType: string | null,
  field: string,
  scope: Scope,
  findings: Findings,
): Term {
  const code = isSelector(field) ? `${raw}.${field}` : `${raw}[${quoted(field)}]`;
  if (shape.kind === 'any') return read(code, ANY);
  if (shape.kind !== 'record') return flawed(findings, 'unknown_path', `${owner} has no fields, so no ${field}`);
  const known = Object.hasOwn(shape.fields, field) ? shape.fields[field] : undefined;
  if (known !== undefined) return read(code, known);
  if (shape.open || scope.asking) return read(code, ANY);
  const of = eventType === null ? owner : eventType;
  const own = eventType === null ? '' : `; fields of your own are read as event.data.${field}`;
  return flawed(
    findings,
    'unknown_path',
    `${owner}.${field} is not a field of ${of} (known: ${Object.keys(shape.fields).join(', ')})${own}`,
  );
}

/** What can stand behind a dot: a name, but none of CEL's four keywords. Its other reserved words can (and has() needs the dot). */
function isSelector(field: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(field) && !['in', 'true', 'false', 'null'].includes(field);
}

interface EventRoot {
  readonly code: string;
  readonly name: string;
  readonly shape: Shape;
  readonly type: string;
}

/** `event` and `run.event` have an envelope beside their data; null for anything else. */
function eventRoot(node: ASTNode, scope: Scope): EventRoot | null {
  if (node.op === 'id' && node.args === 'event' && !scope.variables.has('event'))
    return { code: 'event', name: 'event', shape: scope.event, type: scope.eventType };
  if (node.op === '.' && node.args[1] === 'event' && isRun(node.args[0], scope) && scope.runEvent !== null)
    return { code: 'run.event', name: 'run.event', shape: scope.runEvent, type: scope.runEventType };
  return null;
}

function isRun(node: ASTNode, scope: Scope): boolean {
  return node.op === 'id' && node.args === 'run' && !scope.variables.has('run') && !scope.eventOnly;
}

/** How people wrote it, for messages. */
function nameOf(node: ASTNode): string {
  return node.input.slice(node.range.start, node.range.end);
}
