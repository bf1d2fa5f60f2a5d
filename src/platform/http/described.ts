import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProperty, getSchemaPath } from '@nestjs/swagger';

/** A part of the API's description. */
export type Described = Readonly<Record<string, unknown>>;

/** An instant in an answer, ISO 8601 in UTC; the type `string` does not say so. */
export function Instant(): PropertyDecorator {
  return ApiProperty({ format: 'date-time' });
}

/** A list's answer is a page of these: a generic type says nothing of its items at run time. */
export function ApiPage(item: Type): MethodDecorator {
  return applyDecorators(ApiExtraModels(item), ApiOkResponse({ schema: pageOfItems({ $ref: getSchemaPath(item) }) }));
}

/** A list's answer is a page of such things, told apart by one of their fields. */
export function ApiPageOfKinds(field: string, kinds: Readonly<Record<string, Type>>): MethodDecorator {
  const refs = Object.entries(kinds).map(([kind, view]) => [kind, getSchemaPath(view)] as const);
  const items = {
    oneOf: refs.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: field, mapping: Object.fromEntries(refs) },
  };
  return applyDecorators(ApiExtraModels(...Object.values(kinds)), ApiOkResponse({ schema: pageOfItems(items) }));
}

/** What every list answers. */
export function pageOfItems(items: Described): { type: 'object' } & Described {
  return {
    type: 'object',
    required: ['items', 'nextCursor'],
    properties: {
      items: { type: 'array', items },
      nextCursor: {
        type: 'string',
        nullable: true,
        description: '`cursor` of the next page; null behind the last one',
      },
    },
  };
}
