import type { Problem } from './problem.js';

const TRIGGERS: readonly string[] = ['date', 'inactivity', 'schedule', 'catalog', 'manual'];
const STEPS: readonly string[] = ['branch', 'split', 'repeat', 'task', 'webhook', 'set', 'enter'];
const STEP_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['wait', ['until', 'date', 'event']],
  ['email', ['coupon']],
]);

/** Parts of a document that belong to the language and do not run yet: told by name, not as slips of the pen. */
export function unsupportedParts(input: unknown): readonly Problem[] {
  if (!isRecord(input)) return [];
  const found: Problem[] = [];
  const trigger = isRecord(input['trigger']) ? input['trigger']['type'] : undefined;
  if (typeof trigger === 'string' && TRIGGERS.includes(trigger))
    found.push(notYet('/trigger', `triggers of type "${trigger}" are`));
  const steps: unknown = input['steps'];
  if (!Array.isArray(steps)) return found;
  for (const [index, step] of (steps as readonly unknown[]).entries()) {
    if (!isRecord(step) || typeof step['type'] !== 'string') continue;
    const type = step['type'];
    const pointer = `/steps/${index}`;
    if (STEPS.includes(type)) found.push(notYet(pointer, `steps of type "${type}" are`));
    for (const field of STEP_FIELDS.get(type) ?? [])
      if (field in step)
        found.push(notYet(type === 'wait' ? pointer : `${pointer}/${field}`, `"${field}" of ${type} steps is`));
  }
  return found;
}

function notYet(pointer: string, what: string): Problem {
  return { pointer, code: 'not_supported_yet', detail: `${what} not supported yet` };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
