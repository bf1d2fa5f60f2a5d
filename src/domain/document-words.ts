import { z } from 'zod';
import { EVENT_TYPE, LONGEST_EVENT_TYPE } from './event-types.js';
import { KEBAB_CASE } from './template-ref.js';

/** The kinds of text that scenario documents are made of. */
export const kebab = z
  .string()
  .max(100)
  .regex(KEBAB_CASE, 'must be kebab-case: lower-case words joined by single hyphens')
  .describe('Lower-case words joined by single hyphens.');
export const reasonWord = z
  .string()
  .max(60)
  .regex(/^[a-z0-9]+(?:[-_][a-z0-9]+)*$/, 'must be lower-case words joined by _ or -')
  .describe('Shown wherever the end is shown.');
export const expression = z.string().trim().min(1).max(2_000).describe('A CEL expression.');
export const eventType = z
  .string()
  .max(LONGEST_EVENT_TYPE)
  .regex(EVENT_TYPE, 'must be an event type such as cart.updated')
  .describe('An event type such as cart.updated.');
