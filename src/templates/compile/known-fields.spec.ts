import { aLetterSource, aStoreProfile, refusals } from '../letter.builder.js';
import { previewContext } from '../preview-context.js';
import { compileTemplate } from './compile-template.js';
import { unknownField } from './known-fields.js';

describe('a field that no letter can have', () => {
  it.each([
    ['is printed', '{{contact.firstname}}'],
    ['is asked for', '{{#if contact.phone}}x{{/if}}'],
    ['is meant inside a block', '{{#with contact}}{{firstname}}{{/with}}'],
    ['is the store’s', '{{store.adress}}'],
    ['is a page’s', '<a href="{{links.unsubscribed}}">x</a>'],
  ])('is refused before anybody gets the letter, where it %s', async (_, text) => {
    expect(await refusals(aLetterSource(text))).toEqual(['unknown_variable']);
  });

  it('is named beside those that letters have', async () => {
    const outcome = await compileTemplate(aLetterSource('\n{{contact.firstname}}'), 'en');
    expect(outcome).toMatchObject({
      problems: [
        {
          line: 2,
          detail:
            'contact.firstname is not a field of contact (known: id, email, externalId, firstName, lastName, locale, timezone, tags, attributes, createdAt)',
        },
      ],
    });
  });

  it('is none of a person’s attributes, of the event, or of what is in a list', async () => {
    const text =
      '{{contact.attributes.anything}} {{#each contact.tags}}{{this}}{{/each}} {{event.ours}} {{run.event.ours}}';
    expect(await refusals(aLetterSource(text))).toEqual([]);
  });

  it.each(['contact', 'run', 'store', 'links'] as const)('is none of those that letters see of %s', (owner) => {
    const letter = previewContext({}, aStoreProfile(), 'en', new Date(0));
    const refused = Object.keys(letter[owner]).filter((field) => unknownField(`${owner}.${field}`) !== null);
    expect(refused).toEqual([]);
  });
});
