-- Puts a piece of what is going to be written into a temporary key. The same piece may be sent twice.
-- KEYS: temporary. ARGV: offset, bytes, time to live of the key in ms.
-- Result: size of the temporary so far; nil when pieces before this one are missing.
if redis.call('STRLEN', KEYS[1]) < tonumber(ARGV[1]) then return nil end
local size = redis.call('SETRANGE', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return size
