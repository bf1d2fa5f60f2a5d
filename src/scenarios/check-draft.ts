import { compileScenario } from '../domain/compile-scenario.js';
import type { CompiledScenario } from '../domain/compiled-scenario.js';
import type { Problem } from '../domain/problem.js';
import { parseScenario } from '../domain/scenario-schema.js';
import { KEBAB_CASE } from '../domain/template-ref.js';
import { Unprocessable } from '../platform/http/domain-error.js';
import type { ScenarioDraft } from './scenario.entity.js';

const LONGEST_KEY = 100;
const LONGEST_NAME = 200;

/**
 * Reads a document as a draft: it needs a key and a name, everything else may still be unfinished. 422 `draft_invalid`.
 * @param key the key that it must have; undefined for a new scenario
 */
export function draftOf(document: unknown, key?: string): ScenarioDraft {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw refused([{ pointer: '', code: 'invalid_type', detail: 'a scenario is a JSON object' }]);
  const draft: Record<string, unknown> = { key, ...document };
  const problems: Problem[] = [];
  if (key !== undefined && draft.key !== key)
    problems.push({
      pointer: '/key',
      code: 'key_changed',
      detail: `a scenario's key never changes; this one is "${key}"`,
    });
  else if (typeof draft.key !== 'string' || !KEBAB_CASE.test(draft.key) || draft.key.length > LONGEST_KEY)
    problems.push({
      pointer: '/key',
      code: 'invalid_key',
      detail: `key is kebab-case, at most ${LONGEST_KEY} characters`,
    });
  if (typeof draft.name !== 'string' || draft.name.trim() === '' || draft.name.length > LONGEST_NAME)
    problems.push({
      pointer: '/name',
      code: 'invalid_name',
      detail: `name is a text of 1 to ${LONGEST_NAME} characters`,
    });
  if (problems.length > 0) throw refused(problems);
  return draft as ScenarioDraft;
}

/** A document that can run. */
export interface SoundDocument {
  readonly ok: true;
  readonly compiled: CompiledScenario;
  readonly warnings: readonly Problem[];
}

/** Checks all that a document tells by itself: its shape, its expressions. */
export function checkDocument(
  document: unknown,
): SoundDocument | { readonly ok: false; readonly problems: readonly Problem[] } {
  const parsed = parseScenario(document);
  return parsed.ok ? compileScenario(parsed.scenario) : parsed;
}

function refused(problems: readonly Problem[]): Unprocessable {
  return new Unprocessable('draft_invalid', `this is no draft of a scenario: ${problems[0]!.detail}`, problems);
}
