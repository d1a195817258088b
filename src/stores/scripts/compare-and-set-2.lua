-- Replaces bytes of a value if they are what was expected.
-- KEYS: value, version. ARGV: offset, expected bytes, bytes to be put there, as many.
-- Result: 'ok', 1 if they were and 0 otherwise; or 'size', size there is.
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'ok', 0 } end
local size = redis.call('STRLEN', KEYS[1])
local offset = tonumber(ARGV[1])
if offset + #ARGV[2] > size then return { 'size', size } end
if #ARGV[2] > 0 and redis.call('GETRANGE', KEYS[1], offset, offset + #ARGV[2] - 1) ~= ARGV[2] then return { 'ok', 0 } end
redis.call('SETRANGE', KEYS[1], offset, ARGV[3])
bump(KEYS[2])
return { 'ok', 1 }
