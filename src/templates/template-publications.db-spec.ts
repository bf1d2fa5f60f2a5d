import { DataSource, type DataSourceOptions } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { pageQuery } from '../platform/http/pages.js';
import { aLetterSource } from './letter.builder.js';
import { TemplateCompiler } from './template-compiler.js';
import { TemplateVersionEntity } from './template-version.entity.js';
import { TemplateEntity } from './template.entity.js';
import { TemplatesService } from './templates.service.js';

const KEY = 'cart/reminder';

describe('a template that is published again', () => {
  const compiler = new TemplateCompiler();
  let database: TestDatabase;
  let source: DataSource;
  let templates: TemplatesService;

  beforeAll(async () => {
    database = await migratedDatabase();
    const options = requestDataSource(database.url) as DataSourceOptions;
    source = await new DataSource({ ...options, entities: [TemplateEntity, TemplateVersionEntity] }).initialize();
    templates = new TemplatesService(new RequestDatabase(source), compiler);
  });
  afterAll(async () => {
    await compiler.onApplicationShutdown();
    await source.destroy();
    await database.close();
  });

  async function aScope(): Promise<{ readonly live: Scope; readonly sandbox: Scope }> {
    const { storeId, liveId, sandboxId } = await aStore(database.engine);
    return { live: { storeId, environmentId: liveId }, sandbox: { storeId, environmentId: sandboxId } };
  }
  const publish = async (scope: Scope, key: string, text: string): Promise<void> => {
    await templates.edit(scope, key, { locales: { en: aLetterSource(text) } });
    await templates.publish(scope, key);
  };
  const published = async (scope: Scope, key: string) => (await templates.get(scope, key)).published;

  it('is used as it is published last, an earlier version again too, in that environment of that store', async () => {
    const [one, other] = [await aScope(), await aScope()];
    for (const { live, sandbox } of [one, other]) {
      for (const key of [KEY, 'cart/follow-up']) await templates.create(live, { key, locales: { en: 'x' } });
      for (const scope of [live, sandbox]) for (const key of [KEY, 'cart/follow-up']) await publish(scope, key, 'one');
    }
    await publish(one.live, KEY, 'two');
    expect(await published(one.live, KEY)).toEqual({ live: 2, sandbox: 1 });
    await publish(one.live, KEY, 'three');
    await publish(one.sandbox, KEY, 'four');
    expect(await published(one.live, KEY)).toEqual({ live: 3, sandbox: 4 });
    await templates.publish(one.live, KEY, 1);
    expect(await published(one.sandbox, KEY)).toEqual({ live: 1, sandbox: 4 });
    expect(await published(one.live, 'cart/follow-up')).toEqual({ live: 1, sandbox: 1 });
    expect(await published(other.live, KEY)).toEqual({ live: 1, sandbox: 1 });
  });

  it('is told beside all others of the store, each with its own versions', async () => {
    const { live, sandbox } = await aScope();
    for (const key of [KEY, 'cart/follow-up', 'cart/last']) await templates.create(live, { key, locales: { en: 'x' } });
    await publish(live, KEY, 'one');
    await publish(sandbox, 'cart/follow-up', 'one');
    await publish(sandbox, 'cart/follow-up', 'two');
    const { items } = await templates.list(sandbox, pageQuery('list'));
    expect(items.map(({ key, published: where }) => [key, where])).toEqual([
      ['cart/follow-up', { live: null, sandbox: 2 }],
      ['cart/last', { live: null, sandbox: null }],
      [KEY, { live: 1, sandbox: null }],
    ]);
  });
});
