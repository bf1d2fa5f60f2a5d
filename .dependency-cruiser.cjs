// Who may import whom: domain nothing of ours, platform domain, supporting modules those two, a stage of an event's way
// these and earlier stages only.
const SUPPORTING = ['contacts', 'templates', 'stores'];
const FLOW = ['ingest', 'scenarios', 'enrollments', 'delivery', 'tracking', 'stats', 'sandbox', 'operations'];
const src = (names) => `^src/(${names.join('|')})/`;
const notTests = { pathNot: '[.](spec|db-spec)[.]ts$' };

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'domain-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/domain/', ...notTests },
      to: { path: '^src/', pathNot: '^src/domain/' },
    },
    {
      name: 'domain-uses-four-packages',
      severity: 'error',
      from: { path: '^src/domain/', ...notTests },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'core'],
        pathNot: 'node_modules/(zod|@marcbachmann/cel-js|re2js|temporal-polyfill)/',
      },
    },
    {
      name: 'platform-imports-domain-only',
      severity: 'error',
      from: { path: '^src/platform/', ...notTests },
      to: { path: '^src/', pathNot: '^src/(platform|domain)/' },
    },
    ...SUPPORTING.map((name) => ({
      name: `${name}-imports-platform-and-domain-only`,
      severity: 'error',
      from: { path: src([name]), ...notTests },
      to: { path: '^src/', pathNot: src(['platform', 'domain', name]) },
    })),
    ...FLOW.map((stage, i) => ({
      name: `${stage}-imports-no-later-stage`,
      severity: 'error',
      from: { path: src([stage]), ...notTests },
      to: { path: '^src/', pathNot: src(['platform', 'domain', ...SUPPORTING, ...FLOW.slice(0, i + 1)]) },
    })),
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/', pathNot: '[.]d[.]ts$' }, to: {} },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { path: '^src/', ...notTests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      conditionNames: ['import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
