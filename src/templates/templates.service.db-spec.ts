import { DataSource, type DataSourceOptions } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import type { Env } from '../platform/config/env.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { newId } from '../platform/ids.js';
import { Secrets } from '../platform/secrets.js';
import { pageQuery } from '../platform/http/pages.js';
import { CompiledVersions } from './compiled-versions.js';
import { aContext, aLetterSource, aStoreProfile } from './letter.builder.js';
import { LetterLinks } from './letter-links.js';
import { type StoreProfiles } from './ports.js';
import { TemplateCatalog } from './template-catalog.js';
import { TemplateCompiler } from './template-compiler.js';
import { TemplatePreviews } from './template-previews.js';
import { TemplateRenderer } from './template-renderer.js';
import { TemplateVersionEntity } from './template-version.entity.js';
import { TemplateEntity } from './template.entity.js';
import { TemplatesService } from './templates.service.js';

const KEY = 'abandoned-cart/reminder';
const profiles: StoreProfiles = { ofStore: () => Promise.resolve(aStoreProfile({ currency: 'RUB' })) };

describe('templates of a store', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: TestStore;
  let templates: TemplatesService;
  let previews: TemplatePreviews;
  let renderer: TemplateRenderer;
  let links: LetterLinks;
  const compiler = new TemplateCompiler();
  const catalog = new TemplateCatalog();
  let live: Scope;
  let sandbox: Scope;

  beforeAll(async () => {
    database = await migratedDatabase();
    const options = requestDataSource(database.url) as DataSourceOptions;
    source = await new DataSource({
      ...options,
      entities: [TemplateEntity, TemplateVersionEntity],
    }).initialize();
    const requests = new RequestDatabase(source);
    links = new LetterLinks(new Secrets('a secret of this specification only'), {
      PUBLIC_URL: 'https://mail.example',
    } as Env);
    templates = new TemplatesService(requests, compiler);
    renderer = new TemplateRenderer(new CompiledVersions(database.engine));
    previews = new TemplatePreviews(requests, profiles, compiler, renderer, links);
  });

  afterAll(async () => {
    await Promise.all([compiler.onApplicationShutdown(), renderer.onApplicationShutdown()]);
    await source.destroy();
    await database.close();
  });

  beforeEach(async () => {
    store = await aStore(database.engine);
    live = { storeId: store.storeId, environmentId: store.liveId };
    sandbox = { storeId: store.storeId, environmentId: store.sandboxId };
  });

  const published = (scope: Scope, pin: number | null = null) =>
    catalog.publishedVersions(database.engine, [{ environmentId: scope.environmentId, key: KEY, pin }]);

  it('installs a preset once and never over an own template', async () => {
    expect(await templates.install(store.storeId, KEY, { en: aLetterSource('one') }, null)).toBe(true);
    expect(await templates.install(store.storeId, KEY, { en: aLetterSource('two') }, null)).toBe(false);
    expect((await templates.get(sandbox, KEY)).locales['en']).toContain('one');
  });

  it('publishes in the caller’s environment only, a new version only for new content', async () => {
    await templates.create(sandbox, { key: KEY, locales: { en: aLetterSource('one'), ru: aLetterSource('раз') } });
    expect(await templates.publish(sandbox, KEY)).toMatchObject({ key: KEY, version: 1 });
    expect(await templates.publish(sandbox, KEY)).toMatchObject({ key: KEY, version: 1 });
    await templates.edit(sandbox, KEY, { locales: { en: aLetterSource('two') } });
    expect(await templates.publish(live, KEY)).toMatchObject({ key: KEY, version: 2 });
    expect((await templates.get(live, KEY)).published).toEqual({ live: 2, sandbox: 1 });
    expect(await published(sandbox)).toEqual([{ version: 1, locales: ['en', 'ru'] }]);
    expect(await published(live, 1)).toEqual([{ version: 1, locales: ['en', 'ru'] }]);
    expect(await published(live, 7)).toEqual([null]);
    expect([await templates.isPublished(live, KEY), await templates.isPublished(live, KEY, 3)]).toEqual([true, false]);
    const { items } = await templates.versions(live, KEY, pageQuery('list'));
    expect(items.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('refuses to publish what does not compile, with a pointer', async () => {
    await templates.create(live, { key: KEY, locales: { en: aLetterSource('{{evnt.x}}') } });
    await expect(templates.publish(live, KEY)).rejects.toMatchObject({
      status: 422,
      code: 'template_invalid',
      errors: [{ pointer: '/locales/en', code: 'unknown_variable' }],
    });
    expect(await published(live)).toEqual([null]);
  });

  it('refuses keys and sources that cannot be a template', () => {
    for (const key of ['nofolder', 'a/publish', 'A/b', 'a/b/c', ''])
      expect(() => templates.create(live, { key, locales: { en: 'x' } })).toThrow('the key is folder/name');
    expect(() => templates.create(live, { key: KEY, locales: {} })).toThrow('1 to 50 locales');
    expect(() => templates.create(live, { key: KEY, locales: { en: '{{a}}'.repeat(3_000) } })).toThrow(
      '3000 mustaches',
    );
  });

  it('deletes what is published nowhere, and nothing else', async () => {
    await templates.create(live, { key: KEY, locales: { en: aLetterSource('x') } });
    await templates.publish(sandbox, KEY);
    await expect(templates.remove(live, KEY)).rejects.toMatchObject({ status: 409 });
    await templates.create(live, { key: 'a/b', locales: { en: aLetterSource('x') } });
    await templates.remove(live, 'a/b');
    await expect(templates.get(live, 'a/b')).rejects.toMatchObject({ status: 404 });
  });

  it('keeps the versions of a deleted template, and a new one of the same key goes on behind them', async () => {
    const key = 'a/again';
    await templates.create(live, { key, locales: { en: aLetterSource('the first') } });
    expect(await templates.publish(live, key)).toMatchObject({ key, version: 1 });
    await database.engine.query(`DELETE FROM publications WHERE key = $1`, [key]);
    await templates.remove(live, key);
    expect((await new CompiledVersions(database.engine).find(store.storeId, key, 1))?.locales['en']?.html).toContain(
      'the first',
    );
    expect(await templates.isPublished(live, key, 1)).toBe(false);
    await templates.create(live, { key, locales: { en: aLetterSource('another') } });
    expect(await templates.publish(live, key)).toMatchObject({ key, version: 2 });
  });

  it('publishes nothing that was deleted while it was compiled', async () => {
    const deleting: Pick<TemplateCompiler, 'compile'> = {
      compile: async (storeId, draft) => {
        await templates.remove(live, KEY);
        return compiler.compile(storeId, draft);
      },
    };
    await templates.create(live, { key: KEY, locales: { en: aLetterSource('one') } });
    const publishing = new TemplatesService(new RequestDatabase(source), deleting as TemplateCompiler);
    await expect(publishing.publish(live, KEY)).rejects.toThrow('not found');
    const anew = await templates.create(live, { key: KEY, locales: { en: aLetterSource('two') } });
    expect(anew.published).toEqual({ live: null, sandbox: null });
  });

  it('edits nothing that nobody has made, and tells how it is made', async () => {
    await expect(templates.edit(live, KEY, { locales: { en: aLetterSource('Hi') } })).rejects.toThrow(
      `template ${KEY} was not found: POST /v1/templates creates one`,
    );
  });

  it('edits nothing that was deleted meanwhile', async () => {
    await templates.create(live, { key: KEY, locales: { en: aLetterSource('Hi') } });
    let edit: Promise<unknown> = Promise.resolve();
    await new RequestDatabase(source).run(live, async (manager) => {
      await manager.delete(TemplateEntity, { storeId: live.storeId, key: KEY });
      edit = templates.edit(live, KEY, { locales: { en: aLetterSource('Hello') } }).catch((error: unknown) => error);
      while ((await database.engine.query(WAITING)).length === 0);
    });
    expect(await edit).toMatchObject({ status: 404 });
  });

  it('publishes what the draft says in the end, not what it said before it was edited and published meanwhile', async () => {
    let isEdited = false;
    const edited: Pick<TemplateCompiler, 'compile'> = {
      compile: async (storeId, draft) => {
        const outcome = await compiler.compile(storeId, draft);
        if (isEdited) return outcome;
        isEdited = true;
        await templates.edit(live, KEY, { locales: { en: aLetterSource('two') } });
        await templates.publish(live, KEY);
        return outcome;
      },
    };
    await templates.create(live, { key: KEY, locales: { en: aLetterSource('one') } });
    const publishing = new TemplatesService(new RequestDatabase(source), edited as TemplateCompiler);
    expect(await publishing.publish(live, KEY)).toMatchObject({ key: KEY, version: 1 });
    expect((await new CompiledVersions(database.engine).find(store.storeId, KEY, 1))?.locales['en']?.html).toContain(
      'two',
    );
  });

  it('hides a store’s templates from every other store', async () => {
    await templates.create(live, { key: KEY, locales: { en: aLetterSource('x') } });
    await templates.publish(live, KEY);
    const other = await aStore(database.engine);
    const stranger = { storeId: other.storeId, environmentId: other.liveId };
    await expect(templates.get(stranger, KEY)).rejects.toMatchObject({ status: 404 });
    await expect(templates.version(stranger, KEY, '1')).rejects.toMatchObject({ status: 404 });
    await expect(templates.publish(stranger, KEY, 1)).rejects.toMatchObject({ status: 404 });
    expect((await templates.list(stranger, pageQuery('list'))).items).toEqual([]);
  });

  it('previews the draft with its sample, and says what is wrong with it', async () => {
    const sample = { event: { type: 'cart.updated', data: { total: 5 }, contact: { firstName: 'Anna' } } };
    const locales = { en: aLetterSource('{{contact.firstName}} {{event.total}}', 'Hi {{event.type}}') };
    await templates.create(live, { key: KEY, locales, sample });
    const shown = await previews.preview(live, KEY, { contact: { firstName: 'Boris' } });
    expect(shown.subject).toBe('Hi cart.updated');
    expect(shown.text).toContain('Boris 5');
    const failed = await previews.preview(live, KEY, { event: { type: 'a.b', data: {} } });
    expect(failed.problems).toContainEqual(expect.objectContaining({ code: 'template_error', pointer: '/locales/en' }));
    const broken = await previews.preview(live, KEY, { source: '<mjml>' });
    expect(broken.problems[0]).toMatchObject({ severity: 'error', code: 'body_missing' });
    const odd = { source: aLetterSource('{{money 5 "RUB"}}'), locale: 'ru_RU' };
    await expect(previews.preview(live, KEY, odd)).rejects.toMatchObject({ status: 422, code: 'invalid_locale' });
    expect((await previews.preview(live, KEY, { ...odd, locale: 'ru-RU' })).text).toContain('5\u00a0₽');
  });

  it('previews a posted event for its own person, with nothing of the sample’s', async () => {
    const anna = { firstName: 'Anna', lastName: 'Arno' };
    const sample = { event: { type: 'a.b', data: {}, contact: anna }, contact: anna };
    const locales = { en: aLetterSource('{{contact.firstName}}/{{contact.lastName}}/') };
    await templates.create(live, { key: KEY, locales, sample });
    const show = async (dto: object) => (await previews.preview(live, KEY, dto)).text;
    const event = { type: 'a.b', data: {}, contact: { firstName: 'Boris' } };
    expect(await show({ event })).toContain('Boris//');
    expect(await show({ event, contact: { lastName: 'Berg' } })).toContain('Boris/Berg/');
    expect(await show({ event: { data: {} } })).toContain('Anna/Arno/');
  });

  it('previews which addresses of the data lead nowhere', async () => {
    const source = aLetterSource('<a href="{{event.url}}">a</a> <a href="{{url event.page}}">b</a>');
    const event = { data: { url: 'shop.example/cart', page: '/p/1' } };
    const { problems } = await previews.preview(live, KEY, { source, event });
    expect(problems.filter(({ code }) => code === 'link_refused').map(({ detail }) => detail)).toEqual([
      'link 0: "shop.example/cart" is no safe http or https address and leads nowhere',
      'url: "/p/1" is no safe http or https address and leads nowhere',
    ]);
  });

  it('previews of a person what letters see of them, and nothing else that an event tells', async () => {
    const contact = { phone: '+79990000000', firstName: 'Anna', attributes: { size: 'M' } };
    const show = (text: string) =>
      previews.preview(live, KEY, { source: aLetterSource(text), event: { data: {}, contact } });
    expect((await show('{{contact.firstName}} {{contact.attributes.size}} {{contact.confirmedAt}}.')).text).toContain(
      'Anna M .',
    );
    expect((await show('Call {{contact.phone}}')).problems).toContainEqual(
      expect.objectContaining({ code: 'unknown_variable', pointer: '/locales/en' }),
    );
  });

  it('previews how large the letter is that goes out, with its click links, pages and pixel', async () => {
    const list = '{{#each event.items}}<a href="{{url url}}">{{title}}</a>{{/each}}';
    await templates.create(live, { key: KEY, locales: { en: aLetterSource(list) } });
    await templates.publish(live, KEY);
    const items = Array.from({ length: 60 }, (_, i) => ({
      title: `№ ${i}`,
      url: `https://shop.example/p/${i}?a=${'x'.repeat(700)}`,
    }));
    const shown = await previews.preview(live, KEY, { event: { data: { items } } });
    const letter = { environmentId: live.environmentId, id: newId(), messageClass: 'service' as const };
    const context = aContext({ data: { items } });
    const [sent] = await renderer.render([
      {
        storeId: store.storeId,
        templateKey: KEY,
        version: 1,
        locale: 'en',
        context: { ...context, store: { ...context.store, postalAddress: null }, links: links.pages(letter) },
        signing: links.signing(letter.environmentId, letter.id),
        linkTags: null,
      },
    ]);
    expect(sent?.ok && sent.parts().html.length).toBe(shown.sizeBytes);
    expect(shown.html).not.toContain('/t/c/');
    const bytes = { shown: Buffer.byteLength(shown.html), sent: shown.sizeBytes };
    expect(bytes.sent - bytes.shown).toBeGreaterThan(20_000);
  });

  it('renders published versions in batches, in order', async () => {
    await templates.create(live, { key: KEY, locales: { en: aLetterSource('n={{event.n}}') } });
    await templates.publish(live, KEY);
    const requests = Array.from({ length: 250 }, (_, n) => ({
      storeId: store.storeId,
      templateKey: KEY,
      version: 1,
      locale: n === 100 ? 'xx' : 'en',
      context: aContext({ data: { n } }),
      signing: null,
      linkTags: null,
    }));
    const results = await renderer.render(requests);
    expect(
      results.map((result, n) => (result.ok ? result.parts().text.toString().includes(`n=${n}\n`) : n === 100)),
    ).toEqual(new Array(250).fill(true));
    expect(results[100]).toMatchObject({ ok: false, code: 'template_error' });
  });
});

/** Whoever waits for a lock in this database. */
const WAITING = `SELECT 1 FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
  WHERE NOT l.granted AND a.datname = current_database()`;
