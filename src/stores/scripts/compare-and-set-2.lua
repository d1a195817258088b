-- Replaces bytes of a value if they are what was expected.
-- KEYS: value, version. ARGV: offset, expected bytes, bytes to be put there, as many.
-- Result: 'ok', size, version, version before or 0; 'other' where the bytes were others; or 'size', size there is.
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'other' } end
local size = redis.call('STRLEN', KEYS[1])
local offset = tonumber(ARGV[1])
if offset + #ARGV[2] > size then return { 'size', size } end
if #ARGV[2] > 0 and redis.call('GETRANGE', KEYS[1], offset, offset + #ARGV[2] - 1) ~= ARGV[2] then return { 'other' } end
local before = tonumber(redis.call('GET', KEYS[2])) or 0
redis.call('SETRANGE', KEYS[1], offset, ARGV[3])
return { 'ok', size, bump(KEYS[2]), before }
