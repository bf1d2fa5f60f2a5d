import type { Problem } from './problem.js';

const TRIGGERS: readonly string[] = ['date', 'inactivity', 'schedule', 'catalog'];
const STEPS: readonly string[] = ['task', 'webhook', 'set', 'enter'];
/** Fields in which steps hold others, as lists of steps or of ways that have one. */
const WAYS: readonly string[] = ['cases', 'variants', 'else', 'steps', 'received', 'timedOut'];

/** Parts of a document that belong to the language and do not run yet: told by name, not as slips of the pen. */
export function unsupportedParts(input: unknown): readonly Problem[] {
  if (!isRecord(input)) return [];
  const trigger = isRecord(input['trigger']) ? input['trigger']['type'] : undefined;
  const isUnsupported = typeof trigger === 'string' && TRIGGERS.includes(trigger);
  return [
    ...(isUnsupported ? [notYet('/trigger', `triggers of type "${trigger}" are`)] : []),
    ...inSteps(input['steps'], '/steps'),
  ];
}

function inSteps(steps: unknown, pointer: string): readonly Problem[] {
  if (!Array.isArray(steps)) return [];
  return (steps as readonly unknown[]).flatMap((step, index) =>
    isRecord(step) ? inStep(step, `${pointer}/${index}`) : [],
  );
}

function inStep(step: Readonly<Record<string, unknown>>, pointer: string): readonly Problem[] {
  // A way of a step has no type of its own.
  const type = typeof step['type'] === 'string' ? step['type'] : '';
  if (STEPS.includes(type)) return [notYet(pointer, `steps of type "${type}" are`)];
  return [
    ...(type === 'email' && 'coupon' in step ? [notYet(`${pointer}/coupon`, '"coupon" of email steps is')] : []),
    ...WAYS.flatMap((field) => inSteps(step[field], `${pointer}/${field}`)),
    ...(isRecord(step['event']) ? inStep(step['event'], `${pointer}/event`) : []),
  ];
}

function notYet(pointer: string, what: string): Problem {
  return { pointer, code: 'not_supported_yet', detail: `${what} not supported yet` };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
