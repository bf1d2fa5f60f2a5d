import type { Problem } from './problem.js';

const TRIGGERS: readonly string[] = ['date', 'inactivity', 'schedule', 'catalog'];
const STEPS: readonly string[] = ['task', 'webhook', 'set', 'enter'];
/** Fields that are lists of steps, and fields that are lists of ways, which hold such lists and are no steps themselves. */
const STEP_LISTS: readonly string[] = ['else', 'steps', 'received', 'timedOut'];
const WAY_LISTS: readonly string[] = ['cases', 'variants'];

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

type Part = Readonly<Record<string, unknown>>;

function inSteps(steps: unknown, pointer: string): readonly Problem[] {
  return inList(steps, pointer, inStep);
}

function inStep(step: Part, pointer: string): readonly Problem[] {
  const { type } = step;
  if (typeof type === 'string' && STEPS.includes(type)) return [notYet(pointer, `steps of type "${type}" are`)];
  return [
    ...(type === 'email' && 'coupon' in step ? [notYet(`${pointer}/coupon`, '"coupon" of email steps is')] : []),
    ...inWay(step, pointer),
    ...(isRecord(step['event']) ? inWay(step['event'], `${pointer}/event`) : []),
  ];
}

function inWay(way: Part, pointer: string): readonly Problem[] {
  return [
    ...STEP_LISTS.flatMap((field) => inSteps(way[field], `${pointer}/${field}`)),
    ...WAY_LISTS.flatMap((field) => inList(way[field], `${pointer}/${field}`, inWay)),
  ];
}

function inList(
  list: unknown,
  pointer: string,
  inPart: (part: Part, pointer: string) => readonly Problem[],
): readonly Problem[] {
  if (!Array.isArray(list)) return [];
  return (list as readonly unknown[]).flatMap((part, index) =>
    isRecord(part) ? inPart(part, `${pointer}/${index}`) : [],
  );
}

function notYet(pointer: string, what: string): Problem {
  return { pointer, code: 'not_supported_yet', detail: `${what} not supported yet` };
}

function isRecord(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
