import { aContext, anMjml, rendered } from './letter.builder.js';

/** In proportion, with the compiling, some hundred milliseconds; in proportion to the square half a minute. */
const LONGEST_MS = 10_000;

it('white space stays as it is written where a letter shows it', async () => {
  const { html } = await rendered(anMjml('<mj-text><pre>a\n    b  c</pre></mj-text>'));
  expect(html).toContain('<pre>a\n    b  c</pre>');
});

describe('the text part', () => {
  it('has no gaps and no spaces at the ends of its lines where something was filled in with nothing', async () => {
    const empty = '{{#if event.none}}x{{/if}}';
    const words = 'You are getting this because you asked for it.';
    const source = anMjml(
      `<mj-text>${words} ${empty}<br>a ${empty}</mj-text><mj-text>${empty} ${empty}</mj-text><mj-text>b</mj-text>`,
    );
    const { text } = await rendered(source);
    expect(text.slice(0, text.indexOf('b') + 200)).toMatch(
      /^You are getting this because you asked for it\.\na\n\nb\n\n/,
    );
  });

  it('takes time in proportion to the spaces that data brings into the middle of a line', async () => {
    const note = `a${' \t'.repeat(50_000)}b`;
    const source = anMjml('<mj-text>{{event.note}}</mj-text>');
    const began = performance.now();
    expect((await rendered(source, aContext({ data: { note } }))).line).toBe(note.replaceAll('\t', ' '));
    expect(performance.now() - began).toBeLessThan(LONGEST_MS);
  });

  it('calls a link by its picture’s description where data put the picture in place of words', async () => {
    const logo =
      '<a href="https://shop.example/">{{#if event.logo}}<img src="{{url event.logo}}" alt="{{store.name}}">{{else}}{{store.name}}{{/if}}</a>';
    const source = anMjml(`<mj-text>${logo}</mj-text>`);
    const withLogo = aContext({ data: { logo: 'https://shop.example/logo.png' } });
    expect((await rendered(source, withLogo)).line).toBe('Shop: https://shop.example/');
    expect((await rendered(source)).line).toBe('Shop: https://shop.example/');
  });

  it('leaves out a link around a picture only, also where data decides whether there is one', async () => {
    const picture = '{{#if event.url}}<img src="{{url event.url}}" alt="Banner">{{/if}}';
    const source = anMjml(`<mj-text><a href="https://shop.example/">${picture}</a></mj-text><mj-text>Words</mj-text>`);
    expect((await rendered(source)).line).toBe('Words');
  });

  it('does not say twice what stands beside a picture', async () => {
    const both = '{{#if event.url}}<img src="{{url event.url}}" alt="Coat"> Coat{{/if}}';
    const source = anMjml(`<mj-text><a href="https://shop.example/">${both}</a></mj-text>`);
    expect((await rendered(source)).line).toBe('Coat: https://shop.example/');
    const inside =
      '<a href="https://shop.example/">A coat<span><img src="https://a.example/c.png" alt="Coat"></span></a>';
    expect((await rendered(anMjml(`<mj-text>${inside}</mj-text>`))).line).toBe('A coat: https://shop.example/');
    const before = both.replace(
      '<img src="{{url event.url}}" alt="Coat"> Coat',
      'A<img src="{{url event.url}}" alt="Coat">',
    );
    expect((await rendered(anMjml(`<mj-text><a href="https://shop.example/">${before}</a></mj-text>`))).line).toBe(
      'A: https://shop.example/',
    );
  });

  it('does not indent what stands beside a picture, also where data decides whether there is one', async () => {
    const cells =
      '<tr><td>\n{{#if event.url}}<img src="{{url event.url}}" alt="Coat">{{else}}<div></div>{{/if}}\n</td>\n<td>Coat</td></tr>';
    expect((await rendered(anMjml(`<mj-table>${cells}</mj-table>`))).line).toBe('Coat');
  });

  it('keeps the cells of a table apart, those of its head too', async () => {
    const rows = '<tr><th>Size</th><th>Chest</th></tr><tr><td>M</td><td>96 cm</td></tr>';
    expect((await rendered(anMjml(`<mj-table>${rows}</mj-table>`))).text).toMatch(/^Size Chest\nM 96 cm\n/);
  });

  it('says whom to write to, and not what the mail program fills in', async () => {
    const source = anMjml(
      '<mj-text><a href="mailto:{{event.to}}?subject=Return%20of%20{{event.id}}">Write us</a></mj-text>',
    );
    expect((await rendered(source, aContext({ data: { to: 'help@shop.example' } }))).line).toBe(
      'Write us: help@shop.example',
    );
    const share = '<a href="mailto:?subject=Look">Tell a friend</a>';
    expect((await rendered(anMjml(`<mj-text>${share}</mj-text>`))).line).toBe('Tell a friend');
    const halved = '<a href="mailto:a@b.example{{#if event.cartId}}?subject={{event.cartId}}{{/if}}">Write us</a>';
    expect((await rendered(anMjml(`<mj-text>${halved}</mj-text>`))).line).toMatch(/^Write us: a@b\.example/);
  });

  it('neither indents a line nor joins words, whether or not data brings the line before', async () => {
    const source = anMjml('<mj-text>Hello{{#if event.name}}, {{event.name}}<br>{{/if}} and welcome</mj-text>');
    expect((await rendered(source)).text).toMatch(/^Hello and welcome\n/);
    expect((await rendered(source, aContext({ data: { name: 'Ann' } }))).text).toMatch(/^Hello, Ann\nand welcome\n/);
  });

  it('fills in an address only in the branch that its link stands in, wherever the link ends', async () => {
    const source = anMjml(
      '<mj-text>{{#if event.own}}<a href="{{event.own}}">{{else}}<a href="https://shop.example/all">{{/if}}Look</a></mj-text>',
    );
    const own = await rendered(source, aContext({ data: { own: 'https://shop.example/own' } }));
    expect([own.line, own.links.length]).toEqual(['https://shop.example/own Look', 1]);
    expect((await rendered(source)).line).toBe('https://shop.example/all Look');
    const half = anMjml('<mj-text>{{#if event.own}}<a href="{{event.own}}">{{/if}}Look</a></mj-text>');
    expect((await rendered(half)).line).toBe('Look');
    const halves = half.replace('</a>', '{{#if event.own}}</a>{{/if}}');
    expect((await rendered(halves, aContext({ data: { own: 'https://a.example/' } }))).line).toBe(
      'Look: https://a.example/',
    );
  });

  it('says each address before the words of its link where one link stands in another, as half a link may', async () => {
    const source = anMjml(
      '<mj-text><a href="https://a.example/">One {{#if event.own}}<a href="{{event.own}}">{{/if}}two</a></mj-text>',
    );
    expect((await rendered(source)).line).toBe('https://a.example/ One two');
    const own = await rendered(source, aContext({ data: { own: 'https://b.example/' } }));
    expect(own.line).toBe('https://a.example/ One https://b.example/ two');
  });

  it('writes headings as they are written', async () => {
    expect((await rendered(anMjml('<mj-text><h1>Our Sale</h1><h3>of coats</h3></mj-text>'))).text).toMatch(
      /^Our Sale\n\nof coats\n/,
    );
  });

  it('does not say an address twice that the words of its link are', async () => {
    const source = anMjml(
      '<mj-text><a href="mailto:help@shop.example">help@shop.example</a>, <a href="tel:+74951234567">+7 495 123-45-67</a>, ' +
        '<a href="mailto:{{event.to}}">{{event.to}}</a>, <a href="tel:112">Call</a></mj-text>',
    );
    expect((await rendered(source, aContext({ data: { to: 'a@b.example' } }))).line).toBe(
      'help@shop.example, +7 495 123-45-67, a@b.example, Call: tel:112',
    );
  });

  it('leaves out what is hidden, however the style is spaced, and parts words that a line parts', async () => {
    const source = anMjml(
      '<mj-text><span style="color: red; display:none">a</span><i style="display: none">b</i>c<hr>d</mj-text>',
    );
    expect((await rendered(source)).text).toMatch(/^c\nd\n/);
  });

  it('says a link’s words alone where data brings no address that may be followed', async () => {
    const link = '<a href="{{event.to}}">words</a>';
    const either = '{{#if event.none}}<a href="https://a.example/">{{else}}<a href="{{event.to}}">{{/if}}Look</a>';
    const source = anMjml(
      `<mj-text>Two ${link}, ${link}s and <a href="https://a.example/{{event.to}}">all</a></mj-text><mj-text>${either}</mj-text>`,
    );
    const refused = aContext({ data: { to: 'javascript:alert(1)' } });
    expect((await rendered(source, refused)).text).toMatch(
      /^Two words, words s and all: https:\/\/a\.example\/javascript:alert\(1\)\n\nLook\n/,
    );
    const to = 'https://b.example/';
    expect((await rendered(source, aContext({ data: { to } }))).text).toMatch(
      /^Two words: https:\/\/b\.example\/, words: https:\/\/b\.example\/ s and all: \S+\n\nhttps:\/\/b\.example\/ Look\n/,
    );
  });

  it('puts one space behind an address whose link ends in a block', async () => {
    const source = anMjml(
      '<mj-text>{{#if event.url}}<a href="https://a.example/">{{/if}}Look{{#if event.url}}</a>{{/if}} here</mj-text>',
    );
    expect((await rendered(source)).line).toBe('Look: https://a.example/ here');
  });

  it('begins with words where the body begins with a block', async () => {
    const source = anMjml(
      '<mj-raw>{{#if event.none}}</mj-raw><mj-text>a</mj-text><mj-raw>{{else}}</mj-raw><mj-text>b</mj-text><mj-raw>{{/if}}</mj-raw>',
    );
    expect((await rendered(source)).text).toMatch(/^b\n/);
    expect((await rendered(source, aContext({ data: { none: 1 } }))).text).toMatch(/^a\n/);
  });

  it('follows blocks that begin and end in comments, as the HTML does', async () => {
    const asked = 'a<!-- {{#if event.none}} -->b<!-- {{else}} -->c<!-- {{/if}} -->';
    const loop = '<!-- {{#each event.items}} {{event.total}} --> {{title}};<!-- {{/each}} -->';
    const outlook = '<!--[if !mso]><!--> d<!--<![endif]--><!--[if mso]>e<![endif]-->';
    expect((await rendered(anMjml(`<mj-text>${asked}${loop}${outlook}</mj-text>`))).line).toBe(
      'ac Coat; Scarf; Boots; d',
    );
  });
});
