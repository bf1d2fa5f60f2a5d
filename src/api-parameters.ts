/** Parts of paths and queries that a handler takes by name alone, by tag: what they mean, for the API's description. */
export const API_PARAMETERS = {
  'events.contact': { description: 'Only those of this person: e-mail address or id.' },
  'events.type': { description: 'Only those of this type, such as `cart.updated`.' },
  'events.id': { description: 'The id that the store gave the event, or ours.', example: 'cart-81-v3' },
  'messages.contact': { description: 'Only those to this person: e-mail address or id.' },
  'messages.scenario': { description: 'Only those of this scenario: its key.' },
  'messages.step': { description: 'Only those of the step of this id.' },
  'messages.state': {
    description: 'Only those in this state.',
    schema: {
      type: 'string',
      enum: [
        ...['planned', 'claimed', 'sending', 'retry', 'unknown'],
        ...['accepted', 'skipped', 'cancelled', 'rejected', 'failed', 'unresolved'],
      ],
    },
  },
  'messages.delivery': {
    description: 'Only those that were accepted and, as the provider reports, did not arrive or were complained of.',
    schema: { type: 'string', enum: ['blocked', 'bounced', 'dropped', 'complained'] },
  },
  'messages.id': { description: 'Id of the message.', schema: { type: 'string', format: 'uuid' } },
  'scenarios.key': {
    description: 'Key of the scenario; a preset has the key of its scenario.',
    example: 'abandoned-cart',
  },
  'scenarios.state': {
    description: 'Only runs in this state; `running` is `waiting` and `sending`.',
    schema: { type: 'string', enum: ['running', 'waiting', 'sending', 'ended'] },
  },
  'scenarios.id': { description: 'Id of the run.', schema: { type: 'string', format: 'uuid' } },
  'templates.key': {
    description: 'Key of the template, `folder/name`; its slash as %2F.',
    example: 'abandoned-cart/reminder',
  },
  'templates.folder': { description: 'What is before the slash of the template’s key.', example: 'abandoned-cart' },
  'templates.name': { description: 'What is behind it.', example: 'reminder' },
  'templates.version': { description: 'Number of the version.', schema: { type: 'integer', minimum: 1 } },
  'contacts.ref': { description: 'E-mail address or id of the person.', example: 'anna@example.com' },
  'contacts.email': { description: 'The address.', example: 'anna@example.com' },
  'contacts.format': { description: '`json` (default): a page of the list; `csv`: the whole of it.' },
  'contacts.map': { description: 'Which field a column of the file holds, `Column:field`; none leaves it out.' },
  'people.contact': { description: 'E-mail address or id of the person.', example: 'anna@example.com' },
  'statistics.key': { description: 'Key of the scenario.', example: 'abandoned-cart' },
  'store.id': { description: 'Public part of the key: the ten characters after its prefix.' },
  'connectors.id': { description: 'Id of the connector.', schema: { type: 'string', format: 'uuid' } },
} as const;
