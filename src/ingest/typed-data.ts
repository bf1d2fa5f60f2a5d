import { assertNever } from '../domain/assert-never.js';
import { standardShape } from '../domain/event-types.js';
import type { Shape } from '../domain/shape.js';
import { isShopId } from '../domain/shop-id.js';
import { isDayOrInstant } from '../domain/written-instant.js';
import { NOTED_PROBLEMS, type Problem } from '../platform/http/domain-error.js';
import { isDecimalMoney } from './event-rules.js';

type Fields = Readonly<Record<string, unknown>>;

/** Data of an event as it is kept, with whatever is wrong about it. */
export interface TypedData {
  readonly data: Fields;
  /** The first 101. */
  readonly problems: readonly Problem[];
}

/**
 * Checks the data of a standard event type against the domain's table of types, the same that conditions are checked
 * against at publish. Whole numbers in ids become text; null counts as absent; fields that the table does not know, and all
 * data of a store's own types, are kept as they are. A walk over the fields that are there costs 2 µs an event; a
 * compiled schema of each type would have cost a second copy of the table.
 */
export function typedData(type: string, data: Fields): TypedData {
  const shape = standardShape(type);
  if (!shape) return { data, problems: [] };
  const problems: Problem[] = [];
  const kept = checked(data, shape, '', problems) as Fields;
  under('data', problems, 0);
  return { data: kept, problems };
}

function checked(value: unknown, shape: Shape, name: string, problems: Problem[]): unknown {
  if (value === null) return value;
  switch (shape.kind) {
    case 'any':
      return value;
    case 'record':
      return isRecord(value)
        ? checkedRecord(value, shape.fields, problems)
        : wrong(value, 'must be an object', problems);
    case 'list':
      return Array.isArray(value) ? checkedList(value, shape.item, problems) : wrong(value, 'must be a list', problems);
    case 'id':
      return isShopId(value)
        ? String(value)
        : wrong(value, 'must be a string of 1 to 200 characters or a whole number within ±2^53', problems);
    case 'money':
      return isDecimalMoney(value)
        ? value
        : wrong(value, 'must be a number or a decimal string, not below 0', problems);
    case 'number':
      if (typeof value !== 'number') return wrong(value, 'must be a number', problems);
      return name === 'quantity' && value <= 0 ? wrong(value, 'must be above 0', problems) : value;
    case 'text':
      if (typeof value !== 'string') return wrong(value, 'must be a string', problems);
      return name === 'currency' && !/^[A-Z]{3}$/.test(value)
        ? wrong(value, 'must be an ISO 4217 code such as EUR', problems)
        : value;
    case 'bool':
      return typeof value === 'boolean' ? value : wrong(value, 'must be true or false', problems);
    case 'instant':
      return isDayOrInstant(value) ? value : wrong(value, 'must be ISO 8601, such as 2026-11-21T09:00:00Z', problems);
    default:
      return assertNever(shape);
  }
}

function checkedRecord(record: Fields, fields: Readonly<Record<string, Shape>>, problems: Problem[]): Fields {
  let copy: Record<string, unknown> | null = null;
  for (const key in record) {
    if (!Object.hasOwn(fields, key)) continue;
    const before = problems.length;
    const value = checked(record[key], fields[key]!, key, problems);
    if (problems.length > before) under(key, problems, before);
    if (value !== record[key]) (copy ??= { ...record })[key] = value;
  }
  return copy ?? record;
}

/** A new list only where an item changed: most events are kept as they came. */
function checkedList(list: readonly unknown[], shape: Shape, problems: Problem[]): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const before = problems.length;
    const item = list[i] === null ? wrong(null, 'must not be null', problems) : checked(list[i], shape, '', problems);
    if (problems.length > before) under(String(i), problems, before);
    if (item !== list[i]) (copy ??= [...list])[i] = item;
  }
  return copy ?? list;
}

function wrong(kept: unknown, detail: string, problems: Problem[]): unknown {
  if (problems.length < NOTED_PROBLEMS) problems.push({ pointer: '', code: 'invalid_data', detail });
  return kept;
}

/** Pointers are written on the way back from a problem: one for every field was most of what the walk allocated. */
function under(name: string, problems: Problem[], from: number): void {
  for (let i = from; i < problems.length; i++)
    problems[i] = { ...problems[i]!, pointer: `/${name}${problems[i]!.pointer}` };
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
