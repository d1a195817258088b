import { sourceCode } from '../../support/lambda-code.ts';
import { eventsSuite } from './suites/events.ts';

eventsSuite('sources', sourceCode);
