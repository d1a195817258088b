import { ERROR_TABLE, type ErrorCode } from '../core/errors.ts';

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[];

/** What an error looks like in JSON. */
export const ERROR_BODY = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'string', enum: CODES },
    message: { type: 'string', description: 'What happened, why, and what to do about it.' },
    call: { type: 'integer', description: 'Id of the call that failed.' },
    returnValue: { type: 'integer', description: 'What the function returned or exited with.' },
  },
} as const;
