-- Removes all records.
-- KEYS: records, count of records. ARGV: none.
-- Result: version.
local version = after(redis.call('HGET', KEYS[2], 'v'))
redis.call('DEL', KEYS[1], KEYS[2])
return version
