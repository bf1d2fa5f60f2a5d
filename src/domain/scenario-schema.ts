import { z } from 'zod';
import { assertNever } from './assert-never.js';
import type { DeepReadonly } from './deep-readonly.js';
import { eventType, expression, kebab, reasonWord } from './document-words.js';
import { coolDown, span } from './duration-fields.js';
import type { Problem } from './problem.js';
import { nameFields, pointerOf, scenarioProblems } from './scenario-problems.js';
import { everyStep, withStepDefaults, type Path, type PlacedStep, type Step } from './scenario-steps.js';
import { step } from './step-schema.js';
import { unsupportedParts } from './unsupported.js';

const DAY = 'P1D';

const eventTrigger = z.strictObject({
  type: z.literal('event').describe('People enter by an event.'),
  event: eventType,
  when: expression.optional().describe('Only events for which this is true; every event by default.'),
  subject: expression.optional().describe('The key of the thing followed up, such as event.cartId.'),
  maxAge: span.default(DAY).describe('Older events start nothing; P1D by default.'),
});
const manualTrigger = z.strictObject({
  type: z.literal('manual').describe('People enter by POST /v1/scenarios/{key}/enrollments.'),
});

const exit = z.strictObject({
  event: eventType,
  when: expression.optional().describe('Sees event (the arriving one) and run.event (the one that started the run).'),
  reason: reasonWord,
  subject: expression.optional().describe('Ends the runs of this subject, whoever the buyer is.'),
});
const goal = z.strictObject({
  key: kebab,
  event: eventType,
  within: span.describe('How long after a message the event still counts.'),
  value: expression.optional().describe('Money that the event is worth, such as event.total.'),
});

const group = z
  .strictObject({
    key: kebab.describe('Scenarios with the same key are chosen and declined together.'),
    label: z
      .record(
        z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or pt-BR'),
        z.string().trim().min(1).max(100),
      )
      .refine((label) => Object.keys(label).length > 0, { message: 'says it in at least one language' })
      .describe('How the preference page calls it, by language.'),
  })
  .describe('What people choose or decline it by on the preference page; by default the scenario itself.');

const schema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors; not kept.'),
    key: kebab.describe('Unique in the store; never changes.'),
    name: z.string().trim().min(1).max(200).describe('What people call it.'),
    messageClass: z
      .enum(['marketing', 'care', 'service'])
      .describe('Which rules the letters follow: marketing and care need consent, service is owed to everybody.'),
    group: group.optional(),
    trigger: z.discriminatedUnion('type', [eventTrigger, manualTrigger]).describe('What people enter by.'),
    reentry: z
      .strictObject({
        whileRunning: z
          .enum(['ignore', 'restart', 'parallel'])
          .default('ignore')
          .describe('What another such event of the same person and subject does meanwhile.'),
        afterExit: coolDown.default('always').describe('Cool-down from the end of the last run.'),
        limit: z.int().min(1).max(1_000_000).optional().describe('Most runs a contact may ever have.'),
      })
      .prefault({})
      .describe('Whether somebody who was in it may enter again.'),
    exits: z.array(exit).max(50).default([]).describe('Events that end a run at once, wherever it stands.'),
    goals: z.array(goal).max(20).default([]).describe('Events that count as brought by a letter.'),
    holdout: z
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe('Percent of entrants who get no messages, drawn once a person; …/lift compares them with the others.'),
    steps: z.array(step).min(1).max(500).describe('What happens, from the first to the last.'),
  })
  .meta({ title: 'Touchmap scenario', description: 'When this happens, follow up like this, until that.' });

type Document = DeepReadonly<z.output<typeof schema>>;

/** What people enter a scenario by. */
export type Trigger = Document['trigger'];

export type MessageClass = Document['messageClass'];

/** A scenario document with its defaults filled in and durations in ISO. */
export type Scenario = Omit<Document, 'steps' | '$schema'> & { readonly steps: readonly Step[] };

/** Reads a scenario document: the scenario with defaults filled in, or every problem found. Takes what it gave. */
export function parseScenario(
  input: unknown,
): { readonly ok: true; readonly scenario: Scenario } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const unsupported = unsupportedParts(input);
  const result = schema.safeParse(input, { reportInput: true, error: nameFields });
  const problems = scenarioProblems(unsupported, result.success ? [] : result.error.issues);
  if (!result.success || problems.length > 0) return { ok: false, problems };
  const wrong = contradictions(result.data);
  return wrong.length > 0 ? { ok: false, problems: wrong } : { ok: true, scenario: withDefaults(result.data) };
}

