-- Writes ranges that have been staged into a value.
-- KEYS: value, version, temporary. ARGV: size, 1 to make a value where there is none, places (offset and length of each
-- range, 32 bits little-endian each), size of the temporary, version that the value must have (empty: any or none, any:
-- any, 0: none).
-- Result: 'ok', size, version, version before or 0; 'conflict'; 'size', size there is; 'none'; 'unstaged' when the temporary is not whole.
local PIECE = 1048576
local size = tonumber(ARGV[1])
if redis.call('STRLEN', KEYS[3]) ~= tonumber(ARGV[4]) then return { 'unstaged' } end
if not holds(ARGV[5], KEYS[1], KEYS[2]) then return { 'conflict' } end
local before = 0
if redis.call('EXISTS', KEYS[1]) == 0 then
  if ARGV[2] ~= '1' then return { 'none' } end
  zeros(KEYS[1], size)
elseif redis.call('STRLEN', KEYS[1]) ~= size then
  return { 'size', redis.call('STRLEN', KEYS[1]) }
else
  before = tonumber(redis.call('GET', KEYS[2])) or 0
end
local version = bump(KEYS[2])
local from = 0
for place = 1, #ARGV[3], 8 do
  local offset, length = struct.unpack('<I4I4', ARGV[3], place)
  for at = 0, length - 1, PIECE do
    local piece = math.min(PIECE, length - at)
    redis.call('SETRANGE', KEYS[1], offset + at, redis.call('GETRANGE', KEYS[3], from + at, from + at + piece - 1))
  end
  from = from + length
end
redis.call('DEL', KEYS[3])
return { 'ok', size, version, before }
