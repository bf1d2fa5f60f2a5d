import type { Env } from '../platform/config/env.js';
import type { RequestDatabase, Scope } from '../platform/database/request-database.js';
import { Secrets } from '../platform/secrets.js';
import type { CompiledVersions } from './compiled-versions.js';
import { aLetterSource, aStoreProfile } from './letter.builder.js';
import { LetterLinks } from './letter-links.js';
import type { StoreProfiles } from './ports.js';
import { TemplateCompiler } from './template-compiler.js';
import { TemplatePreviews } from './template-previews.js';
import { TemplateRenderer } from './template-renderer.js';
import type { TemplateSample } from './template-sources.js';
import type { PreviewDto } from './template.dto.js';
import type { TemplateProblemView } from './template.view.js';

const profiles: StoreProfiles = { ofStore: () => Promise.resolve(aStoreProfile()) };

describe('a preview', () => {
  const compiler = new TemplateCompiler();
  const renderer = new TemplateRenderer({} as CompiledVersions);
  const links = new LetterLinks(new Secrets('a secret of this specification only'), {
    PUBLIC_URL: 'https://mail.example',
  } as Env);
  const scope: Scope = {
    storeId: '00000000-0000-7000-8000-000000000001',
    environmentId: '00000000-0000-7000-8000-000000000002',
  };

  afterAll(async () => {
    await Promise.all([compiler.onApplicationShutdown(), renderer.onApplicationShutdown()]);
  });

  async function problemsOf(
    template: { readonly draft: Readonly<Record<string, string>>; readonly sample: TemplateSample | null },
    dto: PreviewDto,
  ): Promise<readonly TemplateProblemView[]> {
    const database = {
      run: () => Promise.resolve(template),
      read: () => Promise.resolve(new Date('2026-11-21T12:00:00Z')),
    } as unknown as RequestDatabase;
    const { problems } = await new TemplatePreviews(database, profiles, compiler, renderer, links).preview(
      scope,
      'cart/reminder',
      dto,
    );
    return problems.filter(({ code }) => code === 'locale_missing' || code === 'template_error');
  }

  it('tells of a locale that the template lacks, and which one people of it get', async () => {
    const template = { draft: { en: aLetterSource('Hi'), 'pt-BR': aLetterSource('Oi') }, sample: null };
    expect(await problemsOf(template, { locale: 'de' })).toEqual([
      {
        severity: 'info',
        code: 'locale_missing',
        detail: 'the template has no de: people of that locale get en, as shown here',
        pointer: '/locales',
      },
    ]);
  });

  it.each([{}, { locale: 'en-GB' }, { locale: 'pt' }, { locale: 'pt_PT' }])(
    'says nothing of the kind where there is one of the language: %p',
    async (dto) => {
      const template = { draft: { en: aLetterSource('Hi'), 'pt-BR': aLetterSource('Oi') }, sample: null };
      expect(await problemsOf(template, dto)).toEqual([]);
    },
  );

  it('says that there was no event to take a missing word from', async () => {
    const draft = { en: aLetterSource('{{event.total}}') };
    const bare = await problemsOf({ draft, sample: null }, {});
    expect(bare.map(({ detail }) => detail)).toEqual([
      'event.total is missing (locale en); no event was given, and the template’s sample has none',
    ]);
    const given = await problemsOf({ draft, sample: null }, { event: { data: {} } });
    expect(given.map(({ detail }) => detail)).toEqual(['event.total is missing (locale en)']);
  });
});
