import { z } from 'zod';
import type { Problem } from './problem.js';
import { unknownField } from './unknown-field.js';

type Issue = z.core.$ZodIssue;

/** What zod is to say of fields that an object does not have: which ones it has. Everything else it says as always. */
export const nameFields: z.core.$ZodErrorMap = ({ code, inst }) =>
  code === 'unrecognized_keys' && inst instanceof z.ZodObject ? Object.keys(inst.shape).join(', ') : undefined;

/** zod's issues (asked for with `nameFields`) in the words of problem+json; what stands inside an unsupported part is not told twice. */
export function scenarioProblems(unsupported: readonly Problem[], issues: readonly Issue[]): readonly Problem[] {
  const problems = issues.flatMap((issue) => problemsOf(issue));
  const known = (pointer: string): boolean =>
    unsupported.some((part) => pointer === part.pointer || pointer.startsWith(`${part.pointer}/`));
  return [...unsupported, ...problems.filter(({ pointer }) => !known(pointer))];
}

/** RFC 6901. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function problemsOf(issue: Issue): readonly Problem[] {
  const pointer = pointerOf(issue.path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        pointer: pointerOf([...issue.path, key]),
        code: 'unknown_field',
        detail: unknownField(key, issue.message.split(', ')),
      }));
    case 'invalid_type':
      if (issue.input === undefined) return [{ pointer, code: 'required', detail: 'is required' }];
      return [{ pointer, code: 'wrong_type', detail: `must be of type ${issue.expected}` }];
    case 'too_big':
    case 'too_small':
      return [{ pointer, code: 'out_of_range', detail: limitOf(issue) }];
    case 'invalid_value':
      if (issue.input === undefined) return [{ pointer, code: 'required', detail: 'is required' }];
      return [{ pointer, code: 'unknown_value', detail: `must be one of ${issue.values.map(String).join(', ')}` }];
    case 'invalid_union':
      return fromUnion(issue, pointer);
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ pointer, code: 'invalid_value', detail: message }));
    case 'custom': {
      const code: unknown = issue.params?.['code'];
      return [{ pointer, code: typeof code === 'string' ? code : 'invalid_value', detail: issue.message }];
    }
    default:
      return [{ pointer, code: 'invalid_value', detail: plain(issue.message) }];
  }
}

/** A step or a trigger of unknown type, or the last branch of a plain union: the one that explains most. */
function fromUnion(issue: Extract<Issue, { code: 'invalid_union' }>, pointer: string): readonly Problem[] {
  const last = issue.errors.at(-1);
  if (last !== undefined && last.length > 0)
    return last.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] }));
  const types = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  return [{ pointer, code: 'unknown_value', detail: `must be ${types.slice(0, -1).join(', ')} or ${types.at(-1)}` }];
}

/** Limits here take the value itself in, so "at least" and "at most" are all that is needed. */
function limitOf(issue: Extract<Issue, { code: 'too_big' | 'too_small' }>): string {
  const [bound, limit] =
    issue.code === 'too_big' ? ['at most', Number(issue.maximum)] : ['at least', Number(issue.minimum)];
  const things = issue.origin === 'array' ? 'item' : issue.origin === 'string' ? 'character' : null;
  return things === null
    ? `must be ${bound} ${limit}`
    : `must have ${bound} ${limit} ${things}${limit === 1 ? '' : 's'}`;
}

function plain(message: string): string {
  return message.replace(/^Invalid input: /, '');
}
