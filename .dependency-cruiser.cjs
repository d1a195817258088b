// Who may import whom. Arrows point one way:
// core <- module, layer <- state <- faaslet, host, files <- executor <- scheduler <- runtime <- api, adapters.
// `npm run check` fails on a violation; docs/architecture.md says what the folders are for.

/** Folders of src and what each may import besides itself: other folders, `node:` for Node's own modules, packages. */
const LAYERS = {
  core: [],
  module: ['core'],
  layer: ['core', 'node:'],
  state: ['core', 'layer'],
  telemetry: ['core', 'node:', '@opentelemetry/'],
  host: ['core', 'module', 'state'],
  files: ['core', 'host', 'node:'],
  faaslet: ['core', 'module', 'layer', 'state', 'host'],
  executor: ['core', 'module', 'layer', 'state', 'host', 'faaslet', 'telemetry', 'node:'],
  scheduler: ['core', 'module', 'executor', 'telemetry', 'node:'],
  stores: ['core', 'node:', 'ioredis', '@aws-sdk/'],
  toolchain: ['core', 'node:', '@yowasp/clang', 'assemblyscript'],
  api: ['core', 'telemetry'],
  cli: ['core', 'toolchain', 'node:', 'config'],
};

const CORE_MODULE =
  '^(node:)?(assert|async_hooks|buffer|child_process|cluster|console|crypto|dgram|dns|events|fs|http|http2|https|module|net|os|path|perf_hooks|process|stream|string_decoder|test|timers|tls|tty|url|util|v8|vm|wasi|worker_threads|zlib)(/|$)';

/** The rule that keeps the files of one folder to what it may import. */
function layerRule([folder, allowed]) {
  const paths = [`^src/${folder}/`, '^src/types/'];
  for (const item of allowed) {
    if (item === 'node:') paths.push(CORE_MODULE);
    else if (item === 'config') paths.push('^src/config');
    else if (item in LAYERS) paths.push(`^src/${item}/`);
    else paths.push(`(^|node_modules/)${item}`);
  }
  return {
    name: `layer-${folder}`,
    comment: `src/${folder} may import ${['itself', ...allowed].join(', ')}.`,
    severity: 'error',
    from: { path: `^src/${folder}/` },
    to: { pathNot: paths },
  };
}

module.exports = {
  forbidden: [
    ...Object.entries(LAYERS).map(layerRule),
    {
      name: 'folder-without-rule',
      comment: 'Give every folder of src its line in LAYERS.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: [...Object.keys(LAYERS), 'types'].map((name) => `^src/${name}/`) },
      to: {},
    },
    {
      name: 'config-is-pure',
      comment: 'Configuration is read before anything else exists.',
      severity: 'error',
      from: { path: '^src/config[^/]*\\.ts$' },
      to: { pathNot: ['^src/config', '^src/core/', '^(node:)?os$'] },
    },
    {
      name: 'runtime-below-api',
      comment: 'The runtime does not know who serves it.',
      severity: 'error',
      from: { path: '^src/runtime[^/]*\\.ts$' },
      to: { path: ['^src/api/', '^src/index\\.ts$'] },
    },
    {
      name: 'adapters-use-the-public-interface',
      comment: 'Adapters import src/index.ts, their own files and Node; one adapter never another.',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/' },
      to: { path: ['^src/', '^adapters/'], pathNot: ['^src/index\\.ts$', '^adapters/$1/'] },
    },
    {
      name: 'src-stands-alone',
      comment: 'Nothing in src depends on what is built around it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(adapters|test|scripts|bench|func|guest)/' },
    },
    {
      name: 'nobody-imports-the-barrel',
      comment: 'src/index.ts is for adapters and embedders; inside, import the file itself.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-dependencies',
      comment: 'What src and adapters import must be installed with the product; types are gone by then.',
      severity: 'error',
      from: { path: '^(src|adapters)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    builtInModules: { add: ['node:test', 'node:sqlite'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
