import { hostImports, PRINT } from './host-imports.ts';

/** A module that writes a line to its log and then never ends. */
export const OVERRUN_GUEST = `(module
  ${hostImports('fd_write')}
  (memory (export "memory") 1)
  (data (i32.const 1024) "halfway there\\n")
  ${PRINT}
  (func (export "_start")
    (drop (call $print (i32.const 2) (i32.const 1024) (i32.const 14)))
    (loop $for_ever (br $for_ever))))`;
