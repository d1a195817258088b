-- Has a lease end later.
-- KEYS: lease, last fence. ARGV: owner, fence, time to live in ms, how long the fence is remembered in ms.
-- Result: 1, or 0 when the lease is lost.
local lease = redis.call('HMGET', KEYS[1], 'o', 'f')
if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[2] then return 0 end
-- First, because it is done also where memory is short.
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[4])
return 1
