import { hostImports, INPUT, PRINT } from './host-imports.ts';

const PIECE_BYTES = 65_536;

/** A module that answers as many bytes 0xff as the first word of its input says, in pieces of 64 KiB. */
export const BYTES_GUEST = `(module
  ${hostImports('read_input', 'fd_write')}
  (memory (export "memory") 2)
  ${INPUT} ${PRINT}
  (func (export "_start") (local $left i32) (local $piece i32)
    (memory.fill (i32.const ${PIECE_BYTES}) (i32.const 0xff) (i32.const ${PIECE_BYTES}))
    (local.set $left (call $input (i32.const 0)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $left)))
        (local.set $piece (select (local.get $left) (i32.const ${PIECE_BYTES})
          (i32.lt_u (local.get $left) (i32.const ${PIECE_BYTES}))))
        (if (call $print (i32.const 1) (i32.const ${PIECE_BYTES}) (local.get $piece)) (then unreachable))
        (local.set $left (i32.sub (local.get $left) (local.get $piece)))
        (br $next)))))`;
