/**
 * What follows each opcode, as a kind that the walker switches on. Opcodes that are absent here are refused, so a
 * feature that V8 gains later cannot slip through unread.
 */
export const IMMEDIATE = {
  unknown: 0,
  none: 1,
  /** One LEB128 of up to 5 bytes that needs no look. */
  leb: 2,
  leb64: 3,
  memory: 4,
  call: 5,
  global: 6,
  /** Everything rare: read by a slower path. */
  rare: 7,
  bytes4: 8,
  bytes8: 9,
  /** A LEB128 that needs no look, of a branch. */
  branch: 10,
  /** Nothing follows; control does not just go on, or a block begins or ends. */
  control: 11,
} as const;

/** Opcodes that the walker treats by name. */
export const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  try: 0x06,
  catch: 0x07,
  throw: 0x08,
  rethrow: 0x09,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  callRef: 0x14,
  returnCallRef: 0x15,
  delegate: 0x18,
  catchAll: 0x19,
  selectTyped: 0x1c,
  tryTable: 0x1f,
  tableGet: 0x25,
  tableSet: 0x26,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  refNull: 0xd0,
  refFunc: 0xd2,
  brOnNull: 0xd5,
  brOnNonNull: 0xd6,
  gc: 0xfb,
  misc: 0xfc,
  simd: 0xfd,
  atomic: 0xfe,
} as const;

/** {@link IMMEDIATE} of every one-byte opcode. */
export const IMMEDIATES: Uint8Array = makeTable();

function makeTable(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (kind: number, ...opcodes: number[]): void => {
    for (const opcode of opcodes) table[opcode] = kind;
  };
  mark(IMMEDIATE.rare, ...Object.values(OP));
  // nop, drop, select
  mark(IMMEDIATE.none, 0x01, 0x1a, 0x1b);
  // unreachable, throw_ref
  mark(IMMEDIATE.control, 0x00, OP.else, 0x0a, OP.end, OP.return, OP.catchAll);
  // Comparisons, arithmetic and conversions; ref.is_null and ref.as_non_null.
  for (let opcode = 0x45; opcode <= 0xc4; opcode += 1) table[opcode] = IMMEDIATE.none;
  mark(IMMEDIATE.none, 0xd1, 0xd4);
  // local.get, set, tee; i32.const
  mark(IMMEDIATE.leb, 0x20, 0x21, 0x22, 0x41);
  mark(IMMEDIATE.branch, OP.br, OP.brIf, OP.brOnNull, OP.brOnNonNull);
  mark(IMMEDIATE.leb64, 0x42);
  mark(IMMEDIATE.bytes4, 0x43);
  mark(IMMEDIATE.bytes8, 0x44);
  for (let opcode = 0x28; opcode <= 0x3e; opcode += 1) table[opcode] = IMMEDIATE.memory;
  mark(IMMEDIATE.call, OP.call);
  mark(IMMEDIATE.global, 0x23, 0x24);
  return table;
}

/** What follows a SIMD opcode (after 0xfd). */
export function simdImmediate(opcode: number): 'none' | 'memory' | 'lane' | 'memory lane' | 'bytes16' | 'unknown' {
  if (opcode <= 11 || opcode === 92 || opcode === 93) return 'memory';
  if (opcode === 12 || opcode === 13) return 'bytes16';
  if (opcode >= 21 && opcode <= 34) return 'lane';
  if (opcode >= 84 && opcode <= 91) return 'memory lane';
  return opcode <= 0x113 ? 'none' : 'unknown';
}
