-- Counts what a user has, once it is written or removed. Newer knowledge stays.
-- KEYS: use of the user, see reserve-1. ARGV: field, cost (empty: nothing is there), version.
-- Result: 1, or 0 when there is newer knowledge.
local cost, version = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(%d+):(%d+)$')
if tonumber(version or 0) > tonumber(ARGV[3]) then return 0 end
local sum = (tonumber(redis.call('HGET', KEYS[1], '#')) or 0) + (tonumber(ARGV[2]) or 0) - (tonumber(cost) or 0)
if ARGV[2] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ':' .. ARGV[3], '#', digits(sum))
  return 1
end
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('HLEN', KEYS[1]) <= 1 then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], '#', digits(sum))
end
return 1
