// Parts of values, records and sums in TypeScript (AssemblyScript).
import {
  appendState,
  clearAppendedState,
  declareState,
  flagStateOffsetDirty,
  lockStateWrite,
  pullState,
  pushState,
  pushStatePartial,
  readAppendedState,
  readState,
  readStateOffset,
  readStateOffsetPtr,
  setOutputText,
  stateAdd,
  unlockStateWrite,
  writeStateOffset,
} from "faasm";

const KEY = "state_parts_ts";
const SIZE = 8;

export function _asMain(): i32 {
  lockStateWrite(KEY);
  writeStateOffset(KEY, SIZE, 0, Uint8Array.wrap(String.UTF8.encode("abcdefgh")));
  pushState(KEY);
  declareState(KEY);
  store<u8>(readStateOffsetPtr(KEY, SIZE, 3, 1), 0x58);
  flagStateOffsetDirty(KEY, SIZE, 3, 1);
  pushStatePartial(KEY);
  pullState(KEY, SIZE);
  unlockStateWrite(KEY);

  clearAppendedState(KEY);
  for (let index: u8 = 0; index < 3; index++) {
    const record = new Uint8Array(1);
    record[0] = 0x30 + index;
    appendState(KEY, record);
  }
  const sum = stateAdd("state_sum_ts", 0, 5, 4) - stateAdd("state_sum_ts", 0, -5, 4);
  const whole = String.UTF8.decode(readState(KEY).buffer);
  const part = String.UTF8.decode(readStateOffset(KEY, SIZE, 2, 3).buffer);
  const records = String.UTF8.decode(readAppendedState(KEY, 3, 3).buffer);
  setOutputText(`${whole} ${part} ${records} ${sum}`);
  return 0;
}
