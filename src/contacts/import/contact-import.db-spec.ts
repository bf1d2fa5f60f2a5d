import { Readable } from 'node:stream';
import { jest } from '@jest/globals';
import { BLIND_KEYS } from '../../../test/support/blind-keys.js';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../../test/support/database.js';
import type { Sql } from '../../platform/database/sql.js';
import { ContactImport } from './contact-import.js';
import { SuppressionList } from './suppression-list.js';

describe('an imported file', () => {
  let db: TestDatabase;
  let store: TestStore;
  let imports: ContactImport;

  beforeAll(async () => {
    db = await migratedDatabase();
    imports = new ContactImport(db.engine);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    store = await aStore(db.engine);
  });

  const scope = () => ({ storeId: store.storeId, environmentId: store.sandboxId });
  const fileOf = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
  const bring = (lines: readonly string[]) => imports.run(scope(), Readable.from([fileOf(lines)]), []);
  const rows = (sql: string) => db.engine.query(sql, [store.sandboxId]);
  const evidence = () => rows('SELECT 1 FROM consents WHERE environment_id = $1');
  const people = () =>
    rows(
      `SELECT email, external_id, first_name, locale, marketing_consent, consent_changed_at, confirmed_at, unsubscribed_at, tags,
         attributes, updated_at FROM contacts
       WHERE environment_id = $1 ORDER BY email`,
    );

  describe('with several rows about one person', () => {
    const CONSENT = 'email,externalId,consent,consentSource,consentAt,confirmedAt';

    it('lets each count, also when one names the address and one the external id', async () => {
      await bring(['email,externalId', 'anna@example.com,u-17']);
      const report = await bring([
        'email,externalId,firstName,locale,attributes.size,attributes.shop',
        'anna@example.com,,Anna,,S,north',
        ',u-17,,de,M,',
        ',u-17,Anya,,,',
      ]);
      expect(report).toMatchObject({ created: 0, updated: 3, rejected: 0 });
      const attributes = { size: 'M', shop: 'north' };
      expect(await people()).toMatchObject([{ first_name: 'Anya', locale: 'de', attributes }]);
    });

    it('lets the later withdrawal count, and keeps evidence of all that was said', async () => {
      await bring(['email,externalId', 'anna@example.com,u-17']);
      const file = [CONSENT, ',u-17,yes,form,2026-01-01,2026-01-02', 'anna@example.com,,no,call,2026-02-01,2026-02-01'];
      for (const lines of [file, [...file, ',u-17,yes,form,2026-01-15,2026-03-01']]) {
        await bring(lines);
        const expected = { marketing_consent: false, consent_changed_at: new Date('2026-02-01'), confirmed_at: null };
        expect(await people()).toMatchObject([expected]);
        expect(await evidence()).toHaveLength(2);
      }
    });

    it('lets the withdrawal count of two statements of one instant', async () => {
      await bring([CONSENT, 'anna@example.com,,yes,form,2026-01-01,', 'anna@example.com,,no,call,2026-01-01,']);
      expect(await people()).toMatchObject([{ marketing_consent: false }]);
    });

    it('does not confirm a consent by what confirmed one that was taken back', async () => {
      await bring([CONSENT, 'anna@example.com,,yes,form,2026-01-01,2026-01-02']);
      await bring([CONSENT, 'anna@example.com,,no,call,2026-02-01,', 'anna@example.com,,yes,form,2026-03-01,']);
      expect(await people()).toMatchObject([{ marketing_consent: true, confirmed_at: null }]);
    });

    it.each([
      ['before it was taken back', '2026-01-31', null],
      ['at the instant at which it was taken back', '2026-02-01', null],
      ['since it was taken back', '2026-02-02', new Date('2026-02-02')],
    ])('takes a confirmation %s for what it is, also after another consent', async (_, confirmed, confirmedAt) => {
      const [no, yes, given] = ['no,call,2026-02-01,', 'yes,form,2026-02-15,', `yes,form,2026-03-01,${confirmed}`];
      await bring([CONSENT, ...[no, given].map((said) => `a@example.com,,${said}`)]);
      await bring([CONSENT, ...[no, yes, given].map((said) => `b@example.com,,${said}`)]);
      for (const said of [no, yes, given]) await bring([CONSENT, `c@example.com,,${said}`]);
      expect(await people()).toMatchObject(Array(3).fill({ marketing_consent: true, confirmed_at: confirmedAt }));
    });

    it('makes one person of new identities that the rows join, and takes none from anybody', async () => {
      const report = await bring([
        'email,externalId,firstName',
        'anna@example.com,,Anna',
        'anna@example.com,u-1,',
        ',u-1,Anya',
        'boris@example.com,u-1,Boris',
        'anna@example.com,u-2,',
      ]);
      expect(await bring(['externalId', 'u-1', 'u-3'])).toMatchObject({ created: 1, updated: 1 });
      expect(await bring(['email,externalId', 'boris@example.com,'])).toMatchObject({ created: 1 });
      const { errors } = await bring(['email,externalId', 'boris@example.com,u-3']);
      expect(errors).toMatchObject([{ code: 'identity_conflict' }]);
      expect(report).toMatchObject({ rows: 5, created: 1, updated: 2, rejected: 2 });
      expect(report.errors.map(({ line, code }) => [line, code])).toEqual([
        [5, 'identity_conflict'],
        [6, 'identity_conflict'],
      ]);
      expect((await people())[0]).toMatchObject({ email: 'anna@example.com', external_id: 'u-1', first_name: 'Anya' });
    });

    it('is written in the transactions of a file with a row each', async () => {
      const transactions = jest.spyOn(db.engine, 'transaction');
      await bring(['email,firstName', ...Array.from({ length: 500 }, (_, i) => `p${i >> 1}@example.com,Person ${i}`)]);
      expect(transactions).toHaveBeenCalledTimes(1);
      transactions.mockRestore();
    });
  });

  describe('whose people others take at the same moment', () => {
    /** Loses so many races for an identity before it is let through. */
    const losing = (races: number) =>
      new ContactImport({
        query: db.engine.query.bind(db.engine),
        transaction: (work: Parameters<typeof db.engine.transaction>[0]) =>
          races-- > 0
            ? Promise.reject(Object.assign(new Error('duplicate key'), { code: '23505' }))
            : db.engine.transaction(work),
      } as never);
    const file = () => Readable.from([fileOf(['email', 'anna@example.com'])]);

    it('is decided anew', async () => {
      expect(await losing(9).run(scope(), file(), [])).toMatchObject({ created: 1 });
    });

    it('is not written to somebody who was erased', async () => {
      await bring(['email', 'anna@example.com']);
      let erasure: string | null = `
        WITH gone AS (UPDATE contacts SET email = NULL, email_key = NULL, erased_at = now() WHERE environment_id = $1)
        DELETE FROM contact_keys WHERE environment_id = $1`;
      const slow = (tx: Sql): Sql => ({
        query: async (text, values) => {
          const due = text.includes('FOR NO KEY UPDATE') ? erasure : null;
          if (due) erasure = null;
          if (due) await rows(due);
          return tx.query(text, values);
        },
      });
      const meanwhile = {
        query: db.engine.query.bind(db.engine),
        transaction: (work: (tx: Sql) => Promise<unknown>) => db.engine.transaction((tx) => work(slow(tx))),
      };
      const named = Readable.from([fileOf(['email,firstName', 'anna@example.com,Anna'])]);
      expect(await new ContactImport(meanwhile as never).run(scope(), named, [])).toMatchObject({ created: 1 });
      expect(await people()).toMatchObject([
        { email: 'anna@example.com', first_name: 'Anna' },
        { email: null, first_name: null },
      ]);
    });

    it('may be sent again where that never ends', async () => {
      await expect(losing(100).run(scope(), file(), [])).rejects.toMatchObject({ status: 503, retryAfterS: 1 });
      expect(await people()).toEqual([]);
    });
  });

  it('takes an external id for no address, though a shop numbers its customers by their addresses', async () => {
    await bring(['email,externalId,firstName', 'anna@example.com,,Anna', 'boris@example.com,anna@example.com,Boris']);
    expect(await bring(['externalId,firstName', 'anna@example.com,Borya'])).toMatchObject({ created: 0, updated: 1 });
    expect(await people()).toMatchObject([{ first_name: 'Anna' }, { first_name: 'Borya' }]);
  });

  it('forgets when somebody unsubscribed only by their consent: not by a row that says nothing of it', async () => {
    const [first, later] = [new Date('2026-01-01'), new Date('2026-02-01')];
    for (let times = 0; times < 2; times++)
      await bring([
        'email,consent,consentSource,consentAt,confirmedAt',
        'anna@example.com,no,call,2026-01-01,2026-01-01',
      ]);
    expect(await evidence()).toHaveLength(1);
    await bring(['email,firstName', 'anna@example.com,Anna']);
    expect(await people()).toMatchObject([
      { marketing_consent: false, consent_changed_at: first, unsubscribed_at: first, confirmed_at: null },
    ]);
    await bring(['email,consent,consentSource,consentAt', 'anna@example.com,yes,form,2026-02-01']);
    expect(await people()).toMatchObject([
      { marketing_consent: true, consent_changed_at: later, unsubscribed_at: null },
    ]);
  });

  it('counts with an undated consent for whom was never asked, and with an undated refusal for who has not refused', async () => {
    const says = (...words: string[]) =>
      bring(['email,consent,consentSource', ...words.map((word, i) => `p${i}@example.com,${word},list`)]);
    await bring(['email', 'p2@example.com']);
    for (let times = 0; times < 2; times++) await says('Yes', 'no', 'no');
    const now = { consent_changed_at: new Date('2026-11-21T09:00:00Z') };
    const [yes, no] = [
      { ...now, marketing_consent: true, unsubscribed_at: null },
      { marketing_consent: false, unsubscribed_at: now.consent_changed_at },
    ];
    expect(await people()).toMatchObject([yes, no, no]);
    expect(await evidence()).toHaveLength(3);
    await says('no', 'yes');
    expect(await people()).toMatchObject([no, no, no]);
    expect(await evidence()).toHaveLength(4);
  });

  it('changes of somebody what it names and nothing else, and not even their last change where that is known', async () => {
    const later = new Date('2026-11-22T09:00:00Z');
    const header = 'email,tags,attributes.size,attributes.shop,consent,consentSource,consentAt,confirmedAt';
    const earlier = 'anna@example.com,,,,yes,form,2025-12-01,2025-12-02';
    await bring([header, earlier, 'anna@example.com,vip;;new; ,S,north,yes,form,2026-01-01,2026-01-02']);
    await db.engine.query('UPDATE environments SET virtual_now = $2 WHERE id = $1', [store.sandboxId, later]);
    const known = await people();
    expect(known).toMatchObject([{ tags: ['vip', 'new'], confirmed_at: new Date('2026-01-02') }]);
    await bring(['email,tags,attributes.size', 'anna@example.com,vip|new,S']);
    expect(await people()).toEqual(known);
    await bring([header, 'anna@example.com,,M,,yes,form,2026-01-01,2026-01-03']);
    const changed = { ...known[0], attributes: { size: 'M', shop: 'north' }, updated_at: later };
    expect(await people()).toEqual([changed]);
    await bring([header, 'anna@example.com,,,,yes,form,2026-03-01,']);
    expect(await people()).toEqual([{ ...changed, consent_changed_at: new Date('2026-03-01') }]);
  });

  it('tells what no database or calendar has with its line, and takes the other rows', async () => {
    const report = await bring([
      'email,firstName,attributes.size,consent,consentSource,consentAt,confirmedAt',
      'a@example.com,A,,,,',
      'b@example.com,B\u0000b,,,,',
      `c@example.com,,${'x'.repeat(16_385)},,,`,
      'd@example.com,,,yes,form\u0000,2026-01-01',
      'e@example.com,,,yes,form,0001-01-01T00:00:00+03:00',
      'f@example.com,,,yes,form,2026-02-30',
      'g\u0000@example.com,,,,,',
      'h@example.com,H,,,,',
      `i@example.com,,,yes,${'x'.repeat(201)},,`,
      'j@example.com,,,yes,form,,2026-02-30',
    ]);
    expect(report.errors.map(({ line, code }) => [line, code])).toEqual([
      [3, 'nul'],
      [4, 'too_long'],
      [5, 'nul'],
      [6, 'invalid_instant'],
      [7, 'invalid_instant'],
      [8, 'nul'],
      [10, 'invalid_consent_source'],
      [11, 'invalid_instant'],
    ]);
    expect(report).toMatchObject({ rows: 10, created: 2, rejected: 8 });
  });

  it('tells of a bad cell by a code in snake_case, as every route does', async () => {
    const { errors } = await bring([
      'email,firstName,locale',
      `a@example.com,${'x'.repeat(201)},ru`,
      'b@example.com,B,russian',
    ]);
    expect(errors.map(({ line, code }) => [line, code])).toEqual([
      [2, 'invalid_first_name'],
      [3, 'invalid_locale'],
    ]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('has no attribute called %s', async (key) => {
    await expect(bring([`email,attributes.${key}`, 'a@example.com,x'])).rejects.toMatchObject({
      status: 400,
      code: 'forbidden_key',
    });
    expect(await people()).toEqual([]);
  });

  it('may have columns without a name, which are left out', async () => {
    expect(await bring(['email,,firstName,', 'a@example.com,7,A,'])).toMatchObject({ created: 1, rejected: 0 });
    expect(await people()).toMatchObject([{ email: 'a@example.com', first_name: 'A' }]);
  });

  describe('that breaks off', () => {
    const cut = (lines: readonly string[], error: Error) =>
      Readable.from(
        (async function* () {
          yield await Promise.resolve(fileOf(lines));
          throw error;
        })(),
      );

    it('is taken up to the row that was being read', async () => {
      const lines = ['email', 'a@example.com', 'b@example.com', 'c@exa'];
      await expect(imports.run(scope(), cut(lines, new Error('lost')), [])).rejects.toThrow('lost');
      expect(await people()).toHaveLength(2);
      const list = new SuppressionList({} as never, db.engine, BLIND_KEYS);
      await expect(list.take(scope(), cut(lines, new Error('lost')))).rejects.toThrow('lost');
      expect(await rows('SELECT 1 FROM suppressions WHERE environment_id = $1')).toHaveLength(2);
    });

    it('for its many rows is taken up to the line that its 413 names', async () => {
      const rows = Array.from({ length: 50_001 }, (_, i) => (i < 49_999 ? 'z@example.com' : `a${i}@example.com`));
      const lines = ['email', ...rows];
      await expect(bring(lines)).rejects.toMatchObject({
        status: 413,
        code: 'file_too_large',
        message: expect.stringContaining('up to line 50001;') as string,
      });
      expect(await people()).toMatchObject([{ email: 'a49999@example.com' }, { email: 'z@example.com' }]);
    }, 60_000);
  });
});
