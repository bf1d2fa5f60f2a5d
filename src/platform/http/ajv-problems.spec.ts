import { Ajv } from 'ajv';
import { schemaProblems } from './ajv-problems.js';
import type { Unprocessable } from './domain-error.js';

describe('what the API says of a wrong body', () => {
  const schema = {
    type: 'object',
    properties: {
      email: { anyOf: [{ type: 'null' }, { type: 'string', maxLength: 5 }] },
      address: {
        anyOf: [
          { type: 'null' },
          { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
        ],
      },
    },
    additionalProperties: false,
  };
  const said = (body: object): unknown => {
    const check = new Ajv({ allErrors: true }).compile(schema);
    expect(check(body)).toBe(false);
    const { errors } = schemaProblems(check.errors!, 'body') as Unprocessable;
    return errors!.map(({ pointer, code }) => [pointer, code]);
  };

  it('names what a field should be, and not that it may be left out', () => {
    expect(said({ email: 'too long' })).toEqual([['/email', 'max_length']]);
    expect(said({ email: 1 })).toEqual([['/email', 'is_string']]);
    expect(said({ address: {} })).toEqual([['/address/city', 'required']]);
  });

  it('names every fault with its place', () => {
    expect(said({ email: 'too long', address: { city: 1, street: 'x' }, other: 1 })).toEqual([
      ['/other', 'unknown_field'],
      ['/email', 'max_length'],
      ['/address/street', 'unknown_field'],
      ['/address/city', 'is_string'],
    ]);
  });

  it('points at a field whose name holds what a pointer separates its steps by', () => {
    expect(said({ 'a/b~c': 1 })).toEqual([['/a~1b~0c', 'unknown_field']]);
  });

  it('names the field that was meant where only its spelling differs, else every field that there is', () => {
    const check = new Ajv({ allErrors: true, verbose: true }).compile(schema);
    check({ E_mail: 'a', other: 1, address: { city: 'x', street: 'y' } });
    const { errors } = schemaProblems(check.errors!, 'body') as Unprocessable;
    expect(errors!.map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual([
      '/E_mail is not a field of this object: write email',
      '/other is not a field of this object: it has email, address',
      '/address/street is not a field of this object: it has city',
    ]);
  });
});
