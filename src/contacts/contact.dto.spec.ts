import type { Unprocessable } from '../platform/http/domain-error.js';
import { strictValidation } from '../platform/http/validation-pipe.js';
import { ContactDto } from './contact.dto.js';

describe('a contact’s consent', () => {
  it.each([false, true, 'yes'])('told as %j is refused with what it has to be', async (consent) => {
    const error: unknown = await strictValidation()
      .transform({ consent }, { type: 'body', metatype: ContactDto })
      .catch((refusal: unknown) => refusal);
    expect((error as Unprocessable).errors).toEqual([
      {
        pointer: '/consent',
        code: 'is_object',
        detail: 'consent must be an object: { "marketing": true or false, "source": "…" }',
      },
    ]);
  });
});

it('a contact’s attributes are kept as they were posted, whatever they are called', async () => {
  const attributes = { valueOf: 1, size: 'M', last: { toString: null, items: [{ hasOwnProperty: [true] }] } };
  const dto = await strictValidation().transform({ attributes }, { type: 'body', metatype: ContactDto });
  expect(JSON.stringify(dto)).toBe(JSON.stringify({ attributes }));
});
