-- Grants a lock if nobody has it.
-- KEYS: lease (hash of owner o and fence f), last fence. ARGV: owner, time to live in ms, how long the fence is remembered
-- in ms, which must be longer.
-- Result: fence; nil while somebody has it.
if redis.call('EXISTS', KEYS[1]) == 1 then return nil end
local fence = after(redis.call('GET', KEYS[2]))
redis.call('SET', KEYS[2], digits(fence), 'PX', ARGV[3])
redis.call('HSET', KEYS[1], 'o', ARGV[1], 'f', digits(fence))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return fence
