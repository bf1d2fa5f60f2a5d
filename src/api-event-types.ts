import { STANDARD_EVENT_TYPES, standardShape } from './domain/event-types.js';
import type { Shape } from './domain/shape.js';

type Fields = Readonly<Record<string, Shape>>;

/** A type that has at least so many fields of another is told by what it has beside them. */
const WORTH_NAMING = 8;

/** The standard event types with the fields that each may have, as Markdown: of the table that data and conditions are checked against. */
export function eventTypesTold(): string {
  const items = fieldsOf(STANDARD_EVENT_TYPES.map(itemOf).find((shape) => shape !== undefined));
  const rows = STANDARD_EVENT_TYPES.map((type, i) => `| \`${type}\` | ${toldBeside(type, i)} |`);
  return `Standard types and what their \`data\` may hold; any other type of the form \`a.b\` is taken as it is, and scenarios can listen to it.
\`scenario.start_requested\` alone is not posted: POST /v1/scenarios/{key}/enrollments makes it. No field is
required, null counts as absent, and fields beside these are kept for conditions and letters. Without a mark a field is text; *id*: text
or a whole number; *money*: a number or a decimal string, 59.8 for 59.80, with \`currency\` (ISO 4217) beside it; *instant*: ISO 8601 with a zone,
or a day.

| type | fields of \`data\` |
| --- | --- |
${rows.join('\n')}

An item of \`items[]\` has ${told(items)}.`;
}

function toldBeside(type: string, place: number): string {
  const own = fieldsOf(standardShape(type));
  const count = (earlier: string): number => Object.keys(fieldsOf(standardShape(earlier))).length;
  const [base] = STANDARD_EVENT_TYPES.slice(0, place)
    .filter((earlier) => count(earlier) >= WORTH_NAMING)
    .filter((earlier) => Object.keys(fieldsOf(standardShape(earlier))).every((name) => Object.hasOwn(own, name)))
    .sort((a, b) => count(b) - count(a));
  if (base === undefined) return told(own);
  const known = fieldsOf(standardShape(base));
  const more = Object.fromEntries(Object.entries(own).filter(([name]) => !Object.hasOwn(known, name)));
  return `as \`${base}\`${Object.keys(more).length > 0 ? `, and ${told(more)}` : ''}`;
}

function told(fields: Fields): string {
  return Object.entries(fields)
    .map(([name, { kind }]) => (kind === 'list' ? `\`${name}[]\`` : `\`${name}\`${mark(kind)}`))
    .join(', ');
}

function mark(kind: Exclude<Shape['kind'], 'list'>): string {
  if (kind === 'text') return '';
  return kind === 'bool' ? ' *true or false*' : ` *${kind}*`;
}

function fieldsOf(shape: Shape | undefined): Fields {
  return shape?.kind === 'record' ? shape.fields : {};
}

function itemOf(type: string): Shape | undefined {
  const { items } = fieldsOf(standardShape(type));
  return items?.kind === 'list' ? items.item : undefined;
}
