import type { OnApplicationShutdown } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import type { CompiledLocale } from './compile/compiled-template.js';
import { CompiledVersions } from './compiled-versions.js';
import { packContext } from './packed-context.js';
import type { PoolBatch, PoolResult } from './render-pool.js';
import { MAX_BATCH, RenderPool } from './render-pool.js';
import type { RenderContext, RenderRequest, RenderResult } from './render-request.js';
import { RenderedLetter } from './rendered-letter.js';

/** A letter of a template that no version holds. */
export type PreviewLetter = Pick<RenderRequest, 'context' | 'signing' | 'linkTags'>;

/** Renders letters of published template versions, in other threads and within limits. */
@Injectable()
export class TemplateRenderer implements OnApplicationShutdown {
  private readonly pool = new RenderPool();

  constructor(private readonly versions: CompiledVersions) {}

  /** One result a request, in order. Never throws for a template's fault: that letter's result is `template_error`. */
  async render(requests: readonly RenderRequest[]): Promise<readonly RenderResult[]> {
    const results = new Array<RenderResult>(requests.length);
    await Promise.all(
      batchesOf(requests).map(async (places) => {
        const rendered = await this.renderBatch(places.map((place) => requests[place]!));
        places.forEach((place, i) => (results[place] = rendered[i]!));
      }),
    );
    return results;
  }

  /** Renders letters of a compiled draft, one result a letter, in order. */
  async preview(
    storeId: string,
    compiled: CompiledLocale,
    locale: string,
    letters: readonly PreviewLetter[],
  ): Promise<readonly RenderResult[]> {
    // Drafts change: each preview is a template of its own.
    const id = `preview ${this.previews++}`;
    const results = await this.pool.render(storeId, {
      template: { id, locale, compiled },
      signing: letters.find(({ signing }) => signing)?.signing ?? null,
      store: null,
      letters: letters.map((letter) => batchLetter(letter, null)),
    });
    return results.map((result, i) => resultOf(result, locale, compiled, letters[i]!.signing));
  }

  private previews = 0;

  onApplicationShutdown(): Promise<void> {
    return this.pool.close();
  }

  private async renderBatch(requests: readonly RenderRequest[]): Promise<readonly RenderResult[]> {
    const { storeId, templateKey, version, locale } = requests[0]!;
    const compiled = (await this.versions.find(storeId, templateKey, version))?.locales[locale];
    if (!compiled)
      return requests.map(() => failure(`there is no version ${version} of ${templateKey} with this locale`, locale));
    const { store } = requests[0]!.context;
    const batch: PoolBatch = {
      template: { id: `${storeId} ${templateKey} ${version} ${locale}`, locale, compiled },
      signing: requests.find(({ signing }) => signing)?.signing ?? null,
      store,
      letters: requests.map((request) => batchLetter(request, store)),
    };
    const results = await this.pool.render(storeId, batch);
    return results.map((result, i) => resultOf(result, locale, compiled, requests[i]!.signing));
  }
}

function batchLetter(
  { context, signing, linkTags }: PreviewLetter,
  store: RenderContext['store'] | null,
): PoolBatch['letters'][number] {
  return {
    context: packContext(context, store),
    signed: signing && { environmentId: signing.environmentId, messageId: signing.messageId },
    linkTags,
  };
}

/** Places of the requests that one question can hold: same template, locale and signing key, at most MAX_BATCH. */
function batchesOf(requests: readonly RenderRequest[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  requests.forEach(({ storeId, templateKey, version, locale, signing }, place) => {
    const key = JSON.stringify([storeId, templateKey, version, locale, signing?.keyId, signing?.baseUrl]);
    const group = groups.get(key);
    if (group) group.push(place);
    else groups.set(key, [place]);
  });
  return [...groups.values()].flatMap((places) =>
    Array.from({ length: Math.ceil(places.length / MAX_BATCH) }, (_, i) =>
      places.slice(i * MAX_BATCH, (i + 1) * MAX_BATCH),
    ),
  );
}

function resultOf(
  result: PoolResult,
  locale: string,
  compiled: CompiledLocale,
  signing: RenderRequest['signing'],
): RenderResult {
  return typeof result === 'string'
    ? failure(result, locale)
    : new RenderedLetter(result.answer, result.kept, signing, compiled);
}

function failure(detail: string, locale: string): RenderResult {
  return { ok: false, code: 'template_error', detail: `${detail} (locale ${locale})` };
}
