import { aContext, aLetterSource, anMjml, compiled, refusals, rendered } from '../letter.builder.js';
import { compileTemplate } from './compile-template.js';

describe('compiling a template', () => {
  it('takes the subject from mj-title and the preheader from mj-preview', async () => {
    const { subject, preheader } = await compiled(
      aLetterSource('x', 'You &amp; {{default contact.firstName "friend"}}'),
    );
    expect([subject, preheader]).toEqual(['You & {{default contact.firstName "friend"}}', 'Preheader']);
  });

  it('reads the entities of subject and preheader as a browser reads a title', async () => {
    const words =
      'Ваш&nbsp;заказ &laquo;A&amp;B&raquo; &mdash; &#8470;1 &#x2764;, I <3 &lt;b&gt; &amp;nbsp; {{event.cartId}}';
    const source = aLetterSource('x', words).replace('Preheader', words);
    const { subject, preheader } = await rendered(source);
    expect(subject).toBe('Ваш заказ «A&B» — №1 ❤, I <3 <b> &nbsp; 81');
    expect(preheader).toBe(subject);
  });

  it('takes nothing from a comment: no subject, no loop, no variable', async () => {
    const aside = '<!-- <mj-title>Old {{event.none}}</mj-title> <mj-preview>Old</mj-preview> -->';
    const loop = '<!-- {{#each event.none}}<mj-text>{{size}}</mj-text>{{else}}x{{/each}}\n -->';
    const source = anMjml(`${loop}<mj-text>a<!-- {{event.none}} -->b</mj-text>`).replace(
      '<mj-head>',
      `<mj-head>${aside}`,
    );
    const letter = await rendered(source);
    expect([letter.subject, letter.preheader, letter.line]).toEqual(['Subject', 'Preheader', 'ab']);
    expect(letter.html).not.toContain('<!-- ');
  });

  it('keeps comments for Outlook, and those that open or close a block', async () => {
    const outlook = '<!--[if mso]><b>{{event.cartId}}</b><![endif]--><!--[if !mso]><!-->c<!--<![endif]-->';
    const { html } = await rendered(aLetterSource(`${outlook}<!-- {{#if event.none}} -->d<!-- {{/if}} -->`));
    expect(html).toContain('<!--[if mso]><b>81</b><![endif]--><!--[if !mso]><!-->c<!--<![endif]--><!--  -->');
    expect(html).not.toContain('>d<');
    expect(await refusals(anMjml('<!-- {{#if event.a}} --><mj-text>x</mj-text><!-- {{/if}} -->'))).toContain(
      'mustache_lost',
    );
  });

  it('keeps quotes of the subject out of the attribute that MJML writes it into', async () => {
    const { html } = await rendered(
      aLetterSource('x', 'Say "hi" {{contact.firstName}}'),
      aContext({ contact: { firstName: '"><b>' } }),
    );
    expect(html).toContain('aria-label="Say &#34;hi&#34; &quot;&gt;&lt;b&gt;"');
  });

  it('wraps every link once, with one number for a link in a loop', async () => {
    const { html, links } = await compiled(
      aLetterSource(
        '<a href="https://a.example/?x=1&amp;y=2">a</a>{{#each event.items}}<a href="{{url url}}">p</a>{{/each}}',
      ),
    );
    expect(links).toEqual([
      { number: 0, url: 'https://a.example/?x=1&y=2' },
      { number: 1, url: null },
    ]);
    expect(html.match(/\{\{#?tmLink \d/g)).toEqual(['{{tmLink 0', '{{#tmLink 1']);
  });

  it('wraps what Outlook alone shows: links and drawn buttons of conditional comments, in the order of the letter', async () => {
    const button = '<v:roundrect href="https://a.example/2" style="height:40px"><b>Buy</b></v:roundrect>';
    const { links, html } = await compiled(
      aLetterSource(
        '<a href="https://a.example/1">a</a><!--[if (gte mso 9)|(IE)]>' +
          `${button}<a href='{{event.url}}'>b</a><a href="{{links.view}}">c</a><![endif]-->` +
          '<!--[if !mso]><!--><a href="https://a.example/4">d</a><!--<![endif]-->',
      ),
    );
    expect(links.map(({ url }) => url)).toEqual([
      'https://a.example/1',
      'https://a.example/2',
      null,
      'https://a.example/4',
    ]);
    expect(html).toContain('<v:roundrect href="{{tmLink 1}}" style="height:40px">');
    expect(html).toContain("<a href='{{#tmLink 2}}{{&event.url}}{{/tmLink}}'>");
  });

  it('leaves mail, phone and anchor links and the pages of the letter itself alone', async () => {
    const hrefs = [
      'mailto:a@b.example',
      'tel:+7',
      'sms:+7',
      '#top',
      '{{links.unsubscribe}}',
      '{{links.preferences}}',
      '{{links.view}}',
    ];
    const { html, links } = await compiled(aLetterSource(hrefs.map((href) => `<a href="${href}">x</a>`).join('')));
    expect(links).toEqual([]);
    for (const href of hrefs) expect(html).toContain(`href="${href}"`);
  });

  it('lets a block choose between addresses, whichever of them the author wrote out', async () => {
    const either = '{{#if event.url}}{{event.url}}{{else}}https://a.example/{{/if}}';
    const both = '{{#if event.url}}https://b.example/{{else}}https://a.example/{{/if}}';
    const source = aLetterSource([either, both].map((href) => `<a href="${href}">x</a>`).join(''));
    const urls = async (url: string | null) =>
      (await rendered(source, aContext({ data: { url } }))).links.map((link) => link.url);
    expect(await urls('https://shop.example/')).toEqual(['https://shop.example/', 'https://b.example/']);
    expect(await urls(null)).toEqual(['https://a.example/', 'https://a.example/']);
    for (const href of [
      '{{#if event.a}}mailto:a@b.example{{else}}x{{/if}}',
      'ftp://{{event.a}}',
      'java{{#if event.a}}script:x{{/if}}',
    ])
      expect(await refusals(aLetterSource(`<a href="${href}">x</a>`))).toEqual(['bad_link']);
  });

  it('lets an attribute hold a mustache with quotes of its own', async () => {
    const source = anMjml('<mj-button href="{{default event.none "https://a.example/"}}">Go</mj-button>');
    expect((await rendered(source)).links).toEqual([{ index: 0, url: 'https://a.example/' }]);
  });

  it('accepts the brand as a colour and nothing else in a style', async () => {
    const source = anMjml(
      '<mj-button href="https://a.example" background-color="{{store.brand.colors.primary}}">Go</mj-button>',
    );
    expect((await rendered(source)).html).toContain('background:#112233');
    expect(await refusals(aLetterSource('<b style="color:{{event.color}}">x</b>'))).toEqual(['mustache_in_style']);
  });

  it('derives a text part in which loops and links still work', async () => {
    const { text } = await rendered(
      anMjml(
        '<mj-table>{{#each event.items}}<tr><td>{{title}}</td><td><a href="{{url url}}">look</a></td></tr>{{/each}}</mj-table>',
      ),
    );
    expect(text).toContain('Coat look: https://shop.example/p/coat\nScarf look: https://shop.example/p/scarf\n');
  });

  it('adds a footer with what is missing, in the language of the template, and says so', async () => {
    const bare = (text: string): string => aLetterSource(text).replace(/<mj-text>\{\{store\.postal.*?<\/mj-text>/, '');
    const outcome = await compiled(bare('x'), 'ru');
    expect(outcome.problems.map(({ code }) => code)).toContain('footer_added');
    expect(outcome.html).toContain('Отписаться');
    expect(outcome.html).toContain('{{@root.links.unsubscribe}}');
    expect((await compiled(bare('x'), 'en')).html).toContain('Unsubscribe');
    expect((await compiled(aLetterSource('x'))).problems.map(({ code }) => code)).not.toContain('footer_added');
  });

  it('lists what the letter names', async () => {
    const { variables } = await compiled(aLetterSource('{{#each event.items}}{{title}} {{event.currency}}{{/each}}'));
    expect(variables).toEqual([
      'event.currency',
      'event.items',
      'event.items[].title',
      'links.unsubscribe',
      'store.postalAddress',
    ]);
  });

  it('warns of a picture without a description', async () => {
    const { problems } = await compiled(anMjml('<mj-image src="https://a.example/i.png" />'));
    expect(problems.map(({ code }) => code)).toContain('missing_alt');
  });

  it('warns of a picture that no mail program can find', async () => {
    const body = '<mj-image src="/i.png" alt="a" /><mj-image src="https://a.example/i.png" alt="b" />';
    const { problems } = await compiled(anMjml(`${body}<mj-image src="{{event.url}}" alt="c" />`));
    expect(problems.filter(({ code }) => code === 'bad_picture').map(({ detail }) => detail)).toEqual([
      '"/i.png" is no whole http or https address: no mail program can show this picture',
    ]);
  });
});

it('elements may close themselves, hold a > in an attribute, and stand in comments', async () => {
  const body = '<!-- <mj-text> --><mj-image src="https://a.example/>.png" alt="a > b" /><mj-divider/><MJ-SPACER />';
  expect(await refusals(anMjml(body))).toEqual([]);
});

describe('compiling refuses', () => {
  it.each<readonly [string, string, string]>([
    ['a file that would be included', anMjml('<mj-include path="/etc/passwd" />'), 'include'],
    ['an element that MJML does not know', anMjml('<mj-blink>x</mj-blink>'), 'mjml'],
    ['what is not MJML', '<mjml><mj-body><mj-section>', 'body_missing'],
    [
      'a letter whose body nowhere ends',
      '<mjml><mj-head><mj-title>x</mj-title></mj-head><mj-body /><!-- </mj-body> --></mjml>',
      'body_missing',
    ],
    ['comments that nowhere end', '<mjml><mj-body>' + '<!--'.repeat(200_000), 'body_missing'],
    ['an element that is not closed', anMjml('<mj-text>x'), 'unclosed'],
    ['elements that are closed crosswise', anMjml('<mj-wrapper><mj-text>x</mj-wrapper></mj-text>'), 'unclosed'],
    ['an element that is closed and was never opened', anMjml('</mj-hero>'), 'unclosed'],
    ['a document that just ends', anMjml('x').replace('</mj-body></mjml>', ''), 'unclosed'],
    ['a letter without a subject', '<mjml><mj-body></mj-body></mjml>', 'subject_missing'],
    ['a million mustaches', '{{a}}'.repeat(200_000), 'too_many_mustaches'],
    ['two megabytes', 'x'.repeat(2_000_000), 'too_large'],
    ['a nesting of thousands', aLetterSource('{{#if event.a}}'.repeat(900) + '{{/if}}'.repeat(900)), 'too_deep'],
    ['partials', aLetterSource('{{> a}}'), 'partial'],
    ['inline partials', aLetterSource('{{#*inline "a"}}x{{/inline}}'), 'decorator'],
    ['a chain of inline partials', aLetterSource('{{#*inline "b"}}{{> a}}{{> a}}{{/inline}}{{> b}}'), 'partial'],
    ['unescaped output', aLetterSource('{{{event.a}}}'), 'unescaped'],
    ['unescaped output by an ampersand', aLetterSource('{{&event.a}}'), 'unescaped'],
    ['a helper that is not ours', aLetterSource('{{lookup event "a"}}'), 'unknown_helper'],
    ['a helper of the compiler', aLetterSource('{{tmLink 0}}'), 'unknown_helper'],
    ['a default without its words', aLetterSource('{{default contact.firstName}}'), 'wrong_arguments'],
    ['a default of three', aLetterSource('{{default contact.firstName contact.lastName "x"}}'), 'wrong_arguments'],
    ['a comparison with nothing', aLetterSource('{{#if (eq event.a)}}x{{/if}}'), 'wrong_arguments'],
    ['a misspelt form of a word', aLetterSource('{{plural event.n one="a" fiew="b" many="c"}}'), 'wrong_arguments'],
    ['a name that no helper reads', aLetterSource('{{#if event.a strict=true}}x{{/if}}'), 'wrong_arguments'],
    ['a block on a variable', aLetterSource('{{#event.items}}x{{/event.items}}'), 'unknown_helper'],
    ['a name that no letter sees', aLetterSource('{{evnt.total}}'), 'unknown_variable'],
    ['private data', aLetterSource('{{@partial-block}}'), 'unknown_variable'],
    ['the prototype', aLetterSource('{{event.constructor.name}}'), 'unknown_variable'],
    ['an unquoted attribute', aLetterSource('<a href={{event.url}}>x</a>'), 'unquoted_attribute'],
    ['a mustache between attributes', aLetterSource('<b {{event.url}}>x</b>'), 'mustache_in_tag'],
    ['scripts', anMjml('<mj-raw><script>alert(1)</script></mj-raw>'), 'forbidden_tag'],
    ['event handlers', aLetterSource('<b onclick="x()">x</b>'), 'forbidden_attribute'],
    ['javascript links', aLetterSource('<a href="javascript:alert(1)">x</a>'), 'bad_link'],
    ['javascript links on maps', aLetterSource('<map><area href="javascript:alert(1)"></map>'), 'bad_link'],
    ...[
      ['javascript links', '<a href="javascript:alert(1)">x</a>', 'bad_link'],
      ['addresses without a scheme', '<a href="shop.example">x</a>', 'bad_link'],
      ['drawn buttons that run a script', '<v:roundrect href="javascript:alert(1)">x</v:roundrect>', 'bad_link'],
      ['an unquoted attribute', '<a href={{event.url}}>x</a>', 'unquoted_attribute'],
      ['scripts', '<script>alert(1)</script>', 'forbidden_tag'],
    ].map(([what, markup, code]): [string, string, string] => [
      `${what} for Outlook alone`,
      aLetterSource(`<!--[if mso]>${markup}<![endif]-->`),
      code!,
    ]),
    [
      'a style sheet with data for Outlook alone',
      anMjml('<mj-raw><!--[if mso]><style>{{event.a}}</style><![endif]--></mj-raw>'),
      'mustache_in_style',
    ],
    [
      'markup in a style sheet',
      aLetterSource('x').replace('</mj-head>', '<mj-style>a{}</style><b></mj-style></mj-head>'),
      'markup_in_style',
    ],
    [
      'a loop that MJML would drop',
      anMjml('{{#each event.items}}<mj-text>{{title}}</mj-text>{{/each}}'),
      'mustache_lost',
    ],
    ['a block that is not closed', aLetterSource('{{#if event.a}}x'), 'handlebars'],
  ])('%s', async (_, source, code) => {
    expect(await refusals(source)).toContain(code);
  });

  it('naming the locale and the line', async () => {
    const outcome = await compileTemplate(aLetterSource('\n\n{{lookup event "a"}}'), 'ru');
    expect(outcome).toMatchObject({ ok: false, problems: [{ severity: 'error', pointer: '/locales/ru', line: 3 }] });
    const commented = await compileTemplate(aLetterSource('{{!--\n\n--}}<!--\n-->{{lookup event "a"}}'), 'ru');
    expect(commented).toMatchObject({ ok: false, problems: [{ line: 4 }] });
  });

  it.each([
    ['a block that nothing closes', '\n{{#if event.a}}x\n\n', '{{#if event.a}} is not closed: {{/if}} is missing', 2],
    [
      'blocks closed crosswise',
      '{{#each event.items}}\n{{#if title}}x{{/each}}{{/if}}',
      '{{#if title}} of line 2 is closed by {{/each}}: write {{/if}}',
      2,
    ],
    ['an end without a beginning', 'x\n{{/if}}', '{{/if}} closes nothing: no block is open', 2],
    ['an else without a block', 'x\n\n{{else}}y', '{{else}} stands in no block', 3],
    ['a mustache that nothing ends', '\n{{event.total', '{{event.total has no end: }} is missing', 2],
    ['a mustache that one brace ends', '\n{{event.total} €', '{{event.total has no end: }} is missing', 2],
    [
      'a comparison of another language',
      '\n{{#if event.total > 5}}x{{/if}}',
      '{{#if event.total > 5}} cannot be read: compare with (eq a b) or (gt a b), join with (and a b) or (or a b)',
      2,
    ],
    ['an open text', '\n{{date event.at "long}}', '{{date event.at "long}} cannot be read', 2],
    [
      'a brace behind a mustache',
      '<style>a{color:{{store.brand.colors.text}}}</style>',
      '{{store.brand.colors.text}} is followed by a }: put a space between them',
      1,
    ],
  ])('with words that help, for %s', async (_, text, detail, line) => {
    const outcome = await compileTemplate(aLetterSource(text), 'en');
    const errors = outcome.ok ? [] : outcome.problems.filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([{ severity: 'error', pointer: '/locales/en', code: 'handlebars', detail, line }]);
  });

  it('each end of a loop that MJML would drop, where a letter has many of that name', async () => {
    const kept = '<mj-text>\n{{#if event.a}}\nx{{/if}}</mj-text>\n';
    const outcome = await compileTemplate(anMjml(`${kept}{{#if\nevent.b}}${kept}\n{{/if}}`), 'en');
    expect(outcome).toMatchObject({
      problems: [{ line: 4 }, { line: 9, detail: expect.stringContaining('{{/if}} stands') }],
    });
  });

  it('a block that begins in the subject and ends in the body, by its name', async () => {
    const outcome = await compileTemplate(aLetterSource('x{{/if}}', '{{#if event.a}}x'), 'en');
    const details = outcome.ok ? [] : outcome.problems.map(({ detail }) => detail);
    expect(details).toContain('in the subject: {{#if event.a}} is not closed: {{/if}} is missing');
  });
});
