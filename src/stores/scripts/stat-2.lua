-- What is known of a value.
-- KEYS: value, version. ARGV: none.
-- Result: size, version; nil where there is no value.
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
return { redis.call('STRLEN', KEYS[1]), tonumber(redis.call('GET', KEYS[2])) or 0 }
