import { sourceCode } from '../../support/lambda-code.ts';
import { startSuite } from './suites/start.ts';

startSuite('sources', sourceCode);
