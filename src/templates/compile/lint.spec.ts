import { anMjml, compiled } from '../letter.builder.js';

describe('advice on a letter', () => {
  it('names a picture without a description as its author wrote it', async () => {
    const { problems } = await compiled(anMjml('<mj-image src="{{url event.imageUrl}}" />'));
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'missing_alt',
        detail: '{{url event.imageUrl}} has no alt text: with pictures off nothing shows',
      }),
    );
  });

  it('names a picture that nobody can find once, and none that is inside the letter', async () => {
    const picture = (src: string): string => `<mj-image src="${src}" alt="a" />`;
    const { problems } = await compiled(anMjml(['/i.png', 'data:image/png;base64,x', '/i.png'].map(picture).join('')));
    expect(problems.filter(({ code }) => code === 'bad_picture')).toHaveLength(1);
  });

  it('names what may be empty where nobody asks for it', async () => {
    const found = async (text: string) =>
      (await compiled(anMjml(`<mj-text>${text}</mj-text>`))).problems.filter(({ code }) => code === 'may_be_empty');
    expect(await found('{{contact.firstName}} {{ contact.lastName }}')).toHaveLength(2);
    expect(await found('{{#if contact.firstName}}{{contact.firstName}}{{/if}}')).toEqual([]);
    expect(await found('{{default contact.lastName "friend"}}')).toEqual([]);
  });

  it('names placeholders of other programs, which nobody fills in here, and markup in a subject, once each', async () => {
    const { problems } = await compiled(
      anMjml(
        '<mj-text>*|FNAME|* {contact.firstName} ${name} {% if a %} %FIRSTNAME% [[name]] *|FNAME|*</mj-text>',
      ).replace(/<mj-title>[^<]*/, '<mj-title><b>Hi</b> {name}'),
    );
    const named = problems.filter(({ code }) => code === 'foreign_placeholder' || code === 'markup_in_subject');
    expect(named.map(({ detail }) => /^"(.+)" is sent as it stands/.exec(detail)?.[1]).sort()).toEqual(
      [
        '*|FNAME|*',
        '{contact.firstName}',
        '${name}',
        '{% if a %}',
        '%FIRSTNAME%',
        '[[name]]',
        '{name}',
        '<b>',
        '</b>',
      ].sort(),
    );
  });

  it('takes no words, signs or mustaches for placeholders', async () => {
    const text = '50% off, 20%-30% {1} {} [1] a|b {{contact.email}} {{#if contact.firstName}}x{{/if}} 100%';
    const { problems } = await compiled(anMjml(`<mj-text>${text}</mj-text>`));
    expect(problems.filter(({ code }) => code === 'foreign_placeholder')).toEqual([]);
  });

  it.each(['unsubscribe', 'preferences', 'view', 'confirm'])('counts no link to its own page (%s)', async (page) => {
    const { links, problems } = await compiled(anMjml(`<mj-text><a href="{{links.${page}}}">x</a></mj-text>`));
    expect(links).toEqual([]);
    expect(problems).toContainEqual(
      expect.objectContaining({ code: 'no_links', detail: 'the letter has no link whose clicks are counted' }),
    );
  });
});
