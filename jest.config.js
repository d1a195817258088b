// Tests are TypeScript run through Node's own type stripping; see test/support/strip-types.js.
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/.cache/', '<rootDir>/build/', '<rootDir>/dist/'],
  testTimeout: 60_000,
  maxWorkers: 1,
};
