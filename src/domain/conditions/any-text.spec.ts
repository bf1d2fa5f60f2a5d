import fc from 'fast-check';
import { ABANDONED_CART, aCompiled, after, anEvent, facts, problemsOf } from '../../../test/support/domain-builders.js';
import type { Verdict } from '../compiled-scenario.js';

const CUSTOM = 'shop.visited';

function ask(when: string, data: Record<string, unknown>): Verdict {
  const { trigger } = aCompiled({ trigger: { type: 'event', event: CUSTOM, when }, exits: [], goals: [] });
  const event = anEvent({ type: CUSTOM, data });
  return trigger.when!.evaluate({ event, run: null, facts: facts(), now: after({}) });
}

function problemsAt(when: string): readonly string[] {
  const document = { ...ABANDONED_CART, trigger: { type: 'event', event: CUSTOM, when }, exits: [] };
  return problemsOf(document).map(({ pointer, code }) => `${pointer} ${code}`);
}

/** A text as somebody may write it in an expression: as it is, but for what would end it. */
function written(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

/** CEL's keywords and its other reserved words. */
const RESERVED =
  'in true false null as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  );

/** Texts of any UTF-16, also halves of characters, and those that break languages. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.string({ unit: fc.constantFrom('"', "'", '\\', '\n', '\r', '\u2028', '\u2029', '\0', '\u007f', 'u', 'x', '🔥') }),
);
const anyField = fc.oneof(anyText, fc.constantFrom(...RESERVED, '__proto__', 'prototype', 'size', 'number', 'b', 'r'));

describe('any text', () => {
  it('in a condition is that very text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(ask(`event.x == ${written(text)}`, { x: text })).toEqual({ value: true, field: null });
        expect(ask(`event.x == ${written(text)}`, { x: `${text}.` }).value).toBe(false);
      }),
    );
  });

  it('is the name of a field of an event', () => {
    // The envelope has names of its own; and data with a constructor of its own is nothing that CEL knows: undetermined.
    const others = ['data', 'id', 'type', 'at', 'constructor'];
    fc.assert(
      fc.property(
        anyField.filter((field) => !others.includes(field)),
        (field) => {
          const data = Object.defineProperty({}, field, { value: 'x', enumerable: true });
          expect(ask(`event[${written(field)}] == "x"`, data)).toEqual({ value: true, field: null });
          expect(ask(`event.data[${written(field)}] == "x"`, data)).toEqual({ value: true, field: null });
        },
      ),
    );
  });

  it('is the name of a variable of a comprehension, if it can be one', () => {
    for (const name of ['v_x', 'event', 'known', '__proto__x', 'r', 'b'])
      expect(ask(`event.list.exists(${name}, ${name} == "x")`, { list: ['x'] }).value).toBe(true);
  });

  it('as a condition is taken or refused with a pointer', () => {
    const operand = fc.oneof(
      anyText,
      anyField.map((field) => `event[${written(field)}]`),
      fc.constantFrom(...RESERVED, '🔥', '"🔥"', '1e20', '9'.repeat(400), 'event.', "'", '(', '1', 'now', '[1.5, 2]'),
    );
    const operator = fc.constantFrom(' == ', ' in ', ' + ', '.', '[', ' ? ', ' : ');
    fc.assert(
      fc.property(operand, operator, operand, (left, between, right) => {
        for (const problem of problemsAt(`${left}${between}${right}`))
          expect(problem).toMatch(/^\/trigger\/when [a-z_]+$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a field called like a word of the language', () => {
  it.each(RESERVED)('(%s) can be read in brackets', (word) => {
    expect(ask(`event["${word}"] == "x" && event.data.a["${word}"] == 1`, { [word]: 'x', a: { [word]: 1 } })).toEqual({
      value: true,
      field: null,
    });
  });

  it('can be asked for behind a dot, where CEL itself lets it stand', () => {
    expect(ask('has(event.package) && !has(event.return) && event.package == 1', { package: 1 }).value).toBe(true);
  });
});

describe('a number', () => {
  it.each([
    '1e20 + 0.5 > 99.5',
    '-1e15 + 0.5 < 0.5',
    '123456789012345680000.0 == 123456789012345680000.0',
    '1e-7 < 1.5',
    '1e300 > 1.5',
  ])('is as large or small as it is written: %s', (when) => {
    expect(ask(when, {}).value).toBe(true);
  });

  it('of hundreds of digits is refused beside a fraction, and nothing breaks', () => {
    expect(problemsAt(`event.total > ${'9'.repeat(400)}`)).toEqual(['/trigger/when syntax_error']);
  });
});
