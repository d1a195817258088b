-- Writes ranges into a value.
-- KEYS: value, version. ARGV: size, 1 to make a value where there is none, places (offset and length of each range, 32 bits
-- little-endian each), the bytes of all ranges one after the other, version that the value must have (empty: any or none,
-- any: any, 0: none).
-- Result: 'ok', size, version, version before or 0; 'conflict'; 'size', size there is; or 'none'.
if not holds(ARGV[5], KEYS[1], KEYS[2]) then return { 'conflict' } end
local size = tonumber(ARGV[1])
local before = 0
local found = redis.call('STRLEN', KEYS[1])
if found == 0 and redis.call('EXISTS', KEYS[1]) == 0 then
  if ARGV[2] ~= '1' then return { 'none' } end
  zeros(KEYS[1], size)
elseif found ~= size then
  return { 'size', found }
else
  before = tonumber(redis.call('GET', KEYS[2])) or 0
end
local at = 1
for place = 1, #ARGV[3], 8 do
  local offset, length = struct.unpack('<I4I4', ARGV[3], place)
  redis.call('SETRANGE', KEYS[1], offset, string.sub(ARGV[4], at, at + length - 1))
  at = at + length
end
return { 'ok', size, bump(KEYS[2]), before }
