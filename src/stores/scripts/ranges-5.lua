-- Writes ranges into a value.
-- KEYS: value, version, what has been staged of it, two keys for what is worked on here. ARGV: size, 1 to make a value where there is
-- none, version that the value must have (empty: any or none, any: any, 0: none), blocks (offset and length, 32 bits little-endian
-- each, and unit, 8 bits), data of the blocks one after the other (or empty, when it is staged), size of what is staged or 0.
-- A block of unit 0 is its bytes. Another one is written in part, in units of 1, 2, 4 or 8 bytes: its data are a bit for each unit,
-- from the lowest bit of the first byte on, 1 where it is written, and its bytes, zeros where they are not written.
-- Result: 'ok', size, version, version before or 0; 'conflict'; 'size', size there is; 'none'; 'unstaged' when it is not whole.
local value, staged, window, other = KEYS[1], KEYS[3], KEYS[4], KEYS[5]
local size, stagedSize = tonumber(ARGV[1]), tonumber(ARGV[6])
if stagedSize > 0 and redis.call('STRLEN', staged) ~= stagedSize then return { 'unstaged' } end
if not holds(ARGV[3], value, KEYS[2]) then return { 'conflict' } end
local before = 0
local found = redis.call('STRLEN', value)
if found == 0 and redis.call('EXISTS', value) == 0 then
  if ARGV[2] ~= '1' then return { 'none' } end
elseif found ~= size then
  return { 'size', found }
else
  before = tonumber(redis.call('GET', KEYS[2])) or 0
end
-- First, because it is refused where memory is short, and nothing has been changed then.
local version = bump(KEYS[2])
if found == 0 then zeros(value, size) end

local taken = 0
local function take(length)
  local from = taken
  taken = from + length
  if stagedSize > 0 then return redis.call('GETRANGE', staged, from, taken - 1) end
  return string.sub(ARGV[5], from + 1, taken)
end

-- For each unit: the bytes that a byte of bits stands for, all bits set where what is there is kept.
local kept = {}
local function keptBytes(unit)
  if kept[unit] then return kept[unit] end
  local yes, no, bytes = string.rep('\255', unit), string.rep('\0', unit), { [0] = '' }
  for bit = 0, 7 do
    for low = 2 ^ bit - 1, 0, -1 do
      bytes[low + 2 ^ bit] = bytes[low] .. no
      bytes[low] = bytes[low] .. yes
    end
  end
  kept[unit] = {}
  for number, text in pairs(bytes) do kept[unit][string.char(number)] = text end
  return kept[unit]
end

for block = 1, #ARGV[4], 9 do
  local offset, length, unit = struct.unpack('<I4I4B', ARGV[4], block)
  if unit == 0 then
    redis.call('SETRANGE', value, offset, take(length))
  else
    -- The server combines strings far faster than a script does.
    local keep = string.gsub(take(math.ceil(length / unit / 8)), '.', keptBytes(unit))
    redis.call('SET', window, redis.call('GETRANGE', value, offset, offset + length - 1))
    redis.call('SET', other, string.sub(keep, 1, length))
    redis.call('BITOP', 'AND', window, window, other)
    redis.call('SET', other, take(length))
    redis.call('BITOP', 'OR', window, window, other)
    redis.call('SETRANGE', value, offset, redis.call('GET', window))
  end
end
redis.call('DEL', staged, window, other)
return { 'ok', size, version, before }
