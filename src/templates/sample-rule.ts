import { jsonRule } from '../platform/http/json-rule.js';

/** A template's sample: an event, a contact, both or neither, and nothing else. */
export function IsSample(): PropertyDecorator {
  return jsonRule({
    name: 'sample',
    message: 'must be { "event": {…}, "contact": {…} }, with no other field',
    holds: isSample,
  });
}

function isSample(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.entries(value).every(([name, part]) => (name === 'event' || name === 'contact') && isObject(part));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
