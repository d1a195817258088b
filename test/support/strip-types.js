// Jest transform: erase the types the way Node does when it runs the sources, so tests and product see the same code.
import { stripTypeScriptTypes } from 'node:module';

export default {
  process(source) {
    return { code: stripTypeScriptTypes(source, { mode: 'strip' }) };
  },
};
