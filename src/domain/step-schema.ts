import { z } from 'zod';
import { eventType, expression, kebab, reasonWord } from './document-words.js';
import { interval, offset, span, wait } from './duration-fields.js';
import { TEMPLATE_REFERENCE } from './template-ref.js';
import { isZone } from './zone.js';

const common = { id: kebab.describe('Unique in the scenario.'), when: expression.optional() };
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a time such as 09:00', abort: true });
const weekdays = z
  .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
  .min(1)
  .max(7)
  .describe('Every day by default.');

const until = z.strictObject({
  time: timeOfDay.describe('HH:MM.'),
  days: weekdays.optional(),
  zone: z
    .string()
    .refine((name) => name === 'contact' || name === 'store' || isZone(name), {
      message: 'must be contact, store or a zone such as Europe/Moscow',
    })
    .optional()
    .describe('Whose clock: contact (default; the store’s where theirs is not known), store, or an IANA zone.'),
});
const date = z.strictObject({
  at: expression.describe('A CEL expression that gives an instant, or a day: then its beginning where the person is.'),
  offset: offset.optional().describe('How long before (-P3D) or after (P1D) it.'),
  ifPast: z
    .enum(['continue', 'skip-next', 'exit'])
    .default('continue')
    .describe('What a moment that is over, or not known, means: go on, leave the next step out, or end the run.'),
});
const event = z.strictObject({
  event: eventType,
  when: expression.optional().describe('Sees event (the arriving one) and run.event (the one that started the run).'),
  timeout: span.describe('How long it is waited for.'),
  get received(): z.ZodOptional<NestedSteps> {
    return nested.optional().describe('What is done when it comes; nothing by default.');
  },
  get timedOut(): z.ZodOptional<NestedSteps> {
    return nested.optional().describe('What is done when it has not come; nothing by default.');
  },
});
const WAITS = ['for', 'until', 'date', 'event'] as const;
const waitStep = z
  .strictObject({
    ...common,
    type: z.literal('wait').describe('Lets time pass; has exactly one of for, until, date, event.'),
    for: wait.optional(),
    from: z.enum(['previous', 'entry']).optional().describe('What `for` counts from; previous by default.'),
    until: until.optional().describe('The next time that the clock shows this.'),
    date: date.optional().describe('A moment that the event or the person names.'),
    event: event.optional().describe('Another event of the person.'),
  })
  .superRefine(exactlyOne(WAITS, 'a wait', 'how long to wait (or until, date, event)'))
  .refine(({ from, ...rest }) => from === undefined || rest.for !== undefined || WAITS.every((kind) => !rest[kind]), {
    path: ['from'],
    message: 'says what "for" counts from, and this wait has none',
    params: { code: 'contradiction' },
  });
const sendWindow = z
  .strictObject({
    days: weekdays.optional(),
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

// Steps that hold steps: TypeScript infers no type that leads back to itself, so these are written out.
type Leaf =
  | (Omit<z.output<typeof waitStep>, 'event'> & { event?: AwaitedEvent | undefined })
  | z.output<typeof emailStep>
  | z.output<typeof exitStep>;
interface Common {
  id: string;
  when?: string | undefined;
}
/** What waiting for an event gives: written out for the same reason. */
interface AwaitedEvent {
  event: string;
  when?: string | undefined;
  timeout: string;
  received?: StepOutput[] | undefined;
  timedOut?: StepOutput[] | undefined;
}
interface Branch extends Common {
  type: 'branch';
  cases: { when: string; steps: StepOutput[] }[];
  else?: StepOutput[] | undefined;
}
interface Split extends Common {
  type: 'split';
  variants: { key: string; weight: number; steps?: StepOutput[] | undefined }[];
}
interface Repeat extends Common {
  type: 'repeat';
  every: string;
  times?: number | undefined;
  until?: string | undefined;
  forever?: true | undefined;
  steps: StepOutput[];
}
/** What reading a step gives. */
export type StepOutput = Leaf | Branch | Split | Repeat;
type NestedSteps = z.ZodType<StepOutput[]>;

const branchStep = z.strictObject({
  ...common,
  type: z.literal('branch').describe('Takes the first case that is true.'),
  cases: z
    .array(
      z.strictObject({
        when: expression,
        get steps(): NestedSteps {
          return nested.describe('What is done then; perhaps nothing.');
        },
      }),
    )
    .min(1)
    .max(20)
    .describe('Asked in this order.'),
  get else(): z.ZodOptional<NestedSteps> {
    return nested.optional().describe('Where no case is true; nothing by default.');
  },
});
const splitStep = z.strictObject({
  ...common,
  type: z.literal('split').describe('Draws one of several ways for each person, always the same for the same person.'),
  variants: z
    .array(
      z.strictObject({
        key: kebab.describe('What figures are divided by.'),
        weight: z.int().min(0).max(10_000).default(1).describe('Its share beside the others’ weights.'),
        get steps(): z.ZodOptional<NestedSteps> {
          return nested.optional().describe('Nothing by default: a control.');
        },
      }),
    )
    .min(2)
    .max(20)
    .describe('The ways, each with its share of the people.'),
});
const REPEATS = ['times', 'until', 'forever'] as const;
const repeatStep = z
  .strictObject({
    ...common,
    type: z.literal('repeat').describe('Does its steps again and again; has exactly one of times, until, forever.'),
    every: interval.describe('From the beginning of one turn to that of the next.'),
    times: z.int().min(1).max(1_000).optional().describe('How many turns.'),
    until: wait.optional().describe('No turn begins later than so long after the run’s entry.'),
    forever: z.literal(true).optional().describe('Until something ends the run.'),
    get steps(): NestedSteps {
      return some.describe('What is done in each turn.');
    },
  })
  .superRefine(exactlyOne(REPEATS, 'a repeat', 'how many turns (or until, or forever)'));

/** A step of a scenario, as documents have it. */
export const step = z
  .discriminatedUnion('type', [waitStep, emailStep, branchStep, splitStep, repeatStep, exitStep])
  .meta({ id: 'ScenarioStep', description: 'A step of a scenario.' });
const nested: NestedSteps = z.array(step).max(500);
const some: NestedSteps = z.array(step).min(1).max(500);

/** Checks that an object has one of these fields, the first where it has none: then it is told what is missing. */
function exactlyOne<Kind extends string>(kinds: readonly [Kind, ...Kind[]], what: string, missing: string) {
  return (given: Readonly<Partial<Record<Kind, unknown>>>, context: z.RefinementCtx): void => {
    const [first, ...others] = kinds.filter((kind) => given[kind] !== undefined);
    const wrong = (kind: Kind, code: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [kind], message, params: { code } });
    if (first === undefined) wrong(kinds[0], 'required', `is required: ${missing}`);
    for (const other of others) wrong(other, 'contradiction', `${what} has one of ${kinds.join(', ')}`);
  };
}
