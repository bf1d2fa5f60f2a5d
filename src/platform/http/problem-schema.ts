import { MOST_PROBLEMS } from './domain-error.js';

/** RFC 9457 as every route answers it, for the API's description. */
export const PROBLEM = {
  type: 'object',
  description: 'Why a request was not done: problem details of RFC 9457.',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: {
      type: 'string',
      format: 'uri',
      description: 'The code as a URN.',
      example: 'urn:touchmap:problem:invalid',
    },
    title: { type: 'string', description: 'The status in words.', example: 'Unprocessable Entity' },
    status: {
      type: 'integer',
      description:
        '400 malformed, 401 no key in force, 403 not allowed, 404 not found (also what belongs to another store), 405 not by this method, 409 conflict, 413 too large, 415 not of the type that the route reads (JSON, or CSV), 422 cannot mean anything, 429 and 503 try again after `Retry-After`.',
      example: 422,
    },
    code: { type: 'string', description: 'Stable snake_case word for programs.', example: 'invalid' },
    detail: {
      type: 'string',
      description: 'A sentence for people; it may change.',
      example: 'the request is not what this route takes',
    },
    moreErrors: {
      type: 'boolean',
      enum: [true],
      description: `There are more errors than the ${MOST_PROBLEMS} of \`errors\`; absent when there are none.`,
    },
    errors: {
      type: 'array',
      maxItems: MOST_PROBLEMS,
      description: 'What is wrong where; absent where it is about no place of the request.',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description:
              'JSON pointer into the request’s body, or into its query where the field is a parameter of it; empty for the whole.',
            example: '/contact/email',
          },
          code: {
            type: 'string',
            description: 'Stable snake_case word for programs, the same on every route.',
            example: 'email_address',
          },
          detail: { type: 'string', description: 'A sentence for people.', example: 'must be an e-mail address' },
        },
      },
    },
  },
} as const;
