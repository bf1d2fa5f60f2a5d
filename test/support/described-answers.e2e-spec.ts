import { importByNode } from './import-by-node.js';
import type { DescribedAnswers } from './shop.js';

const JSON_TYPE = 'application/json; charset=utf-8';
const LETTER = {
  id: '01a22887-d266-7776-8f15-78aa8eed2830',
  contact: '01a22887-d266-7776-8f15-78aa8eed2831',
  enrollment: null,
  scenario: 'abandoned-cart',
  step: 'reminder',
  template: 'abandoned-cart/reminder',
  templateVersion: 1,
  messageClass: 'marketing',
  state: 'accepted',
  reason: null,
  detail: null,
  condition: null,
  to: 'anna@example.com',
  locale: 'ru',
  subject: 'Вы что-то забыли',
  dueAt: '2026-11-21T09:45:00.000Z',
  sentAt: '2026-11-21T09:45:00.000Z',
  attempts: 1,
  mayBeDuplicate: false,
  delivery: null,
  deliveredAt: null,
  firstOpenedAt: null,
  firstClickedAt: null,
};
const PROBLEM = {
  type: 'urn:touchmap:problem:conflict',
  title: 'Conflict',
  status: 409,
  code: 'conflict',
  detail: 'no',
};

describe('the tests’ caller, which compares every answer with docs/openapi.json', () => {
  let unlikeDescribed: DescribedAnswers['unlikeDescribed'];
  const messages = (letter: object): readonly string[] =>
    unlikeDescribed({
      method: 'GET',
      path: '/v1/messages?limit=200',
      status: 200,
      type: JSON_TYPE,
      body: { items: [LETTER, letter], nextCursor: null },
    });
  const answered = (method: string, path: string, status: number, type: string, body: unknown): readonly string[] =>
    unlikeDescribed({ method, path, status, type, body });

  beforeAll(async () => {
    ({ unlikeDescribed } = await importByNode<DescribedAnswers>('./described-answers.mjs'));
  });

  it('finds nothing in an answer that is as described', () => {
    expect(messages(LETTER)).toEqual([]);
    expect(messages({ ...LETTER, delivery: 'bounced', contact: null })).toEqual([]);
    expect(answered('GET', '/v1/nothing', 404, 'application/problem+json', PROBLEM)).toEqual([]);
    expect(answered('DELETE', '/v1/contacts/anna@example.com', 204, '', '')).toEqual([]);
  });

  it('names each field that is more, less or other than described', () => {
    const { locale: _, ...less } = LETTER;
    expect(messages({ ...LETTER, colour: 'red' })).toEqual(['/items/1/colour is not described']);
    expect(messages(less)).toEqual(['/items/1/locale is missing']);
    expect(messages({ ...LETTER, to: 7 })).toEqual(['/items/1/to must be null', '/items/1/to must be string']);
    expect(messages({ ...LETTER, scenario: 'x', state: 'lost' })).toEqual([
      expect.stringMatching(/^\/items\/1\/state must be one of planned, /),
    ]);
    expect(messages({ ...LETTER, dueAt: '2026-11-21T12:45:00+03:00' })).toEqual([
      '/items/1/dueAt must match format "date-time"',
    ]);
    expect(messages({ ...LETTER, attempts: null })).toEqual(['/items/1/attempts must be integer']);
  });

  it('tells things apart by their kind, and names what is wrong with the one that it is', () => {
    const line = { at: '2026-11-21T09:45:00.000Z', kind: 'event', id: LETTER.id, type: 'cart.updated', outcomes: [] };
    const timeline = (item: object): readonly string[] =>
      answered('GET', '/v1/contacts/anna%40example.com/timeline', 200, JSON_TYPE, { items: [item], nextCursor: null });
    expect(timeline({ ...line, processed: true })).toEqual([]);
    expect(timeline(line)).toEqual(['/items/0/processed is missing']);
  });

  it('knows the route by its method and its path, the plain one before the one with names', () => {
    const report = { rows: 1, created: 1, updated: 0, rejected: 0, errors: [] };
    expect(answered('POST', '/v1/contacts/import?map=Mail:email', 200, JSON_TYPE, report)).toEqual([]);
    expect(answered('GET', '/v1/contacts/import', 200, JSON_TYPE, report)).toContain('/rows is not described');
    expect(answered('GET', '/t/o/token', 200, 'image/gif', 'GIF89a')).toEqual([]);
  });

  it('finds answers that the description does not know, and problems that are told otherwise', () => {
    const nothing = ['is application/json, of which the description says nothing here'];
    expect(answered('GET', '/v1/nothing', 200, JSON_TYPE, {})).toEqual(nothing);
    expect(answered('POST', '/v1/events', 201, JSON_TYPE, { id: 'e', duplicate: false })).toEqual(nothing);
    expect(answered('GET', '/v1/messages', 500, JSON_TYPE, { message: 'oops' })).toEqual(nothing);
    expect(answered('GET', '/v1/messages', 200, 'text/html', '<p>')).toEqual([
      'is text/html, of which the description says nothing here',
    ]);
    expect(answered('GET', '/v1/messages', 200, '', '')).toEqual(['has no body']);
    expect(answered('GET', '/v1/messages', 409, 'application/problem+json', { ...PROBLEM, stack: 'at' })).toEqual([
      '/stack is not described',
    ]);
  });
});
