import { FaasmError } from '../../core/errors.ts';
import type { StateStat } from '../../core/global-state.ts';
import type { StateAdmin } from '../../core/ports.ts';
import { fromBase64 } from '../faasm/message.ts';
import type { Checked } from '../schema.ts';

/** What `POST /v1/state/{user}/{key...}` takes. */
export const STATE_OPERATION = {
  type: 'object',
  required: ['op'],
  properties: {
    op: { type: 'string', enum: ['add', 'compareAndSet', 'push', 'pull'] },
    offset: { type: 'integer', minimum: 0, description: 'Where in the value; 0 if absent.' },
    delta: {
      anyOf: [{ type: 'integer' }, { type: 'string', pattern: '^-?\\d{1,20}$' }],
      description: 'add: what is added; as text where it is beyond what JSON numbers hold exactly.',
    },
    width: { type: 'integer', minimum: 4, maximum: 8, description: 'add: bytes of the integer, 4 or 8; 8 if absent.' },
    expected: { type: 'string', description: 'compareAndSet: the bytes that must be there, in base64.' },
    replacement: { type: 'string', description: 'compareAndSet: as many bytes that take their place, in base64.' },
  },
} as const;

/** What it answers: one of these fields, by the operation. */
export const STATE_OPERATION_ANSWER = {
  type: 'object',
  properties: {
    value: { type: 'string', description: 'add: what the integer is now, signed, in decimal.' },
    replaced: { type: 'boolean', description: 'compareAndSet: whether the bytes were the expected ones.' },
    pushed: { type: 'boolean' },
    pulled: { type: 'boolean' },
  },
} as const;

type Operation = Checked<typeof STATE_OPERATION>;

/** What an operation has done. */
export interface OperationDone {
  readonly answer: Checked<typeof STATE_OPERATION_ANSWER>;
  /** The value as the operation has made it; absent where it has not changed the global tier's, or nobody knows. */
  readonly stat?: StateStat;
}

/** Runs an operation on a value. Throws `BAD_REQUEST` and what {@link StateAdmin} throws. */
export async function runStateOperation(
  state: StateAdmin,
  user: string,
  key: string,
  operation: Operation,
): Promise<OperationDone> {
  const { op, offset = 0 } = operation;
  switch (op) {
    case 'add': {
      const delta = BigInt.asIntN(64, BigInt(needed(operation, 'delta')));
      const stat = await state.add(user, key, offset, delta, width(operation));
      return { answer: { value: String(stat.sum) }, stat };
    }
    case 'compareAndSet': {
      const expected = fromBase64(needed(operation, 'expected'), 'expected');
      const replacement = fromBase64(needed(operation, 'replacement'), 'replacement');
      const stat = await state.compareAndSet(user, key, offset, expected, replacement);
      return stat === undefined ? { answer: { replaced: false } } : { answer: { replaced: true }, stat };
    }
    case 'push':
      await state.push(user, key);
      return { answer: { pushed: true } };
    case 'pull':
      await state.pull(user, key);
      return { answer: { pulled: true } };
  }
}

function width({ width = 8 }: Operation): 4 | 8 {
  if (width === 4 || width === 8) return width;
  throw new FaasmError('BAD_REQUEST', `Field "width" must be 4 or 8, not ${width}.`);
}

function needed<N extends 'delta' | 'expected' | 'replacement'>(
  operation: Operation,
  name: N,
): NonNullable<Operation[N]> {
  const field = operation[name];
  if (field !== undefined) return field;
  throw new FaasmError('BAD_REQUEST', `Field "${name}" is missing: ${operation.op} needs it.`);
}