/** JSON Schema of the scenario document: of 2020-12 for editors, or in the words that OpenAPI 3.0 has. */
export function scenarioJsonSchema(
  target: 'draft-2020-12' | 'openapi-3.0' = 'draft-2020-12',
): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target });
}

/** Where the schema of a step is in the API's description, which has places of its own for what is named. */
const STEP_COMPONENT = '#/components/schemas/ScenarioStep';

/** The document's and its steps' schemas in the words of OpenAPI 3.0. */
export function scenarioComponents(): Readonly<Record<'Scenario' | 'ScenarioStep', Readonly<Record<string, unknown>>>> {
  const text = JSON.stringify(scenarioJsonSchema('openapi-3.0')).replaceAll(
    '#/definitions/ScenarioStep',
    STEP_COMPONENT,
  );
  const { definitions, ...Scenario } = JSON.parse(text) as Components;
  return { Scenario, ScenarioStep: definitions.ScenarioStep };
}

interface Components {
  readonly [field: string]: unknown;
  readonly definitions: { readonly ScenarioStep: Readonly<Record<string, unknown>> };
}

/** More than that nobody can read, and each level costs the reader of the document some of its own. */
const DEEPEST = 5;
const MOST_STEPS = 500;

/** What one field alone cannot know. */
function contradictions({ messageClass, holdout, steps, goals }: Document): readonly Problem[] {
  const placed = everyStep(steps);
  const problems: Problem[] = [
    ...repeated(placed.map(({ step: { id }, path }) => ({ key: id, path: [...path, 'id'], list: 'steps' }))),
    ...repeated(goals.map(({ key }, index) => ({ key, path: ['goals', index, 'key'], list: 'goals' }))),
    ...placed.flatMap((one) => ofStep(one, messageClass)),
  ];
  if (messageClass === 'service' && holdout > 0)
    problems.push({
      pointer: '/holdout',
      code: 'holdout_not_allowed',
      detail: 'service messages are owed to everybody; nobody is held out of them',
    });
  if (placed.length > MOST_STEPS)
    problems.push({ pointer: '/steps', code: 'out_of_range', detail: `must have at most ${MOST_STEPS} steps in all` });
  return problems;
}

function ofStep({ step: one, path, within }: PlacedStep, messageClass: MessageClass): readonly Problem[] {
  if (within.length === DEEPEST)
    return [
      {
        pointer: pointerOf(path),
        code: 'too_deep',
        detail: `steps may stand at most ${DEEPEST - 1} deep in other steps`,
      },
    ];
  switch (one.type) {
    case 'email':
      if (messageClass !== 'marketing' || one.reason !== undefined) return [];
      return [
        {
          pointer: pointerOf([...path, 'reason']),
          code: 'required',
          detail: 'a marketing e-mail says why we write this time',
        },
      ];
    case 'split': {
      const keys = one.variants.map(({ key }, index) => ({
        key,
        path: [...path, 'variants', index, 'key'],
        list: 'variants',
      }));
      if (one.variants.some(({ weight }) => weight > 0)) return repeated(keys);
      const detail = 'at least one variant must have a weight above 0';
      return [...repeated(keys), { pointer: pointerOf([...path, 'variants']), code: 'out_of_range', detail }];
    }
    case 'repeat': {
      if (!within.some(({ type }) => type === 'repeat')) return [];
      const detail = 'a repeat may not stand within another one: turns are counted by one number';
      return [{ pointer: pointerOf(path), code: 'nested_repeat', detail }];
    }
    case 'wait':
    case 'branch':
    case 'exit':
      return [];
    default:
      return assertNever(one);
  }
}

function repeated(
  named: readonly { readonly key: string; readonly path: Path; readonly list: string }[],
): readonly Problem[] {
  const seen = new Set<string>();
  return named.flatMap(({ key, path, list }) => {
    if (!seen.has(key)) return (seen.add(key), []);
    return [{ pointer: pointerOf(path), code: 'duplicate', detail: `"${key}" is used before in ${list}` }];
  });
}

function withDefaults({ $schema: _editor, steps, ...document }: Document): Scenario {
  const isService = document.messageClass === 'service';
  return { ...document, steps: steps.map((one) => withStepDefaults(one, isService)) };
}
