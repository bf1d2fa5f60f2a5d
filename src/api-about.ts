import { eventTypesTold } from './api-event-types.js';
import { API_EXAMPLES } from './api-examples.js';
import { API_PARAMETERS } from './api-parameters.js';
import type { ApiAbout } from './platform/http/openapi.js';
import { SCENARIO_SCHEMAS } from './scenarios/scenario-schemas.js';
import { SENDGRID_PATHS } from './tracking/provider-events/sendgrid-hook-path.js';
import { VERSION } from './version.js';

const DESCRIPTION = `Touchmap follows up with an online store's customers: events in, chains of delays and letters out, and what each
letter brought.

**Begin in the sandbox.** Send a test key (\`.data/first-run.json\` has one) as \`Authorization: Bearer tm_test_…\`: here by the button
*Authorize*. Then

1. \`POST /v1/sandbox/reset\` sets the sandbox's clock, which stands until you move it;
2. \`POST /v1/events\` with a \`cart.updated\` begins a chain: five scenarios are published there from the start;
3. \`POST /v1/sandbox/advance\` with \`{"by": "45 minutes"}\` lets the first letter go;
4. \`GET /v1/messages\` shows it, and why others did not go.

Nothing of it leaves the house. A live key (\`tm_live_…\`) does the same in earnest; people, messages, figures and what is published are
apart, while drafts and settings belong to the store.

**What holds everywhere.** JSON in camelCase; an unknown field is refused, and nothing is coerced. Instants are ISO 8601 in UTC. Ids that
the service gives are UUIDs. Lists take \`limit\` and \`cursor\` and answer \`items\` and \`nextCursor\`, which is null behind the last page. A
POST that creates something takes an \`Idempotency-Key\`: a repeat with the same key and body is answered what the first one was. Errors
are \`application/problem+json\` with a stable \`code\` and, where fields are wrong, \`errors\` with JSON pointers.`;

/** What the API's description tells a newcomer. */
export const API_ABOUT: ApiAbout = {
  version: VERSION,
  description: DESCRIPTION,
  tags: {
    events: `What happens in the store. Post it here; an event that was answered 202 is durable.\n\n${eventTypesTold()}`,
    sandbox: 'The sandbox’s clock: moves only when it is told to, through the same code as live. Needs a test key.',
    messages: 'Letters: one a step that a run reaches, with what became of it and why.',
    scenarios:
      'Chains of delays and letters, as documents: drafts, what would come of them, published versions, presets, and who is in them.',
    templates: 'The letters’ MJML, by locale: drafts, published versions, previews and tests.',
    contacts: 'People, their consent, and addresses that nobody writes to; also from CSV files.',
    people: 'What happened to a person, why a letter did or did not come, and all that is kept of somebody.',
    statistics: 'What letters brought, and what they add beside the people who get none.',
    store: 'The store’s settings and its API keys. Needs the scope `admin`.',
    connectors: 'Who may report what became of letters: SendGrid, or a reader of the bounce mailbox.',
    hooks: 'Where those reports are posted to.',
    health: 'For process managers and load balancers; needs no key.',
  },
  parameters: API_PARAMETERS,
  schemas: SCENARIO_SCHEMAS,
  examples: API_EXAMPLES,
  paths: SENDGRID_PATHS,
};
