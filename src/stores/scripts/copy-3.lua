-- Copies a value, to be read in pieces while it changes.
-- KEYS: value, version, copy. ARGV: time to live of the copy in ms.
-- Result: size, version; nil where there is no value.
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
redis.call('COPY', KEYS[1], KEYS[3], 'REPLACE')
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return { redis.call('STRLEN', KEYS[1]), tonumber(redis.call('GET', KEYS[2])) or 0 }
