import { readFileSync } from 'node:fs';

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

interface Property {
  readonly description?: string;
  readonly $ref?: string;
}

/** The committed description; that it is the served one is looked at by `npm run check`. */
const { paths, components } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties?: Readonly<Record<string, Property>> }>>;
  };
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, name: `${method} ${path}`, operation })),
);

describe('the API’s description for programs', () => {
  it('declares every parameter of every path', () => {
    const undeclared = operations.filter(({ path, operation }) => {
      const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => name);
      return [...path.matchAll(/\{(\w+)\}/g)].some(([, name]) => !declared.includes(name!));
    });
    expect(undeclared.map(({ name }) => name)).toEqual([]);
  });

  it('says what is answered, also by lists, wherever anything is', () => {
    const silent = operations.filter(
      ({ operation }) => operation.responses['200'] && !operation.responses['200'].content,
    );
    expect(silent.map(({ name }) => name)).toEqual(['get /health/live']);
    expect(
      Object.entries(components.schemas).filter(([, { properties }]) => !Object.keys(properties ?? {}).length),
    ).toEqual([]);
  });

  it('explains every figure of the statistics', () => {
    for (const path of ['/v1/stats/scenarios', '/v1/stats/scenarios/{key}'])
      expect(paths[path]!.get!.responses['200']!.content).toMatchObject({
        'application/json': { schema: { $ref: '#/components/schemas/StatsTableView' } },
        'text/csv': { schema: { type: 'string' } },
      });
    const unexplained = ['StatsRowView', 'RatesView', 'IncrementView', 'MoneyView'].flatMap((name) =>
      Object.entries(components.schemas[name]!.properties ?? {})
        .filter(([, figure]) => !figure.description && !figure.$ref)
        .map(([figure]) => `${name}.${figure}`),
    );
    expect(unexplained).toEqual([]);
    expect(Object.keys(components.schemas['StatsRowView']!.properties ?? {})).toHaveLength(19);
  });

  it('has a body for a scenario that is stored', () => {
    expect(paths['/v1/scenarios']!.post!.requestBody).toBeDefined();
    expect(paths['/v1/scenarios/{key}']!.put!.requestBody).toBeDefined();
  });

  it('knows both answers to the installing of a preset', () => {
    expect(Object.keys(paths['/v1/presets/{key}/install']!.post!.responses)).toEqual(['200', '201', 'default']);
  });
});
