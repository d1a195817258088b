-- Replaces a value by what has been staged.
-- KEYS: value, version, temporary. ARGV: size, version that the value must have (empty: any, 0: none), 1: only a value of
-- that size or, if the fourth is 1, none.
-- Result: 'ok', size, version; 'conflict'; 'size', size there is; 'none'; 'unstaged' when the temporary is not whole.
local size = tonumber(ARGV[1])
if redis.call('STRLEN', KEYS[3]) ~= size then return { 'unstaged' } end
if not holds(ARGV[2], KEYS[1], KEYS[2]) then return { 'conflict' } end
if ARGV[3] == '1' then
  if redis.call('EXISTS', KEYS[1]) == 0 then
    if ARGV[4] ~= '1' then return { 'none' } end
  elseif redis.call('STRLEN', KEYS[1]) ~= size then
    return { 'size', redis.call('STRLEN', KEYS[1]) }
  end
end
-- First, because it is refused where memory is short, and nothing has been changed then.
local version = bump(KEYS[2])
redis.call('RENAME', KEYS[3], KEYS[1])
redis.call('PERSIST', KEYS[1])
return { 'ok', size, version }
