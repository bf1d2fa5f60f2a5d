import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { simulate } from '../../domain/simulate.js';
import type { Play, Simulated } from '../../domain/story.js';
import { RequestDatabase } from '../../platform/database/request-database.js';
import type { Caller } from '../../platform/http/auth.js';
import { RunnableScenarios } from '../../scenarios/runnable-scenarios.js';
import { defaultSettings, storeFacts, type StoreSettings } from '../../stores/store-settings.js';
import { StoresService } from '../../stores/stores.service.js';
import type { SimulateDto } from './simulate.dto.js';
import { simulationView, type SimulationView } from './simulation.view.js';
import { StoryReader } from './story-reader.js';

/** Plays scenarios for people who exist in a request only. Reads what the store has written and set; writes nothing. */
@Injectable()
export class Simulations {
  constructor(
    private readonly database: RequestDatabase,
    private readonly scenarios: RunnableScenarios,
    private readonly stores: StoresService,
    private readonly stories: StoryReader,
  ) {}

  /** Throws what `RunnableScenarios` and `StoryReader` throw. */
  async play(caller: Caller, key: string, request: SimulateDto): Promise<SimulationView> {
    const compiled = await this.scenarios.compiled(caller, key, request.version ?? 'draft');
    const told = this.stories.read(request, caller, compiled);
    const settings = await this.settings(caller);
    const story = { ...told, store: storeFacts(settings), restraint: settings };
    return simulationView(await played(simulate(compiled, story)));
  }

  private settings(caller: Caller): Promise<StoreSettings> {
    const { storeId } = caller;
    return this.database.read(
      caller,
      async (sql) => (await this.stores.settingsOf(sql, [storeId])).get(storeId) ?? defaultSettings(''),
    );
  }
}

/** Whoever else calls has a turn after each piece: a hundred events and fifty exits take seconds. */
async function played(play: Play): Promise<Simulated> {
  for (let piece = play.next(); ; piece = play.next()) {
    if (piece.done) return piece.value;
    await setImmediate();
  }
}
