-- Appends a record that has been staged, as append-2 does.
-- KEYS: records, count of records, temporary. ARGV: size of the record, most bytes that a string may have.
-- Result: 'ok', number of records, their bytes, version; 'unstaged' when the temporary is not whole; 'large' when there are
-- too many bytes.
local PIECE = 1048576
local size = tonumber(ARGV[1])
if redis.call('STRLEN', KEYS[3]) ~= size then return { 'unstaged' } end
if redis.call('STRLEN', KEYS[1]) + 4 + size > tonumber(ARGV[2]) then return { 'large' } end
redis.call('APPEND', KEYS[1], struct.pack('<I4', size))
for at = 0, size - 1, PIECE do
  redis.call('APPEND', KEYS[1], redis.call('GETRANGE', KEYS[3], at, at + PIECE - 1))
end
redis.call('DEL', KEYS[3])
redis.call('HSETNX', KEYS[2], 'e', digits(now()))
local version = after(redis.call('HGET', KEYS[2], 'v'))
redis.call('HSET', KEYS[2], 'v', digits(version))
return { 'ok', redis.call('HINCRBY', KEYS[2], 'n', 1), redis.call('HINCRBY', KEYS[2], 'b', size), version }
