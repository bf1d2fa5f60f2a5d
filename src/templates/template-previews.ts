import { Injectable } from '@nestjs/common';
import { environmentTime } from '../platform/clock/lane.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { checkLocale } from './check-draft.js';
import { chooseLocale } from './choose-locale.js';
import type { CompiledLocale, CompiledTemplate, CompileOutcome, TemplateProblem } from './compile/compiled-template.js';
import { sizeWarning } from './compile/lint.js';
import { LetterLinks } from './letter-links.js';
import { linkTags, placeOfTemplate } from './link-tags.js';
import { type StoreProfile, StoreProfiles } from './ports.js';
import { previewContext } from './preview-context.js';
import type { RenderFailure, RenderResult } from './render-request.js';
import { TemplateCompiler } from './template-compiler.js';
import { draftOf } from './template-drafts.js';
import { type PreviewLetter, TemplateRenderer } from './template-renderer.js';
import type { TemplateSample } from './template-sources.js';
import { compiledVersion } from './template-versions.js';
import type { PreviewDto } from './template.dto.js';
import type { TemplateEntity } from './template.entity.js';
import type { PreviewView } from './template.view.js';

/** Shows a template as somebody would get it, with all that is wrong with it. Nothing is sent or counted. */
@Injectable()
export class TemplatePreviews {
  constructor(
    private readonly database: RequestDatabase,
    private readonly stores: StoreProfiles,
    private readonly compiler: TemplateCompiler,
    private readonly renderer: TemplateRenderer,
    private readonly links: LetterLinks,
  ) {}

  /** @throws Unprocessable (`invalid_locale`) for a source; NotFound when neither the template, nor the version, nor a source to show is there */
  async preview(scope: Scope, key: string, dto: PreviewDto): Promise<PreviewView> {
    if (dto.source !== undefined && dto.locale !== undefined) checkLocale(dto.locale);
    const store = await this.stores.ofStore(scope.storeId);
    const template = await this.find(scope, key, dto);
    const compiled =
      dto.version === undefined || dto.source !== undefined ? null : await this.version(scope, key, dto.version);
    const sources: Readonly<Record<string, unknown>> = compiled ?? template?.draft ?? {};
    const isAnyLocale = dto.source !== undefined;
    const locale = isAnyLocale
      ? (dto.locale ?? store.locale)
      : chooseLocale(dto.locale ?? null, store.locale, Object.keys(sources));
    const outcome: CompileOutcome = compiled
      ? { ok: true, compiled: compiled[locale]! }
      : await this.compiler.compileLocale(scope.storeId, dto.source ?? template!.draft[locale]!, locale);
    if (!outcome.ok) return { ...NOTHING, problems: outcome.problems };
    const stands = isAnyLocale ? [] : standsFor(dto.locale, locale);
    const sample = { ...template?.sample, ...dto.sample };
    const shown: PreviewLetter = {
      context: previewContext(given(sample, dto), store, locale, await this.now(scope)),
      signing: null,
      linkTags: linkTags(store.utm, placeOfTemplate(key)),
    };
    const letters = [shown, this.asSent(shown, scope, store)];
    const [result, sent] = await this.renderer.preview(scope.storeId, outcome.compiled, locale, letters);
    const view = viewOf(outcome.compiled, result!, sent!, locale);
    const isBare = (dto.event ?? sample.event) === undefined;
    return { ...view, problems: [...(isBare ? view.problems.map(withoutSample) : view.problems), ...stands] };
  }

  /** The same letter with addresses as long as those of a letter that goes out. Nobody gets it: it is measured. */
  private asSent(letter: PreviewLetter, { environmentId }: Scope, { trackingDomain }: StoreProfile): PreviewLetter {
    const pages = this.links.pages({ environmentId, id: NO_LETTER, messageClass: 'service' }, trackingDomain);
    return {
      ...letter,
      context: { ...letter.context, links: pages },
      signing: this.links.signing(environmentId, NO_LETTER, trackingDomain),
    };
  }

  private find(scope: Scope, key: string, dto: PreviewDto): Promise<TemplateEntity | null> {
    return this.database
      .run(scope, (manager) => draftOf(manager, scope, key))
      .catch((error: unknown) => {
        if (error instanceof NotFound && dto.source !== undefined) return null;
        throw error;
      });
  }

  private async version(scope: Scope, key: string, version: number): Promise<CompiledTemplate['locales']> {
    return (await this.database.run(scope, (manager) => compiledVersion(manager, scope, key, version))).locales;
  }

  /** A letter of the sandbox speaks of the sandbox's days. */
  private now(scope: Scope): Promise<Date> {
    return this.database.read(scope, (tx) => environmentTime(tx, scope.environmentId));
  }
}

/** Who posts an event with a person of its own sees the letter that this person would get, with nothing of the sample's. */
function given(sample: TemplateSample, { event, contact }: PreviewDto): TemplateSample {
  const person = event?.['contact'] === undefined ? sample.contact : {};
  return { event: event ?? sample.event ?? {}, contact: { ...person, ...contact } };
}

/** Who asks for a locale that the template lacks sees what people of that locale get, and is told that it is another. */
function standsFor(asked: string | undefined, shown: string): readonly TemplateProblem[] {
  if (asked === undefined || languageOf(asked) === languageOf(shown)) return [];
  const detail = `the template has no ${asked}: people of that locale get ${shown}, as shown here`;
  return [{ severity: 'info', code: 'locale_missing', detail, pointer: '/locales' }];
}

function languageOf(locale: string): string {
  return locale.split(/[-_]/)[0]!.toLowerCase();
}

/** What is missing may be missing here only. */
function withoutSample(problem: TemplateProblem): TemplateProblem {
  if (problem.code !== 'template_error') return problem;
  return { ...problem, detail: `${problem.detail}; no event was given, and the template’s sample has none` };
}

const NO_LETTER = '00000000-0000-7000-8000-000000000000';
const NOTHING = { subject: '', preheader: '', html: '', text: '', sizeBytes: 0 };

/** @param sent the same letter as it would go out; one that cannot go out is not shown either */
function viewOf(compiled: CompiledLocale, shown: RenderResult, sent: RenderResult, locale: string): PreviewView {
  const pointer = `/locales/${locale}`;
  if (!shown.ok || !sent.ok) {
    const { code, detail } = shown.ok ? (sent as RenderFailure) : shown;
    return { ...NOTHING, problems: [...compiled.problems, { severity: 'error', code, detail, pointer }] };
  }
  const sizeBytes = sent.parts().html.length;
  const { subject, preheader, refusedLinks } = shown;
  const { html, text } = shown.parts();
  const size = compiled.problems.some(({ code }) => code === 'gmail_clip') ? [] : sizeWarning(sizeBytes);
  const refused = refusedLinks.map(({ what, address }) => ({
    code: 'link_refused',
    detail: `${what}: "${address}" is no safe http or https address and leads nowhere`,
  }));
  const found = [...size, ...refused];
  const warnings = found.map((problem): TemplateProblem => ({ severity: 'warning', pointer, ...problem }));
  return {
    subject,
    preheader,
    html: html.toString(),
    text: text.toString(),
    sizeBytes,
    problems: [...compiled.problems, ...warnings],
  };
}
