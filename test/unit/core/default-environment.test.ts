import { expect, it } from '@jest/globals';
import { environmentPairs, FAASM_ENVIRONMENT } from '../../../src/core/default-environment.ts';

it("puts a function's own variables behind those that every function has, and in place of them", () => {
  const pairs = environmentPairs(FAASM_ENVIRONMENT, { NAME: 'a=b', PYTHONHOME: '/own', EMPTY: '' });
  expect(pairs).toEqual(expect.arrayContaining(['PYTHONNOUSERSITE=on', 'PYTHON_PATH=/', 'PYTHONWASM=1']));
  expect(pairs.slice(-3)).toEqual(['NAME=a=b', 'PYTHONHOME=/own', 'EMPTY=']);
  expect(pairs.filter((pair) => pair.startsWith('PYTHONHOME='))).toHaveLength(1);
  expect(environmentPairs(FAASM_ENVIRONMENT, {})).toContain('PYTHONHOME=/');
  expect(environmentPairs({}, { constructor: '1' })).toEqual(['constructor=1']);
});
