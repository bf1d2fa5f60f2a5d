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
