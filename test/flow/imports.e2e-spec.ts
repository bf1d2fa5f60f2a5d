import { type FlowApp, startApp } from '../support/app.js';
import { aCart, Shop } from '../support/shop.js';

const NOON = '2026-11-21T12:00:00.000Z';

interface Report {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly rejected: number;
  readonly errors: readonly { readonly line: number; readonly code: string; readonly detail: string }[];
}

describe('files', () => {
  let app: FlowApp;
  let shop: Shop;

  beforeAll(async () => {
    app = await startApp();
    shop = new Shop(app.url, app.testKey);
  });
  afterAll(() => app.close());
  beforeEach(() => shop.reset(NOON));

  const post = (path: string, body: string | Uint8Array, type = 'text/csv') =>
    shop.call<Report & { code: string; detail: string }>('POST', path, body, { 'content-type': type });
  const bring = (lines: readonly string[], query = '') =>
    post(`/v1/contacts/import${query}`, lines.map((line) => `${line}\r\n`).join(''));
  const person = (ref: string) => shop.must<Record<string, unknown>>('GET', `/v1/contacts/${ref}`);
  const evidence = () => app.engine.query(`SELECT granted, source, occurred_at FROM consents ORDER BY occurred_at`);

  describe('of people', () => {
    const HEADER = 'E-mail,externalId,First name,locale,tags,attributes.size,consent,consentSource,consentAt';
    const ANNA = 'Anna@Example.com,u-17,"Анна, ""Аня""",ru,vip|shoes,M,yes,checkout checkbox,2026-01-15T10:00:00Z';

    it('bring people with their fields and consent, and evidence of it', async () => {
      const { status, body } = await bring([HEADER, ANNA, 'boris@example.com,,Boris,en,,,,,']);
      expect([status, body]).toEqual([200, { rows: 2, created: 2, updated: 0, rejected: 0, errors: [] }]);
      expect(await person('anna@example.com')).toMatchObject({
        email: 'Anna@example.com',
        externalId: 'u-17',
        firstName: 'Анна, "Аня"',
        locale: 'ru',
        tags: ['vip', 'shoes'],
        attributes: { size: 'M' },
        consent: { marketing: true, changedAt: '2026-01-15T10:00:00.000Z' },
      });
      expect((await person('boris@example.com'))['consent']).toMatchObject({ marketing: null });
      expect(await evidence()).toEqual([
        { granted: true, source: 'checkout checkbox', occurred_at: new Date('2026-01-15T10:00:00Z') },
      ]);
    });

    it('change nothing more the second time', async () => {
      await bring([HEADER, ANNA]);
      const before = await person('anna@example.com');
      const { body } = await bring([HEADER, ANNA]);
      expect(body).toMatchObject({ created: 0, updated: 1, rejected: 0 });
      expect(await person('anna@example.com')).toEqual(before);
      expect(await evidence()).toHaveLength(1);
    });

    it('tell every bad row with its line and reason, and take the good ones', async () => {
      await shop.must('PUT', '/v1/contacts/carl@example.com', { externalId: 'u-3' });
      const { body } = await bring([
        'email,externalId,locale,consent,consentSource,consentAt',
        'not an address,,,,,',
        'dora@example.com,,"r\nu",,,',
        'emil@example.com,,,yes,,',
        'fred@example.com,,,perhaps,form,',
        'gina@example.com,,,yes,form,2031-01-01',
        ',,ru,,,',
        'carl@example.com,u-4,,,,',
        'hans@example.com,u-3,,,,',
        'ida@example.com,,,,,,,surplus',
        'good@example.com,,,,,',
        'bad"quote,,,,,',
        'late@example.com,,,,,',
      ]);
      expect(body.errors.map(({ line, code }) => [line, code])).toEqual([
        [2, 'invalid_email'],
        [4, 'invalid_locale'],
        [5, 'consent_source_missing'],
        [6, 'invalid_consent'],
        [7, 'invalid_instant'],
        [8, 'no_identity'],
        [9, 'identity_conflict'],
        [10, 'identity_conflict'],
        [11, 'too_many_cells'],
        [13, 'malformed_row'],
      ]);
      expect(body).toMatchObject({ rows: 12, created: 2, updated: 0, rejected: 10 });
      for (const ref of ['good@example.com', 'late@example.com']) expect(await person(ref)).toBeTruthy();
      expect((await shop.call('GET', '/v1/contacts/emil@example.com')).status).toBe(404);
    });

    it('never bring back somebody who unsubscribed, unless consent was given after that', async () => {
      await shop.event(aCart('anna@example.com', NOON));
      await shop.must('PATCH', '/v1/contacts/anna@example.com', {
        consent: { marketing: false, source: 'phone call' },
      });
      const list = (at: string) => ['email,consent,consentSource,consentAt', `anna@example.com,yes,old list,${at}`];
      for (const at of ['', '2026-01-15', '2026-11-21T11:59:59Z']) {
        await bring(list(at));
        expect((await person('anna@example.com'))['consent']).toMatchObject({ marketing: false });
      }
      await shop.advance('1 day');
      await bring(list('2026-11-21T12:00:01Z'));
      expect((await person('anna@example.com'))['consent']).toMatchObject({ marketing: true, unsubscribedAt: null });
    });

    it('leave what an empty cell says nothing about, and apply two rows about one person in order', async () => {
      const { body } = await bring(['email,firstName,lastName', 'anna@example.com,Anna,', 'anna@example.com,,Berg']);
      expect(body).toMatchObject({ created: 1, updated: 1, rejected: 0 });
      expect(await person('anna@example.com')).toMatchObject({ firstName: 'Anna', lastName: 'Berg' });
    });

    it('may have semicolons, a mark of UTF-8 and columns of their own names', async () => {
      const query = `?map=${encodeURIComponent('Почта:email')}&map=${encodeURIComponent('Имя:firstName')}&map=${encodeURIComponent('Заметка:')}`;
      const { body } = await bring(['\uFEFFПочта;Имя;Заметка', 'anna@example.com;Анна, младшая;x'], query);
      expect(body).toMatchObject({ created: 1, rejected: 0 });
      expect(await person('anna@example.com')).toMatchObject({ firstName: 'Анна, младшая' });
    });

    it.each([
      ['an unknown column', 'email,shoe size\r\na@example.com,41', 422, 'unknown_column'],
      ['a column twice', 'email,E-Mail\r\na@example.com,b@example.com', 422, 'duplicate_column'],
      ['nobody’s columns', 'firstName\r\nAnna', 422, 'missing_column'],
      ['nothing', '', 422, 'empty_file'],
      [
        'another encoding',
        Uint8Array.from([...Buffer.from('email,firstName\r\na@example.com,'), 0xc0, 0xed]),
        400,
        'not_utf8',
      ],
    ])('with %s are refused', async (_what, body, status, code) => {
      const answer = await post('/v1/contacts/import', body);
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    });

    it.each([
      // What curl says of --data-binary, and Windows of a file .csv.
      ['application/x-www-form-urlencoded', '/v1/contacts/import', 'text/csv'],
      ['application/vnd.ms-excel', '/v1/suppressions/import', 'text/csv'],
      ['application/json', '/v1/contacts/import', 'text/csv'],
      ['text/csv', '/v1/events', 'application/json'],
    ])('sent as %s to %s are refused, and told to come as %s', async (type, path, wanted) => {
      const answer = await post(path, type === 'application/json' ? '{}' : 'email\r\na@example.com', type);
      expect(answer).toMatchObject({ status: 415, body: { detail: `send the body as ${wanted}` } });
    });

    it('of 10,000 rows are taken as they stream in', async () => {
      const rows = Array.from({ length: 10_000 }, (_, i) => `p${i}@example.com,Person ${i},yes,list,2026-01-01`);
      const { status, body } = await bring(['email,firstName,consent,consentSource,consentAt', ...rows]);
      expect([status, body]).toEqual([200, { rows: 10_000, created: 10_000, updated: 0, rejected: 0, errors: [] }]);
    }, 60_000);

    it('of too many rows are refused', async () => {
      const many = await bring(['email,firstName', ...Array.from({ length: 50_001 }, () => ',Anna')]);
      expect([many.status, many.body.code]).toEqual([413, 'file_too_large']);
    }, 60_000);
  });

  describe('of blocked addresses', () => {
    it('block with their reasons, tell bad rows, and leave the first reason', async () => {
      await shop.must('PUT', '/v1/suppressions/known@example.com');
      const { status, body } = await post(
        '/v1/suppressions/import',
        'email,reason\r\na@example.com,complaint\r\nknown@example.com,hard_bounce\r\nb@example.com,\r\nnope,\r\nc@example.com,whim\r\n',
      );
      expect([status, body]).toMatchObject([200, { rows: 5, created: 2, updated: 1, rejected: 2 }]);
      expect(body.errors.map(({ line, code }) => [line, code])).toEqual([
        [5, 'invalid_email'],
        [6, 'invalid_reason'],
      ]);
      const { items } = await shop.must<{ items: { email: string; reason: string }[] }>('GET', '/v1/suppressions');
      expect(items.map(({ email, reason }) => [email, reason])).toEqual([
        ['a@example.com', 'complaint'],
        ['b@example.com', 'manual'],
        ['known@example.com', 'manual'],
      ]);
    });

    it('come out as they went in, with nothing that a spreadsheet would run', async () => {
      const wild = ['+1@example.com', '-x@example.com', '=1+1@example.com', 'plain@example.com'];
      await post('/v1/suppressions/import', `email\r\n${wild.join('\r\n')}\r\n`);
      const exported = await shop.call<string>('GET', '/v1/suppressions?format=csv');
      expect(exported.headers.get('content-type')).toContain('text/csv');
      const cells = exported.body
        .split('\r\n')
        .slice(1, -1)
        .map((line) => line.split(',')[0]!);
      expect(cells).toEqual(wild.map((email) => (email === 'plain@example.com' ? email : `'${email}`)));
      await shop.reset(NOON);
      const back = await post('/v1/suppressions/import', exported.body);
      expect(back.body).toMatchObject({ created: 4, rejected: 0 });
      const first = await shop.must<{ items: { email: string }[]; nextCursor: string }>(
        'GET',
        '/v1/suppressions?limit=3',
      );
      const rest = await shop.must<{ items: { email: string }[] }>(
        'GET',
        `/v1/suppressions?limit=3&cursor=${first.nextCursor}`,
      );
      expect([...first.items, ...rest.items].map(({ email }) => email).sort()).toEqual([...wild].sort());
    });
  });
});
