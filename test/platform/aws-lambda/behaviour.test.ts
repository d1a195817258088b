import { sourceCode } from '../../support/lambda-code.ts';
import { behaviourSuite } from './suites/behaviour.ts';

behaviourSuite('sources', sourceCode);
