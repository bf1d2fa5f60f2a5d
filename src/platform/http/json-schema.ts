/** The subset of JSON Schema that DTO classes compile to. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** The JSON Schema of a DTO class, from its class-validator and class-transformer decorators. Throws on an unknown one. */
export function schemaOf(_dto: new () => object): JsonSchema {
  throw new Error('not built yet');
}
