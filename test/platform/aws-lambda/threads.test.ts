import { sourceCode } from '../../support/lambda-code.ts';
import { threadsSuite } from './suites/threads.ts';

threadsSuite('sources', sourceCode);
