-- Bytes of the records, as append-2 wrote them.
-- KEYS: records, count of records. ARGV: offset, length (1 MiB at most).
-- Result: time of the first record, number of records, bytes; nil where there are none.
local first = redis.call('HGET', KEYS[2], 'e')
if not first then return nil end
local bytes = redis.call('GETRANGE', KEYS[1], ARGV[1], digits(tonumber(ARGV[1]) + tonumber(ARGV[2]) - 1))
return { tonumber(first), tonumber(redis.call('HGET', KEYS[2], 'n')), bytes }
