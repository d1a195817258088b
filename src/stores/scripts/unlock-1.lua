-- Gives a lock back.
-- KEYS: lease. ARGV: owner, fence.
-- Result: 1, or 0 when the lease had been lost.
local lease = redis.call('HMGET', KEYS[1], 'o', 'f')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])
