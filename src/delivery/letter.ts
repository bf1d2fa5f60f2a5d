import type { CompiledScenario } from '../domain/compiled-scenario.js';
import type { EventFacts } from '../domain/run.js';
import type { StoreSettings } from '../stores/store-settings.js';
import type { RenderResult } from '../templates/render-request.js';
import type { ClaimedMessage } from './claimed-message.js';

/** A claimed letter with everything made ready that needs no lock. */
export interface Letter {
  readonly message: ClaimedMessage;
  readonly settings: StoreSettings;
  readonly compiled: CompiledScenario;
  /** What the run was like when the letter was rendered; has it moved since, the letter is rendered again. */
  readonly renderedFor: { readonly event: EventFacts };
  readonly template: { readonly version: number; readonly locale: string } | null;
  readonly rendered: RenderResult;
  readonly unsubscribeUrl: string;
}
