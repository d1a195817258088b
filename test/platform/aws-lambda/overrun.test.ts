import { sourceCode } from '../../support/lambda-code.ts';
import { overrunSuite } from './suites/overrun.ts';

overrunSuite('sources', sourceCode);
