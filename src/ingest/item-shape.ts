import { Ajv, type ValidateFunction } from 'ajv';
import { schemaProblems } from '../platform/http/ajv-problems.js';
import type { DomainError } from '../platform/http/domain-error.js';
import { ruleKeyword } from '../platform/http/json-rule.js';
import { type JsonSchema, schemaOf } from '../platform/http/json-schema.js';
import { EventTooLarge } from './ingest-errors.js';

export const EVENT_BYTES = 256 * 1024;

export type Shaped<Item> =
  { readonly ok: true; readonly item: Item } | { readonly ok: false; readonly error: DomainError };

/** The shape that a DTO gives to the items of a batch: its JSON Schema, compiled once. */
export class ItemShape<Item extends object> {
  readonly schema: JsonSchema;
  private readonly isOne: ValidateFunction<Item>;
  /** Looked at only where `isOne` says no. */
  private readonly allErrors: ValidateFunction<Item>;

  constructor(dto: new () => Item) {
    this.schema = schemaOf(dto);
    this.isOne = this.validator(false);
    this.allErrors = this.validator(true);
  }

  /** Reads an item of which nothing is known but that it is JSON. */
  read(item: unknown): Shaped<Item> {
    return this.isOne(item) ? { ok: true, item } : { ok: false, error: this.whatIsWrong(item) };
  }

  /** Ajv makes an object of every error: a hundred thousand wrong tags cost half a second, so of a large item the first one is told. */
  private whatIsWrong(item: unknown): DomainError {
    const bytes = Buffer.byteLength(JSON.stringify(item));
    if (bytes > EVENT_BYTES) return new EventTooLarge();
    const { errors } = this.isOne;
    const asked = bytes > EVENT_BYTES / 4 || this.allErrors(item) ? errors : this.allErrors.errors;
    return schemaProblems(asked as never, 'body') as DomainError;
  }

  private validator(allErrors: boolean): ValidateFunction<Item> {
    return new Ajv({ allErrors, verbose: true, strictTypes: false, keywords: [ruleKeyword] }).compile<Item>(
      this.schema,
    );
  }
}
