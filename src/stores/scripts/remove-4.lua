-- Removes a value and what was appended.
-- KEYS: value, version, records, count of records. ARGV: version that the value must have (empty: any, 0: none), how long
-- the version is remembered in ms.
-- Result: 'ok', number of things removed, version; or 'conflict'.
if not holds(ARGV[1], KEYS[1], KEYS[2]) then return { 'conflict' } end
local removed = redis.call('DEL', KEYS[1]) + redis.call('DEL', KEYS[3])
redis.call('DEL', KEYS[4])
local version = after(redis.call('GET', KEYS[2]))
if removed > 0 then redis.call('SET', KEYS[2], digits(version), 'PX', ARGV[2]) end
return { 'ok', removed, version }
