import { Injectable } from '@nestjs/common';
import { loadContactFacts } from '../contacts/contact-facts.js';
import { RUN_COLUMNS, storedRun, type RunRow, type StoredRun } from '../enrollments/stored-run.js';
import { laneNow, type Lane } from '../platform/clock/lane.js';
import { arrayText } from '../platform/database/array-text.js';
import { BlindKeys } from '../platform/blind-keys.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { ScenarioRegistry, versionKey } from '../scenarios/scenario-registry.js';
import { StoresService } from '../stores/stores.service.js';
import { chooseLocale } from '../templates/choose-locale.js';
import { LetterLinks } from '../templates/letter-links.js';
import { linkTags } from '../templates/link-tags.js';
import type { RenderRequest, RenderResult } from '../templates/render-request.js';
import { TemplateCatalog } from '../templates/template-catalog.js';
import { TemplateRenderer } from '../templates/template-renderer.js';
import type { ClaimedMessage } from './claimed-message.js';
import { letterContext } from './letter-context.js';
import type { Letter } from './letter.js';

type Prepared = Omit<Letter, 'rendered'> & { readonly request: RenderRequest | null };

/** Makes letters of claimed messages: loads what they show in a handful of queries and renders them, all without locks. */
@Injectable()
export class ComposeLetters {
  constructor(
    private readonly db: EngineDatabase,
    private readonly stores: StoresService,
    private readonly scenarios: ScenarioRegistry,
    private readonly catalog: TemplateCatalog,
    private readonly renderer: TemplateRenderer,
    private readonly links: LetterLinks,
    private readonly blind: BlindKeys,
  ) {}

  /**
   * One letter a message, in order; a letter that cannot be rendered carries its `template_error`. Messages of a scenario version
   * that cannot be read (a newer release wrote it) are left out.
   */
  async compose(lane: Lane, messages: readonly ClaimedMessage[]): Promise<readonly Letter[]> {
    const prepared = await this.prepare(lane, messages);
    const results = await this.renderer.render(prepared.flatMap(({ request }) => request ?? []));
    const rendered = results[Symbol.iterator]();
    return prepared.map(({ request, ...letter }) => ({
      ...letter,
      rendered: request ? (rendered.next().value as RenderResult) : notPublished(letter.message),
    }));
  }

  private async prepare(lane: Lane, messages: readonly ClaimedMessage[]): Promise<readonly Prepared[]> {
    const now = await laneNow(this.db, lane);
    const [runs, contacts, stores, versions, templates] = await Promise.all([
      this.runs(messages),
      loadContactFacts(this.db, messages, this.blind),
      this.stores.settingsOf(this.db, [...new Set(messages.map(({ storeId }) => storeId))]),
      this.scenarios.versions(
        this.db,
        messages.map((m) => ({ storeId: m.storeId, key: m.scenarioKey, version: m.version })),
      ),
      this.templates(messages),
    ]);
    return messages.flatMap((message, i) => {
      const { storeId, scenarioKey: key, version } = message;
      const compiled = versions.get(versionKey({ storeId, key, version }));
      if (!compiled) return [];
      const { state: run } = runs.get(message.enrollmentId)!;
      const contact = contacts.get(message.contactId)!;
      const settings = stores.get(message.storeId)!;
      const found = templates[i];
      const template = found?.locales.length
        ? { version: found.version, locale: chooseLocale(contact.locale, settings.locale, found.locales) }
        : null;
      const links = this.links.pages(message, settings.trackingDomain);
      const request = template && {
        storeId: message.storeId,
        templateKey: message.templateKey,
        ...template,
        context: letterContext({ event: run.event, contact, run, settings, links, now }),
        signing: this.links.signing(message.environmentId, message.id, settings.trackingDomain),
        linkTags: linkTags(settings.utm, {
          scenario: message.scenarioKey,
          step: message.stepId,
          template: message.templateKey,
        }),
      };
      return {
        message,
        settings,
        compiled,
        renderedFor: { event: run.event },
        template,
        unsubscribeUrl: links.unsubscribe,
        request,
      };
    });
  }

  private async runs(messages: readonly ClaimedMessage[]): Promise<ReadonlyMap<string, StoredRun>> {
    const rows = await this.db.query<RunRow>(RUNS, [
      arrayText(messages, (m) => m.environmentId),
      arrayText(messages, (m) => m.enrollmentId),
    ]);
    return new Map(rows.map((row) => [row.id, storedRun(row)]));
  }

  /** Letters of a batch share few templates: each is looked up once. */
  private async templates(
    messages: readonly ClaimedMessage[],
  ): Promise<Awaited<ReturnType<TemplateCatalog['publishedVersions']>>> {
    const refs = messages.map((m) => ({ environmentId: m.environmentId, key: m.templateKey, pin: m.templatePin }));
    const distinct = new Map(refs.map((ref) => [JSON.stringify(ref), ref]));
    const found = await this.catalog.publishedVersions(this.db, [...distinct.values()]);
    const byRef = new Map([...distinct.keys()].map((key, i) => [key, found[i] ?? null]));
    return refs.map((ref) => byRef.get(JSON.stringify(ref)) ?? null);
  }
}

function notPublished(message: ClaimedMessage): RenderResult {
  return { ok: false, code: 'template_error', detail: `${message.templateKey} is not published here` };
}

const RUNS = `
SELECT ${RUN_COLUMNS} FROM unnest($1::uuid[], $2::uuid[]) AS asked (environment_id, id)
JOIN enrollments AS r ON r.environment_id = asked.environment_id AND r.id = asked.id`;
