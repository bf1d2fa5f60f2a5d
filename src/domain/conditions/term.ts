import type { ASTNode } from '@marcbachmann/cel-js';
import type { RE2JS } from 're2js';
import type { HistoryNeed } from '../compiled-scenario.js';
import { ANY, type Shape } from '../shape.js';

/** What kind of value a piece of an expression gives; `any` is known only at run time. */
export type TermKind =
  'int' | 'double' | 'text' | 'id' | 'bool' | 'instant' | 'duration' | 'list' | 'record' | 'null' | 'any';

/** A translated piece of an expression. */
export interface Term {
  /** CEL for the engine, with conversions. */
  readonly code: string;
  /** The same without a conversion around it, to read on from (`.field`) and to compare with null. */
  readonly raw: string;
  readonly kind: TermKind;
  readonly shape: Shape;
}

/** What an expression may speak of, and in which turn of a comprehension it stands. */
export interface Scope {
  /** Data of `event`; undefined where the store's own type leaves it open. */
  readonly event: Shape;
  readonly eventType: string;
  /** Data of `run.event`; null where there is no run yet. */
  readonly runEvent: Shape | null;
  readonly runEventType: string;
  /** Ids of the scenario's email steps. */
  readonly emailSteps: ReadonlySet<string>;
  /** Only the event can be seen (values of goals are told after the run). */
  readonly eventOnly: boolean;
  /** Variables of enclosing comprehensions. */
  readonly variables: ReadonlyMap<string, Shape>;
  /** How large the patterns of the whole scenario have become, in instructions; one counter for all of its expressions. */
  readonly patterns: { size: number };
  /** Inside `has(…)`, where asking for an unknown field is the point. */
  readonly asking: boolean;
}

/** What translating collects on its way. */
export interface Findings {
  readonly problems: { readonly code: string; readonly detail: string }[];
  readonly history: HistoryNeed[];
  readonly patterns: RE2JS[];
  /** Ids of the letters that are asked about. */
  readonly letters: Set<string>;
}

/** Translates one node; handed around so that operators and calls need not know each other. */
export type Translate = (node: ASTNode, scope: Scope, findings: Findings) => Term;

export function term(code: string, kind: TermKind, shape: Shape = ANY): Term {
  return { code, raw: code, kind, shape };
}

/** Notes a problem and goes on with a stand-in, so that one look finds them all. */
export function flawed(findings: Findings, code: string, detail: string): Term {
  findings.problems.push({ code, detail });
  return term('null', 'any');
}

/** A value read from the facts, converted to what its shape promises. */
export function read(raw: string, shape: Shape): Term {
  switch (shape.kind) {
    case 'money':
    case 'number':
      return { code: `number(${raw})`, raw, kind: 'double', shape };
    case 'id':
      return { code: `text(${raw})`, raw, kind: 'id', shape };
    case 'text':
      return { code: `text(${raw})`, raw, kind: 'text', shape };
    case 'bool':
      return { code: `flag(${raw})`, raw, kind: 'bool', shape };
    case 'instant':
      return { code: `instant(${raw})`, raw, kind: 'instant', shape };
    case 'list':
      return { code: `items(${raw})`, raw, kind: 'list', shape };
    case 'record':
      return { code: raw, raw, kind: 'record', shape };
    case 'any':
      return { code: raw, raw, kind: 'any', shape };
  }
}

/** The term where a number is wanted: what is known only at run time is converted (money as text counts). */
export function numeric(value: Term): Term {
  return value.kind === 'any' ? term(`number(${value.raw})`, 'double') : value;
}

/** The term where a text is wanted. */
export function textual(value: Term): Term {
  return value.kind === 'any' ? term(`text(${value.raw})`, 'text') : value;
}

/** The term where an instant is wanted: JSON has none of its own, so that a shop's own date is a text until it is asked about. */
export function dated(value: Term): Term {
  return value.kind === 'any' ? term(`instant(${value.raw})`, 'instant') : value;
}

/** What an operator goes through from end to end: the engine counts that each time (`Known.read`). A literal is short. */
export function lookedThrough(value: Term, node: ASTNode): Term {
  return metered(value, node, 'read');
}

/** What is asked for its size, for which no list is gone through (`Known.sized`). */
export function sized(value: Term, node: ASTNode): Term {
  return metered(value, node, 'sized');
}

/** What is copied into something new: that can be copied again, and so counts many times as much (`Known.piece`). */
export function copied(value: Term, node: ASTNode): Term {
  return metered(value, node, 'piece');
}

function metered(value: Term, node: ASTNode, how: 'read' | 'sized' | 'piece'): Term {
  return node.op === 'value' || !LARGE.has(value.kind) ? value : { ...value, code: `known.${how}(${value.code})` };
}

/** Kinds of values that may be as large as an event, or larger. */
const LARGE: ReadonlySet<TermKind> = new Set(['text', 'id', 'any', 'list', 'record']);

/**
 * The text as a literal that the engine reads as this very text. Only what would end the literal or is refused inside one is
 * escaped: halves of characters (an emoji has two) are taken as they are, but refused as escapes.
 */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
}
