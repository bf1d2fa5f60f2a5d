import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import ajvFormats from 'ajv-formats';
import { Ajv } from 'ajv';
import type { FastifySchemaValidationError } from 'fastify';
import { schemaProblems } from '../platform/http/ajv-problems.js';
import type { Unprocessable } from '../platform/http/domain-error.js';
import { ruleKeyword } from '../platform/http/json-rule.js';
import { schemaOf } from '../platform/http/json-schema.js';
import { strictValidation } from '../platform/http/validation-pipe.js';
import { EVENT_SCHEMA } from './event-checker.js';
import { EventBatchDto, EventDto } from './event.dto.js';

const good = { type: 'cart.updated', contact: { email: 'anna@example.com' } };
const withContact = (contact: unknown) => ({ ...good, contact });
const field = (name: string, value: unknown) => withContact({ email: 'anna@example.com', [name]: value });
/** Values that some parser somewhere would make fit. */
const AWKWARD = [
  null,
  true,
  0,
  1,
  -1,
  1.5,
  2 ** 53,
  '',
  ' ',
  'a',
  '1',
  'true',
  'null',
  'x'.repeat(201),
  '😀'.repeat(200),
  '😀'.repeat(201),
  [],
  ['a'],
  [[]],
  [null],
  {},
  { a: 1 },
];

const BODIES: readonly unknown[] = [
  null,
  7,
  'event',
  [],
  [good],
  {},
  good,
  { ...good, unknown: 1 },
  ...AWKWARD.flatMap((value) => [
    ...['id', 'type', 'occurredAt', 'contact', 'data'].map((name) => ({ ...good, [name]: value })),
    ...[
      'email',
      'externalId',
      'anonymousId',
      'firstName',
      'lastName',
      'phone',
      'locale',
      'timezone',
      'tags',
      'attributes',
      'consent',
      'colour',
    ].map((name) => field(name, value)),
    field('consent', { marketing: value }),
    field('consent', { marketing: true, source: value }),
  ]),
  ...[
    'cart',
    'Cart.updated',
    'cart.',
    '.cart',
    'cart..x',
    'cart.1',
    'a.b.c',
    'a1_b.c_2',
    `a.${'b'.repeat(98)}`,
    `a.${'b'.repeat(99)}`,
    'cart.updated\n',
  ].map((type) => ({ ...good, type })),
  ...[
    '2026-11-21',
    '2026-11-21T09:00:00',
    '2026-11-21T09:00:00Z',
    '2026-11-21T09:00:00.123456Z',
    '2026-11-21T09:00:00+03:00',
    '2026-02-30T09:00:00Z',
    '2024-02-29T09:00:00Z',
    '2026-13-01T09:00:00Z',
    '2016-12-31T23:59:60Z',
    '1969-12-31T23:59:59Z',
    '2026-11-21T24:00:00Z',
    '2026-11-21 09:00:00Z',
    '+002026-11-21T09:00:00Z',
  ].map((occurredAt) => ({ ...good, occurredAt })),
  ...[
    'anna',
    'a@b',
    'a@example.com,b@example.com',
    'a@example.com\r\nBcc: x',
    '"<script>"@example.com',
    'A+b@Example.COM',
    ' a@example.com',
  ].map((email) => field('email', email)),
  ...['ru', 'pt-BR', 'zh_Hant_TW', 'russian', 'r', '../etc', 'ru-'].map((locale) => field('locale', locale)),
  ...['Europe/Moscow', 'UTC', 'Mars/Base', '+03:00', 'PST', '../../etc/passwd'].map((timezone) =>
    field('timezone', timezone),
  ),
  field('consent', { marketing: true, source: 'x', extra: 1 }),
  field('consent', [{ marketing: true }]),
  withContact([{ email: 'anna@example.com' }]),
  field(
    'tags',
    Array.from({ length: 101 }, () => 'a'),
  ),
  field('tags', ['x'.repeat(101)]),
];

describe('the two ways of checking a body', () => {
  const ajv = new Ajv({
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: false,
    allErrors: true,
    strictTypes: false,
    keywords: [ruleKeyword],
  });
  ajvFormats.default(ajv);
  const pipe = strictValidation();
  const byPipe = async (body: unknown, metatype: new () => object) =>
    pipe.transform(body, { type: 'body', metatype }).then(
      () => true,
      () => false,
    );

  it('agree on every body of the corpus: Ajv with the compiled schema, the ValidationPipe with the class', async () => {
    const isEvent = ajv.compile(EVENT_SCHEMA);
    const disagreements: unknown[] = [];
    let taken = 0;
    for (const body of BODIES) {
      const [a, b] = [isEvent(body), await byPipe(structuredClone(body), EventDto)];
      if (a) taken++;
      if (a !== b) disagreements.push({ body, ajv: a, pipe: b });
    }
    expect(disagreements).toEqual([]);
    expect(taken).toBeGreaterThan(50);
    expect(BODIES.length - taken).toBeGreaterThan(200);
  });

  it.each<readonly [string, unknown, string]>([
    ['/type', { contact: good.contact }, 'required'],
    ['/contact/consent/marketing', field('consent', {}), 'required'],
    ['/type', { ...good, type: 1 }, 'is_string'],
    ['/contact', { ...good, contact: 'anna' }, 'is_object'],
    ['/contact/tags', field('tags', 'a'), 'is_array'],
    ['/contact/tags', field('tags', Array(101).fill('a')), 'array_max_size'],
    ['/contact/consent/marketing', field('consent', { marketing: 'yes' }), 'is_boolean'],
    ['/contact/firstName', field('firstName', 'x'.repeat(201)), 'max_length'],
    ['/contact/email', field('email', 'anna'), 'email'],
    ['/colour', { ...good, colour: 1 }, 'unknown_field'],
  ])('tell of %s in %j by the same code', async (pointer, body, code) => {
    const isEvent = ajv.compile(EVENT_SCHEMA);
    expect(isEvent(body)).toBe(false);
    const answers = [
      schemaProblems(isEvent.errors as FastifySchemaValidationError[], 'body'),
      await pipe.transform(body, { type: 'body', metatype: EventDto }).catch((error: unknown) => error),
    ] as Unprocessable[];
    for (const { errors } of answers)
      expect(errors!.map((one) => [one.pointer, one.code])).toContainEqual([pointer, code]);
  });

  it('take ids as the API’s description has them: text, whole numbers, null', () => {
    const isEvent = ajv.compile(EVENT_SCHEMA);
    const { components } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as { components: object };
    const described = new Ajv({ strict: false, formats: { 'date-time': true } }).compile({
      components,
      $ref: '#/components/schemas/EventDto',
    });
    const bodies = AWKWARD.flatMap((id) => [{ ...good, id }, field('externalId', id), field('anonymousId', id)]);
    const disagreements = bodies.filter((body) => isEvent(body) !== described(body));
    expect(disagreements).toEqual([]);
  });

  it('agree on batches, whose items are looked at one by one later', async () => {
    const isBatch = ajv.compile(schemaOf(EventBatchDto));
    for (const body of [
      {},
      { events: [] },
      { events: {} },
      { events: [good] },
      { events: [7] },
      { events: [good], more: 1 },
      { events: Array.from({ length: 1_001 }, () => 1) },
    ])
      expect([body, await byPipe(structuredClone(body), EventBatchDto)]).toEqual([body, isBatch(body)]);
  });
});
