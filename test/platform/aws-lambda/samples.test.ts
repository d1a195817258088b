import { sourceCode } from '../../support/lambda-code.ts';
import { samplesSuite } from './suites/samples.ts';

samplesSuite('sources', sourceCode);
