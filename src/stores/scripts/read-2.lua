-- Bytes of a value.
-- KEYS: value, version. ARGV: offset, length (1 MiB at most).
-- Result: size, version, bytes; nil where there is no value.
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
local size = redis.call('STRLEN', KEYS[1])
local first, length = tonumber(ARGV[1]), tonumber(ARGV[2])
local bytes = ''
if length > 0 and first < size then
  bytes = redis.call('GETRANGE', KEYS[1], ARGV[1], digits(first + length - 1))
end
return { size, tonumber(redis.call('GET', KEYS[2])) or 0, bytes }
