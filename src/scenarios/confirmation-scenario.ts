import { Injectable } from '@nestjs/common';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { ConfirmationLetters } from '../stores/confirmation-letters.js';
import { TemplatesService } from '../templates/templates.service.js';
import { readBuiltIn } from './preset-folder.js';
import { PresetsService } from './presets.service.js';
import { ScenarioPublisher } from './scenario-publisher.js';

const KEY = 'confirm-subscription';

/** The built-in scenario of double opt-in: `built-in/confirm-subscription/`. */
@Injectable()
export class ConfirmationScenario extends ConfirmationLetters {
  constructor(
    private readonly database: EngineDatabase,
    private readonly presets: PresetsService,
    private readonly templates: TemplatesService,
    private readonly publisher: ScenarioPublisher,
  ) {
    super();
  }

  /** Where the store has paused, archived or changed it, its word counts. */
  async ensurePublished(storeId: string): Promise<void> {
    const environments = await this.database.query<{ id: string }>(WITHOUT, [storeId, KEY]);
    if (environments.length === 0) return;
    const preset = await readBuiltIn(KEY);
    await this.presets.installOne(storeId, preset);
    for (const { id: environmentId } of environments) {
      for (const { key } of preset.templates) await this.templates.publish({ storeId, environmentId }, key);
      await this.publisher.publish({ storeId, environmentId }, KEY);
    }
  }
}

const WITHOUT = `
SELECT e.id FROM environments e WHERE e.store_id = $1 AND NOT EXISTS (
  SELECT FROM publications p WHERE p.environment_id = e.id AND p.kind = 'scenario' AND p.key = $2)
ORDER BY e.mode`;
