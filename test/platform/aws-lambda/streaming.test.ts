import { sourceCode } from '../../support/lambda-code.ts';
import { streamingSuite } from './suites/streaming.ts';

streamingSuite('sources', sourceCode);
