import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const letters = ['templates', 'built-in'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mjml'))
    .map((file) => path.join(folder, file)),
);

describe('a shipped letter in the dark', () => {
  it.each(letters)('shows the shop’s name on the logo’s light ground while pictures are off: %s', (file) => {
    const [, rule] = /\.canvas \.logo \{([^\n]*)\n/.exec(readFileSync(file, 'utf8')) ?? [];
    expect(rule).toContain('background-color: {{store.brand.colors.background}} !important');
    expect(rule).toContain(' color: {{store.brand.colors.text}} !important');
  });

  it.each(letters)('has no bright ground that the dark does not change: %s', (file) => {
    const source = readFileSync(file, 'utf8');
    const grounds = source.match(/<div [^>]*background-color: [^>]*>/g) ?? [];
    const rules = grounds.map((ground) => `.canvas .${/class="(\w+)"/.exec(ground)?.[1]} { background-color: #`);
    expect(rules.filter((rule) => !source.includes(rule))).toEqual([]);
  });
});

describe('a shipped letter in a store’s colours', () => {
  it.each(letters)('writes on the primary colour, and in it, so that it can be read: %s', (file) => {
    const source = readFileSync(file, 'utf8');
    expect(source).not.toMatch(/(?<!background-)color(: |=")\{\{[^}]*colors\.primary\}\}/);
    for (const [button] of source.matchAll(/<mj-class name="button"[^>]*>/g))
      expect(button).toContain(' color="{{@root.store.brand.colors.onPrimary}}"');
  });
});
