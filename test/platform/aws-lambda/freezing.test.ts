import { sourceCode } from '../../support/lambda-code.ts';
import { freezingSuite } from './suites/freezing.ts';

freezingSuite('sources', sourceCode);
