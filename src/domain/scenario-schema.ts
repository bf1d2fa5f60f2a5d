import { z } from 'zod';
import { coolDown, span, wait } from './duration-fields.js';
import { EVENT_TYPE, LONGEST_EVENT_TYPE } from './event-types.js';
import type { Problem } from './problem.js';
import { nameFields, scenarioProblems } from './scenario-problems.js';
import { KEBAB_CASE, TEMPLATE_REFERENCE } from './template-ref.js';
import { unsupportedParts } from './unsupported.js';

const DAY = 'P1D';

const kebab = z
  .string()
  .max(100)
  .regex(KEBAB_CASE, 'must be kebab-case: lower-case words joined by single hyphens')
  .describe('Lower-case words joined by single hyphens.');
const reasonWord = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(?:[-_][a-z0-9]+)*$/, 'must be lower-case words joined by _ or -')
  .describe('Shown wherever the end is shown.');
const expression = z.string().trim().min(1).max(2_000).describe('A CEL expression.');
const eventType = z
  .string()
  .max(LONGEST_EVENT_TYPE)
  .regex(EVENT_TYPE, 'must be an event type such as cart.updated')
  .describe('An event type such as cart.updated.');

const trigger = z.strictObject({
  type: z.literal('event').describe('The only kind of trigger.'),
  event: eventType,
  when: expression.optional().describe('Only events for which this is true; every event by default.'),
  subject: expression.optional().describe('The key of the thing followed up, such as event.cartId.'),
  maxAge: span.default(DAY).describe('Older events start nothing; P1D by default.'),
});

const common = { id: kebab.describe('Unique in the scenario.'), when: expression.optional() };
const waitStep = z.strictObject({
  ...common,
  type: z.literal('wait').describe('Lets time pass.'),
  for: wait,
  from: z.enum(['previous', 'entry']).default('previous').describe('What the wait counts from.'),
});
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as 09:00', abort: true });
const sendWindow = z
  .strictObject({
    days: z
      .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
      .min(1)
      .max(7)
      .optional()
      .describe('Every day by default.'),
    from: timeOfDay.default('00:00').describe('HH:MM.'),
    to: z
      .union([z.literal('24:00'), timeOfDay])
      .default('24:00')
      .describe('HH:MM, later than from.'),
  })
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    message: 'must be later than from',
    params: { code: 'out_of_range' },
  });
const emailStep = z.strictObject({
  ...common,
  type: z.literal('email').describe('Sends a letter.'),
  template: z
    .string()
    .regex(TEMPLATE_REFERENCE, 'must be folder/name or folder/name@3')
    .describe('folder/name, or folder/name@3 to pin a version.'),
  reason: z.string().trim().min(1).max(200).optional().describe('Why we write this time; required for marketing.'),
  late: z
    .strictObject({
      after: span.optional(),
      then: z.enum(['send', 'skip', 'exit']).optional().describe('Send it late, leave it out, or end the run.'),
    })
    .optional()
    .describe('What becomes of a letter that could not go in time.'),
  delivery: z
    .enum(['at-most-once', 'at-least-once'])
    .optional()
    .describe('Whether a letter that may have gone out is sent again.'),
  window: sendWindow
    .optional()
    .describe('Local time of the person, else of the store, in which the letter may go; it waits for it.'),
});
const exitStep = z.strictObject({ ...common, type: z.literal('exit').describe('Ends the run.'), reason: reasonWord });

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
    trigger: trigger.describe('Which event people enter by.'),
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
    steps: z
      .array(z.discriminatedUnion('type', [waitStep, emailStep, exitStep]))
      .min(1)
      .max(500)
      .describe('What happens, from the first to the last.'),
  })
  .meta({ title: 'Touchmap scenario', description: 'When this happens, follow up like this, until that.' });

type Document = DeepReadonly<z.output<typeof schema>>;
type StepDocument = Document['steps'][number];

export type MessageClass = Document['messageClass'];
export type WaitStep = Extract<StepDocument, { type: 'wait' }>;
export type ExitStep = Extract<StepDocument, { type: 'exit' }>;
export type EmailStep = Omit<Extract<StepDocument, { type: 'email' }>, 'late' | 'delivery'> & {
  readonly late: { readonly after: string; readonly then: 'send' | 'skip' | 'exit' };
  readonly delivery: 'at-most-once' | 'at-least-once';
};
export type Step = WaitStep | EmailStep | ExitStep;

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

/** What one field alone cannot know. */
function contradictions({ messageClass, holdout, steps, goals }: Document): readonly Problem[] {
  const problems: Problem[] = [
    ...repeated(steps, ({ id }) => id, 'steps', 'id'),
    ...repeated(goals, ({ key }) => key, 'goals', 'key'),
  ];
  if (messageClass === 'service' && holdout > 0)
    problems.push({
      pointer: '/holdout',
      code: 'holdout_not_allowed',
      detail: 'service messages are owed to everybody; nobody is held out of them',
    });
  for (const [index, step] of steps.entries())
    if (step.type === 'email' && messageClass === 'marketing' && step.reason === undefined)
      problems.push({
        pointer: `/steps/${index}/reason`,
        code: 'required',
        detail: 'a marketing e-mail says why we write this time',
      });
  return problems;
}

function repeated<T>(items: readonly T[], keyOf: (item: T) => string, list: string, field: string): Problem[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const key = keyOf(item);
    if (!seen.has(key)) return (seen.add(key), []);
    return [{ pointer: `/${list}/${index}/${field}`, code: 'duplicate', detail: `"${key}" is used before in ${list}` }];
  });
}

function withDefaults({ $schema: _editor, steps, ...document }: Document): Scenario {
  const isService = document.messageClass === 'service';
  return {
    ...document,
    steps: steps.map((step): Step => {
      if (step.type !== 'email') return step;
      const late = { after: step.late?.after ?? DAY, then: step.late?.then ?? (isService ? 'send' : 'skip') };
      return { ...step, late, delivery: step.delivery ?? (isService ? 'at-least-once' : 'at-most-once') };
    }),
  };
}

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
