-- Appends a record: its length in 32 bits little-endian, and its bytes.
-- KEYS: records, count of records (hash of count n, bytes b, first time e, version v). ARGV: bytes.
-- Result: number of records, their bytes, version.
redis.call('APPEND', KEYS[1], struct.pack('<I4', #ARGV[1]) .. ARGV[1])
redis.call('HSETNX', KEYS[2], 'e', digits(now()))
local version = after(redis.call('HGET', KEYS[2], 'v'))
redis.call('HSET', KEYS[2], 'v', digits(version))
return { redis.call('HINCRBY', KEYS[2], 'n', 1), redis.call('HINCRBY', KEYS[2], 'b', #ARGV[1]), version }
