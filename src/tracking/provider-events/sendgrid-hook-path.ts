/** The hook in the API's description: a plain Fastify route has none of its own. */
export const SENDGRID_PATHS = {
  '/hooks/sendgrid/{connector}': {
    post: {
      operationId: 'sendGridHook',
      tags: ['hooks'],
      summary: 'Takes SendGrid’s signed event webhook. For SendGrid alone: nobody else has the key that signs.',
      parameters: [
        {
          name: 'connector',
          in: 'path',
          required: true,
          description: 'Id of a connector of kind `sendgrid`; its `path` is this one.',
          schema: { type: 'string', format: 'uuid' },
        },
        {
          name: 'X-Twilio-Email-Event-Webhook-Signature',
          in: 'header',
          required: true,
          description: 'ECDSA signature of the timestamp and the body’s bytes, base64.',
          schema: { type: 'string' },
        },
        {
          name: 'X-Twilio-Email-Event-Webhook-Timestamp',
          in: 'header',
          required: true,
          description: 'Seconds since 1970; what is older than WEBHOOK_WINDOW_S is refused.',
          schema: { type: 'string' },
        },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'array',
              description: 'Events as SendGrid writes them, up to 4 MiB.',
              items: { type: 'object', additionalProperties: true, description: 'An event of SendGrid.' },
            },
          },
        },
      },
      responses: {
        200: {
          description: 'the reports are durable',
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['received', 'duplicates'],
                properties: {
                  received: { type: 'integer', description: 'Events of the request.' },
                  duplicates: { type: 'integer', description: 'Of them those that were known: they change nothing.' },
                },
              },
            },
          },
        },
      },
    },
  },
} as const;
