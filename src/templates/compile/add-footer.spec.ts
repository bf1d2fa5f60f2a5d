import { compiled } from '../letter.builder.js';

const aBody = (text: string, end = '</mj-body>'): string =>
  `<mjml><mj-head><mj-title>{{store.postalAddress}}</mj-title></mj-head><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section>${end}</mjml>`;
/** Which of the two things that every letter must show the standard footer was made for. */
const footerOf = async (source: string): Promise<readonly string[]> => {
  const { html } = await compiled(source);
  return ['links.unsubscribe', 'store.postalAddress'].filter((path) => html.includes(`{{@root.${path}}}`));
};

describe('the standard footer', () => {
  it.each([
    ['stands in a comment', aBody('Hi{{!-- <a href="{{links.unsubscribe}}">x</a> {{store.postalAddress}} --}}')],
    ['is asked for', aBody('Hi{{#if links.unsubscribe}}a{{else if store.postalAddress}}b{{/if}}')],
    ['is compared', aBody('Hi{{#if (eq links.unsubscribe store.postalAddress)}}a{{/if}}')],
    ['is part of a text', aBody('{{default event.a "links.unsubscribe, store.postalAddress"}}')],
    ['has a name that begins so', aBody('{{default event.a links.confirm}}{{store.postalAddress.length}}')],
    ['is nowhere, and the body ends with a line break in its tag', aBody('Hi', '</mj-body\n>')],
    ['is nowhere, and the body ends in capitals', aBody('Hi', '</MJ-BODY>')],
    ['is nowhere, and a comment behind the body ends it again', aBody('Hi', '</mj-body><!-- </mj-body> -->')],
  ])('comes where what it would show only %s', async (_, source) => {
    expect(await footerOf(source)).toEqual(['links.unsubscribe', 'store.postalAddress']);
  });

  it.each([
    ['a plain mustache', '{{links.unsubscribe}}', '{{ store.postalAddress }}'],
    ['a mustache that eats white space', '{{~links.unsubscribe~}}', '{{~store.postalAddress~}}'],
    ['the root', '{{@root.links.unsubscribe}}', '{{default @root.store.postalAddress "x"}}'],
    [
      'a way out of a block',
      '{{#with event}}{{../links.unsubscribe}}{{/with}}',
      '{{#with run}}{{../store.postalAddress}}{{/with}}',
    ],
    ['helpers', '{{url links.unsubscribe}}', '{{default store.postalAddress "Street 1"}}'],
  ])('does not come where %s prints it', async (_, link, address) => {
    const { problems } = await compiled(aBody(`<a href="${link}">x</a> ${address}`));
    expect(problems.map(({ code }) => code)).not.toContain('footer_added');
  });

  it.each([
    ['de', 'Abmelden'],
    ['pt-BR', 'Cancelar a inscrição'],
    ['uk', 'Відписатися'],
    ['fi', 'Unsubscribe'],
  ])('speaks the language of a letter in %s: %s', async (locale, words) => {
    expect((await compiled(aBody('Hi'), locale)).html).toContain(words);
  });

  it('shows only what is missing', async () => {
    expect(await footerOf(aBody('{{store.postalAddress}}'))).toEqual(['links.unsubscribe']);
    expect(await footerOf(aBody('<a href="{{links.unsubscribe}}">x</a>'))).toEqual(['store.postalAddress']);
  });

  it('shows each of the letter’s own pages once, in the language of the template whatever its region', async () => {
    const { html } = await compiled(aBody('<a href="{{links.view}}">x</a>'), 'ru-BY');
    expect(html).toContain('{{@root.links.preferences}}');
    expect(html).not.toContain('{{@root.links.view}}');
    expect(html).toContain('Отписаться');
  });
});
