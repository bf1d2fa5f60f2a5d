import { readFileSync } from 'node:fs';
import { compileScenario } from './compile-scenario.js';
import { parseScenario } from './scenario-schema.js';
import { step } from './step-schema.js';

const GUIDE = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');
const DOCUMENTS = [...GUIDE.matchAll(/^```json\n(.*?)^```/gms)].map(([, text]) => JSON.parse(text!) as { key: string });

describe('the guide to scenarios', () => {
  it.each(DOCUMENTS.map((document) => [document.key, document] as const))(
    'shows documents that are published as they stand: %s',
    (_key, document) => {
      const parsed = parseScenario(document);
      expect(parsed).toMatchObject({ ok: true });
      if (parsed.ok) expect(compileScenario(parsed.scenario)).toMatchObject({ ok: true, warnings: [] });
    },
  );

  it('tells every kind of step, and every way to wait', () => {
    const told = [...GUIDE.matchAll(/^\| `([a-z]+)` +\|/gm)].map(([, word]) => word);
    const kinds = step.options.map(({ shape }) => [...shape.type.values][0]);
    expect(told.filter((word) => kinds.some((kind) => kind === word))).toEqual(kinds);
    expect(told).toEqual(expect.arrayContaining(['for', 'until', 'date', 'event']));
  });
});
