// Tests are TypeScript run through Node's own type stripping; see test/support/strip-types.js.
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/.cache/', '<rootDir>/build/', '<rootDir>/dist/'],
  // For what hangs. A test that takes seconds takes a minute and more where many others want the cores.
  testTimeout: 300_000,
  maxWorkers: 1,
};
