import { FaasmError } from '../../core/errors.ts';
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

/** Runs an operation on a value and answers what there is to say. Throws `BAD_REQUEST` and what {@link StateAdmin} throws. */
export async function runStateOperation(
  state: StateAdmin,
  user: string,
  key: string,
  operation: Operation,
): Promise<Checked<typeof STATE_OPERATION_ANSWER>> {
  const { op, offset = 0 } = operation;
  switch (op) {
    case 'add': {
      const delta = BigInt.asIntN(64, BigInt(needed(operation, 'delta')));
      return { value: String(await state.add(user, key, offset, delta, width(operation))) };
    }
    case 'compareAndSet': {
      const expected = fromBase64(needed(operation, 'expected'), 'expected');
      const replacement = fromBase64(needed(operation, 'replacement'), 'replacement');
      return { replaced: await state.compareAndSet(user, key, offset, expected, replacement) };
    }
    case 'push':
      await state.push(user, key);
      return { pushed: true };
    case 'pull':
      await state.pull(user, key);
      return { pulled: true };
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
