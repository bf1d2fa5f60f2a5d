import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsInt,
  IsObject,
  IsString,
  Length,
  Min,
  ValidateNested,
} from 'class-validator';
import { AbsentOr } from './absent-or.js';
import type { Unprocessable } from './domain-error.js';
import { strictValidation } from './validation-pipe.js';

class StampDto {
  @IsInt()
  cents!: number;
}

class LetterDto {
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(2)
  @IsString({ each: true })
  to!: string[];

  @IsString()
  @Length(1, 5)
  name!: string;

  @IsInt()
  @Min(1)
  version!: number;

  @AbsentOr()
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => StampDto)
  stamps?: StampDto[];
}

const GOOD = { to: ['a'], name: 'b', version: 1 };

async function problems(over: object): Promise<readonly string[]> {
  const error: unknown = await strictValidation()
    .transform({ ...GOOD, ...over }, { type: 'body', metatype: LetterDto })
    .catch((refusal: unknown) => refusal);
  return ((error as Unprocessable).errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
}

describe('a body that is not as declared is refused', () => {
  it.each([
    ['a text where a list belongs', { to: 'a' }, ['/to is_array']],
    ['a number where a text belongs', { name: 123456 }, ['/name is_string']],
    ['a text where a number belongs', { version: 'x' }, ['/version is_int']],
    ['null', { to: null }, ['/to is_array']],
  ])('for its type alone: %s', async (_, over, told) => {
    expect(await problems(over)).toEqual(told);
  });

  it('for its limits where the type is right', async () => {
    expect(await problems({ to: [], name: '123456', version: 0 })).toEqual([
      '/to array_not_empty',
      '/name is_length',
      '/version min',
    ]);
    expect(await problems({})).toEqual([]);
  });

  it('for a field that is not there, with the one that was meant or all that there are', async () => {
    const error: unknown = await strictValidation()
      .transform(
        { ...GOOD, Na_me: 'b', colour: 1, stamps: [{ cents: 5, value: 5 }] },
        { type: 'body', metatype: LetterDto },
      )
      .catch((refusal: unknown) => refusal);
    expect((error as Unprocessable).errors!.map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual([
      '/Na_me is not a field of this object: write name',
      '/colour is not a field of this object: it has to, name, version, stamps',
      '/stamps/0/value is not a field of this object: it has cents',
    ]);
  });

  // What every object inherits looks like a method of the DTO, and was left out before anything was looked at.
  it.each(['size', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'])(
    'for a field of its own, called %s',
    async (name) => {
      expect(await problems({ [name]: 1 })).toEqual([`/${name} unknown_field`]);
      expect(await problems({ stamps: [{ cents: 5 }, { cents: 7, [name]: 1 }] })).toEqual([
        `/stamps/1/${name} unknown_field`,
      ]);
    },
  );
});
