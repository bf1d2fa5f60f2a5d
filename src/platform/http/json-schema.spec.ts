import 'reflect-metadata';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { plainToInstance, Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Min,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { AbsentOr } from './absent-or.js';
import { jsonRule, ruleKeyword } from './json-rule.js';
import { schemaOf } from './json-schema.js';

const isWord = (value: unknown) => typeof value === 'string' && /^\w+$/.test(value);

class ItemDto {
  @IsString()
  @Length(1, 5)
  readonly productId!: string;

  @AbsentOr()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  readonly price?: number;
}

class SampleDto {
  @Matches(/^[a-z]+\.[a-z]+$/)
  readonly type!: string;

  @IsOptional()
  @IsIn(['red', 'blue'])
  readonly colour?: string | null;

  @AbsentOr()
  @IsBoolean()
  readonly active?: boolean;

  @AbsentOr()
  @IsInt()
  readonly count?: number;

  @AbsentOr()
  @IsUUID()
  readonly ref?: string;

  @AbsentOr()
  @jsonRule({ name: 'sample_word', message: 'must be a word', holds: isWord })
  readonly word?: string;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(2)
  @IsString({ each: true })
  readonly tags?: string[] | null;

  @AbsentOr()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ItemDto)
  readonly items?: ItemDto[];

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => ItemDto)
  readonly first?: ItemDto | null;

  @Allow()
  readonly anything?: unknown;
}

const good = { type: 'cart.updated' };
const CORPUS: readonly (readonly [boolean, unknown])[] = [
  [true, good],
  [false, {}],
  [false, { type: 'Cart' }],
  [false, { type: 7 }],
  [false, { type: null }],
  [false, { ...good, extra: 1 }],
  [true, { ...good, colour: 'red' }],
  [true, { ...good, colour: null }],
  [false, { ...good, colour: 'green' }],
  [true, { ...good, active: false }],
  [false, { ...good, active: null }],
  [false, { ...good, active: 'true' }],
  [false, { ...good, active: 1 }],
  [true, { ...good, count: -3 }],
  [false, { ...good, count: 1.5 }],
  [false, { ...good, count: '1' }],
  [true, { ...good, ref: '019aa7d0-0000-7000-8000-000000000000' }],
  [false, { ...good, ref: 'x' }],
  [true, { ...good, word: 'ok' }],
  [false, { ...good, word: 'not ok' }],
  [false, { ...good, word: 5 }],
  [true, { ...good, tags: [] }],
  [true, { ...good, tags: null }],
  [false, { ...good, tags: ['a', 'b', 'c'] }],
  [false, { ...good, tags: ['a', 5] }],
  [false, { ...good, tags: 'a' }],
  [true, { ...good, items: [{ productId: 'p1', price: 1.5 }] }],
  [false, { ...good, items: [{ productId: 'p1', own: { deep: true } }] }],
  [false, { ...good, items: [{ productId: '' }] }],
  [false, { ...good, items: [{ productId: 'p1', price: -1 }] }],
  [false, { ...good, items: [{ productId: 'p1', price: '1' }] }],
  [false, { ...good, items: [7] }],
  [false, { ...good, items: {} }],
  [true, { ...good, first: null }],
  [true, { ...good, first: { productId: 'p' } }],
  [false, { ...good, first: { price: 1 } }],
  [false, { ...good, first: [] }],
  [true, { ...good, anything: [1, null] }],
];

function passesPipe(value: unknown): boolean {
  const dto = plainToInstance(SampleDto, value);
  return validateSync(dto, { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true }).length === 0;
}

describe('a DTO class compiled to JSON Schema', () => {
  const ajv = new Ajv({
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    allErrors: true,
    keywords: [ruleKeyword],
  });
  addFormats.default(ajv);
  const check = ajv.compile(schemaOf(SampleDto));

  it.each(CORPUS)('agrees with the ValidationPipe that it is %s of %j', (passes, value) => {
    expect({ ajv: check(value), pipe: passesPipe(value) }).toEqual({ ajv: passes, pipe: passes });
  });

  it('refuses to compile a decorator that it does not know', () => {
    class WithEmail {
      @IsEmail()
      readonly email!: string;
    }
    expect(() => schemaOf(WithEmail)).toThrow('WithEmail.email uses the decorator isEmail');
  });

  it('refuses to compile a condition', () => {
    class WithCondition {
      @ValidateIf(() => true)
      @IsString()
      readonly name?: string;
    }
    expect(() => schemaOf(WithCondition)).toThrow('no JSON Schema can say');
  });
});
