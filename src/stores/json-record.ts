import { FaasmError } from '../core/errors.ts';

/** The bytes of an object that holds a record as JSON, ending in a newline for those who look at it. */
export function encodeRecord(record: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(record)}\n`);
}

/**
 * The record that an object holds, checked to be of `format`; its fields are not. `where` names the object and `advice`
 * says what to do, in `STORE_CORRUPT`.
 */
export function readRecord(
  bytes: Uint8Array,
  format: number,
  where: string,
  advice: string,
): Readonly<Record<string, unknown>> {
  const record = parse(bytes);
  if (record === undefined) throw new FaasmError('STORE_CORRUPT', `${where} is damaged (it holds no JSON): ${advice}.`);
  if (record['format'] === format) return record;
  const found = JSON.stringify(record['format'])?.slice(0, 20) ?? 'none';
  throw new FaasmError(
    'STORE_CORRUPT',
    `${where} has format ${found} and this host reads ${format}: use a host of the version that wrote it, or ${advice}.`,
  );
}

function parse(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
