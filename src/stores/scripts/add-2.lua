-- Adds to a little-endian integer, which wraps.
-- KEYS: value, version. ARGV: offset, number to add (as many bytes as the integer), 1 to make a value where there is none.
-- Result: 'ok', size, version, version before or 0, bytes of the integer; 'size', size there is; or 'none'.
local offset, width = tonumber(ARGV[1]), #ARGV[2]
local before = 0
if redis.call('EXISTS', KEYS[1]) == 0 then
  if ARGV[3] ~= '1' then return { 'none' } end
  zeros(KEYS[1], offset + width)
else
  before = tonumber(redis.call('GET', KEYS[2])) or 0
end
local size = redis.call('STRLEN', KEYS[1])
if offset + width > size then return { 'size', size } end
local bytes = redis.call('GETRANGE', KEYS[1], offset, offset + width - 1)
local sum, carry = {}, 0
for i = 1, width do
  local byte = string.byte(bytes, i) + string.byte(ARGV[2], i) + carry
  sum[i] = string.char(byte % 256)
  carry = byte >= 256 and 1 or 0
end
local result = table.concat(sum)
redis.call('SETRANGE', KEYS[1], offset, result)
return { 'ok', size, bump(KEYS[2]), before, result }
