-- In front of every script here.

-- Microseconds of the server's clock.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

-- A number greater than the one that was last, and than any that came from a clock before: also after a removal, or on a
-- replica that has not got the latest changes.
local function after(last)
  return math.max((tonumber(last) or 0) + 1, now())
end

-- Text of a whole number up to 2^53; tostring() rounds.
local function digits(number)
  return string.format('%.0f', number)
end

-- Gives the value whose version is under `key` its next version.
local function bump(key)
  local version = after(redis.call('GET', key))
  redis.call('SET', key, digits(version))
  return version
end

-- Whether the condition `wanted` (empty: none, 0: no value, any: a value) holds for a value and its version.
local function holds(wanted, value, version)
  if wanted == '' then return true end
  if redis.call('EXISTS', value) == 0 then return wanted == '0' end
  return wanted == 'any' or redis.call('GET', version) == wanted
end

-- Makes a value of zeros.
local function zeros(value, size)
  if size == 0 then
    redis.call('SET', value, '')
  else
    redis.call('SETRANGE', value, size - 1, '\0')
  end
end
