// What Redis does at once, all of it or nothing. Redis 5 or later.
#pragma once
#include <string>
#include <string_view>

namespace offhook::io {

// A script, and the name by which a server knows it that has seen it (EVALSHA).
struct RedisScript {
  explicit RedisScript(std::string_view source);
  std::string text, sha;
};

// One change of an address-of-record, and everybody is told.

// KEYS: the hash. ARGV: mode ("put": what has a later CSeq of the same Call-ID refuses all of it; "keep": only what is
// newer than what is there), channel, text for it, "1" to remove everything, how many fields to remove, each with the
// time that it must end at ("" for any), how many to put, each with its value. OK or OUTDATED.
// What has expired by the server's clock goes too, and the hash ends with its last field.
inline constexpr std::string_view kChangeScript = R"(
local key, mode = KEYS[1], ARGV[1]
local removes = tonumber(ARGV[5])
local at = 6 + 2 * removes
local binds = tonumber(ARGV[at])
local function head(value)
  if not value then return nil end
  local ends, cseq, call = string.match(value, '^(%d+) (%d+) (%x+)\n')
  return tonumber(ends), tonumber(cseq), call, ends
end
if mode == 'put' then
  for i = 0, binds - 1 do
    local _, old, call = head(redis.call('HGET', key, ARGV[at + 1 + 2 * i]))
    local _, new, same = head(ARGV[at + 2 + 2 * i])
    if old and call == same and old > new then return redis.status_reply('OUTDATED') end
  end
end
if ARGV[4] == '1' then redis.call('DEL', key) end
for i = 0, removes - 1 do
  local field, only = ARGV[6 + 2 * i], ARGV[7 + 2 * i]
  if only == '' then
    redis.call('HDEL', key, field)
  else
    local _, _, _, ends = head(redis.call('HGET', key, field))
    if ends == only then redis.call('HDEL', key, field) end
  end
end
for i = 0, binds - 1 do
  local field, value = ARGV[at + 1 + 2 * i], ARGV[at + 2 + 2 * i]
  local old = mode == 'keep' and head(redis.call('HGET', key, field))
  if not old or old < head(value) then redis.call('HSET', key, field, value) end
end
local time = redis.call('TIME')
local now, last = time[1] * 1000000 + time[2], 0
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  local ends = head(all[i + 1])
  if not ends or ends <= now then
    redis.call('HDEL', key, all[i])
  elseif ends > last then
    last = ends
  end
end
if last > 0 then redis.call('PEXPIREAT', key, string.format('%.0f', math.ceil(last / 1000))) end
redis.call('PUBLISH', ARGV[2], ARGV[3])
return redis.status_reply('OK')
)";

// One value of event state. KEYS: the hash. ARGV: channel, text for it, field, value (io/redis_values.hpp, RedisEvent).
// OK, or OUTDATED when there is a later one; what is there already is told to nobody. What has expired goes too.
inline constexpr std::string_view kEventScript = R"(
local key, field, value = KEYS[1], ARGV[3], ARGV[4]
local function head(text)
  if not text then return nil end
  return string.match(text, '^(%d+ %S*) (%d+)\n')
end
local old, new = head(redis.call('HGET', key, field)), head(value)
if old and old == new then return redis.status_reply('OK') end
if old and old > new then return redis.status_reply('OUTDATED') end
redis.call('HSET', key, field, value)
local time = redis.call('TIME')
local now, last, forever = time[1] * 1000 + math.floor(time[2] / 1000), 0, false
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  local _, ends = head(all[i + 1])
  ends = tonumber(ends)
  if ends == 0 then
    forever = true
  elseif not ends or ends <= now then
    redis.call('HDEL', key, all[i])
  elseif ends > last then
    last = ends
  end
end
if forever then
  redis.call('PERSIST', key)
elseif last > 0 then
  redis.call('PEXPIREAT', key, string.format('%.0f', last))
end
redis.call('PUBLISH', ARGV[1], ARGV[2])
return redis.status_reply('OK')
)";

}  // namespace offhook::io
