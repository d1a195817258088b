-- Replaces a value.
-- KEYS: value, version. ARGV: bytes, version that the value must have (empty: any, 0: none).
-- Result: 'ok', size, version; or 'conflict'.
if not holds(ARGV[2], KEYS[1], KEYS[2]) then return { 'conflict' } end
redis.call('SET', KEYS[1], ARGV[1])
return { 'ok', #ARGV[1], bump(KEYS[2]) }
