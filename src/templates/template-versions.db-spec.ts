import { DataSource, type DataSourceOptions } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import type { TemplateProblem } from './compile/compiled-template.js';
import { aLetterSource, compiled } from './letter.builder.js';
import type { TemplateCompiler } from './template-compiler.js';
import { TemplateVersionEntity } from './template-version.entity.js';
import { TemplateEntity } from './template.entity.js';
import { TemplatesService } from './templates.service.js';

const KEY = 'hello/letter';
const ADVICE: TemplateProblem = { severity: 'warning', code: 'gmail_clip', detail: 'long', pointer: '/locales/en' };

describe('publishing a template', () => {
  let database: TestDatabase;
  let source: DataSource;
  let scope: Scope;

  beforeAll(async () => {
    database = await migratedDatabase();
    const options = requestDataSource(database.url) as DataSourceOptions;
    source = await new DataSource({ ...options, entities: [TemplateEntity, TemplateVersionEntity] }).initialize();
    const { storeId, liveId } = await aStore(database.engine);
    scope = { storeId, environmentId: liveId };
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  /** A service whose compiler makes this text of every source, with a word of advice. */
  const compilingTo = async (text: string): Promise<TemplatesService> => {
    const en = { ...(await compiled(aLetterSource(text))), problems: [ADVICE] };
    const compile = () => Promise.resolve({ ok: true, compiled: { locales: { en } }, problems: [ADVICE] });
    return new TemplatesService(new RequestDatabase(source), { compile } as unknown as TemplateCompiler);
  };

  it('tells what could be better, also of an earlier version', async () => {
    const templates = await compilingTo('a');
    await templates.create(scope, { key: KEY, locales: { en: aLetterSource('x') } });
    const first = { key: KEY, version: 1, warnings: [ADVICE] };
    expect(await templates.publish(scope, KEY)).toEqual(first);
    expect(await templates.publish(scope, KEY, 1)).toEqual(first);
    const beyond = 2 ** 31; // a number that PostgreSQL has no version for
    await expect(templates.publish(scope, KEY, beyond)).rejects.toMatchObject({ status: 404 });
    await expect(templates.version(scope, KEY, String(beyond))).rejects.toMatchObject({ status: 404 });
  });

  it('makes a new version of the same sources only where the compiler makes something else of them by now', async () => {
    const key = 'hello/again';
    const [yesterday, today] = [await compilingTo('a'), await compilingTo('b')];
    await yesterday.create(scope, { key, locales: { en: aLetterSource('x') } });
    expect(await yesterday.publish(scope, key)).toMatchObject({ version: 1 });
    expect(await yesterday.publish(scope, key)).toMatchObject({ version: 1 });
    expect(await today.publish(scope, key)).toMatchObject({ version: 2 });
    expect(await today.publish(scope, key)).toMatchObject({ version: 2 });
  });
});
