import { scenarioComponents } from '../domain/scenario-schema.js';

/** Documents of this module that are no classes, as components of the API's description. */
export const SCENARIO_SCHEMAS = {
  ...scenarioComponents(),
  ScenarioDraft: {
    type: 'object',
    description: 'A scenario as it is being edited: it has a key and a name, everything else may still be unfinished.',
    required: ['key', 'name'],
    properties: {
      key: { type: 'string', maxLength: 100, description: 'Kebab-case, unique in the store; never changes.' },
      name: { type: 'string', minLength: 1, maxLength: 200, description: 'What people call it.' },
    },
    additionalProperties: true,
  },
} as const;

/** Where the scenario's schema is in the description. */
export const SCENARIO_REF = { $ref: '#/components/schemas/Scenario' } as const;
/** Where the draft's is. */
export const DRAFT_REF = { $ref: '#/components/schemas/ScenarioDraft' } as const;
