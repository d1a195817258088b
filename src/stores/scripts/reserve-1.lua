-- Counts what a user is going to have, before it is written.
-- KEYS: use of the user (hash: v<key> and a<key> to "cost:version", # to the sum of costs). ARGV: field, cost, 1 when the
-- cost is added to what is there, limit.
-- Result: 1 and whether the use changed; or 0 and the sum there would be.
local cost, version = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(%d+):(%d+)$')
local known = cost ~= nil
cost, version = tonumber(cost) or 0, version or '0'
local wanted = tonumber(ARGV[2])
if ARGV[3] == '1' then wanted = cost + wanted end
-- What may become smaller is counted as it is until it has.
local growth = math.max(wanted - cost, 0)
local sum = (tonumber(redis.call('HGET', KEYS[1], '#')) or 0) + growth
if growth > 0 and sum > tonumber(ARGV[4]) then return { 0, sum } end
if wanted == cost and known then return { 1, 0 } end
redis.call('HSET', KEYS[1], ARGV[1], digits(cost + growth) .. ':' .. version, '#', digits(sum))
return { 1, 1 }
