import { Injectable } from '@nestjs/common';
import type { MessageClass } from '../domain/scenario-schema.js';
import type { Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery } from '../platform/http/pages.js';
import { StarterContent } from '../stores/starter-content.js';
import { TemplatesService } from '../templates/templates.service.js';
import { type Preset, readPresets } from './preset-folder.js';
import type { PresetView } from './preset.view.js';
import { ScenarioPublisher } from './scenario-publisher.js';
import type { ScenarioView } from './scenario.view.js';
import { ScenariosService } from './scenarios.service.js';

/** The scenarios with which every store begins its sandbox. */
const FIRST_FIVE = ['abandoned-cart', 'abandoned-checkout', 'order-thank-you', 'trial-ending', 'lead-magnet'] as const;

/** The presets that ship with the project in `templates/<key>/`. */
@Injectable()
export class PresetsService extends StarterContent {
  private presets: Promise<readonly Preset[]> | undefined;

  constructor(
    private readonly scenarios: ScenariosService,
    private readonly publisher: ScenarioPublisher,
    private readonly templates: TemplatesService,
  ) {
    super();
  }

  async list(page: PageQuery): Promise<PageOf<PresetView>> {
    const presets = (await this.all()).filter(({ key }) => page.after === null || key > String(page.after[0]));
    return pageOf(presets, page, ({ key }) => [key], viewOf);
  }

  /** Installs a preset as drafts; what the store has already stays as it is. Throws NotFound. */
  async install(scope: Scope, key: string): Promise<{ readonly isNew: boolean; readonly scenario: ScenarioView }> {
    const preset = (await this.all()).find((one) => one.key === key);
    if (!preset) throw new NotFound(`preset ${key}`);
    const isNew = await this.installOne(scope.storeId, preset);
    return { isNew, scenario: await this.scenarios.get(scope, key) };
  }

  async installAll(storeId: string): Promise<void> {
    for (const preset of await this.all()) await this.installOne(storeId, preset);
  }

  async publishFive(scope: Scope): Promise<void> {
    const presets = await this.all();
    for (const key of FIRST_FIVE) {
      for (const template of presets.find((preset) => preset.key === key)?.templates ?? [])
        await this.templates.publish(scope, template.key);
      await this.publisher.publish(scope, key);
    }
  }

  /** Installs as drafts what the store does not have yet; answers whether the scenario was new. */
  async installOne(storeId: string, { templates, document }: Preset): Promise<boolean> {
    for (const { key, sources, sample } of templates) await this.templates.install(storeId, key, sources, sample);
    return this.scenarios.install(storeId, document);
  }

  /** Read once: they change with the package only. A failure is not kept: too many open files today may be few tomorrow. */
  private async all(): Promise<readonly Preset[]> {
    this.presets ??= readPresets();
    try {
      return await this.presets;
    } catch (error) {
      this.presets = undefined;
      throw error;
    }
  }
}

function viewOf({ key, document, templates, readme }: Preset): PresetView {
  return {
    key,
    name: document.name,
    messageClass: document.messageClass as MessageClass,
    templates: templates.map((template) => template.key),
    readme,
  };
}
