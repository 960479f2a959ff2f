/**
 * The algorithm of `../memory/quota-state.ts` as one atomic script. KEYS[1] is the quota; ARGV: operation, now in milliseconds or
 * '' for the server's clock, idle time to live of the key, the quota and the request as JSON. State is kept as MessagePack, because
 * the server's JSON writer rounds numbers to 14 digits.
 */
export const quotaScript = `
local RATES = {'requests', 'inputTokens', 'outputTokens', 'tokens'}
local MAX_CHARGES, TOLERANCE = 256, 0.01
local operation, quota, request = ARGV[1], cjson.decode(ARGV[4]), cjson.decode(ARGV[5])
local now = tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
end
local packed = redis.call('GET', KEYS[1])
local state = packed and cmsgpack.unpack(packed)
  or {base = {requests = 0, inputTokens = 0, outputTokens = 0, tokens = 0}, charges = {}, caps = {}, frozen = 0, probing = false, window = 0, spent = 0}

-- Made anew each time, since a signal can change the caps.
local function each()
  local buckets = {}
  for _, resource in ipairs(RATES) do
    local rate = quota.rates[resource]
    if rate then
      local cap = state.caps[resource] or rate.amount
      local interval = rate.perMs / math.min(rate.amount, cap)
      buckets[#buckets + 1] = {resource = resource, interval = interval, capacity = math.min(rate.burst or rate.amount, cap) * interval}
    end
  end
  return buckets
end

local function pushed(arrival, charge, resource, interval)
  local amount = charge.amounts[resource]
  if amount == 0 then return arrival end
  return math.max(charge.at, arrival) + amount * interval
end
local function arrival(resource, interval)
  local value = state.base[resource]
  for _, charge in ipairs(state.charges) do value = pushed(value, charge, resource, interval) end
  return value
end
local function available(bucket)
  return (bucket.capacity - (math.max(now, arrival(bucket.resource, bucket.interval)) - now)) / bucket.interval
end
local function shut(charge)
  charge.open = false
  state.spent = state.spent + charge.amounts.money
end
local function find(id)
  for _, charge in ipairs(state.charges) do if charge.open and charge.id == id then return charge end end
end
local function held()
  local sum, count, first, probes = 0, 0, math.huge, 0
  for _, charge in ipairs(state.charges) do
    if charge.open then
      sum, count, first = sum + charge.amounts.money, count + 1, math.min(first, charge.expiresAt)
      if charge.at >= state.frozen then probes = probes + 1 end
    end
  end
  return sum, count, first, probes
end
local function join()
  local result = {}
  for _, charge in ipairs(state.charges) do
    local last = result[#result]
    if not last or last.open or charge.open then
      result[#result + 1] = charge
    else
      last.at = charge.at
      for _, resource in ipairs(RATES) do last.amounts[resource] = last.amounts[resource] + charge.amounts[resource] end
    end
  end
  state.charges = result
end
local function sweep()
  if quota.budget then
    local window = math.floor(now / quota.budget.perMs) * quota.budget.perMs
    if window ~= state.window then state.window, state.spent = window, 0 end
  end
  for _, charge in ipairs(state.charges) do
    if charge.open and charge.expiresAt <= now then shut(charge) end
  end
  local kept, settled = {}, {}
  for _, charge in ipairs(state.charges) do
    if #kept > 0 or charge.open then kept[#kept + 1] = charge else settled[#settled + 1] = charge end
  end
  state.charges = kept
  for _, bucket in ipairs(each()) do
    for _, charge in ipairs(settled) do
      state.base[bucket.resource] = pushed(state.base[bucket.resource], charge, bucket.resource, bucket.interval)
    end
  end
  if #kept > MAX_CHARGES then join() end
end
local function save()
  redis.call('SET', KEYS[1], cmsgpack.pack(state), 'PX', math.ceil(tonumber(ARGV[3])))
end
local function refusal()
  local amounts = request.amounts
  for _, bucket in ipairs(each()) do
    if amounts[bucket.resource] * bucket.interval > bucket.capacity + TOLERANCE then return {bucket.resource, -1} end
  end
  if quota.budget and amounts.money > quota.budget.amount then return {'money', -1} end
  local money, count, first, probes = held()
  if state.frozen > now then return {'frozen', math.ceil(state.frozen - now)} end
  if state.probing and probes > 0 then return {'probe', math.ceil(first - now)} end
  if quota.concurrency and count >= quota.concurrency then return {'concurrency', math.ceil(first - now)} end
  if quota.budget and state.spent + money + amounts.money > quota.budget.amount then
    return {'money', math.ceil(state.window + quota.budget.perMs - now)}
  end
  local slowest, longest = nil, 0
  for _, bucket in ipairs(each()) do
    local amount = amounts[bucket.resource]
    if amount ~= 0 then
      local wait = math.max(now, arrival(bucket.resource, bucket.interval)) - now + amount * bucket.interval - bucket.capacity
      if wait > TOLERANCE and wait > longest then slowest, longest = bucket.resource, wait end
    end
  end
  if slowest then return {slowest, math.ceil(longest)} end
end

sweep()
if operation == 'reserve' then
  if find(request.id) then return {'granted', 0} end
  local refused = refusal()
  if not refused then
    state.charges[#state.charges + 1] = {id = request.id, at = now, open = true, expiresAt = now + request.ttlMs, amounts = request.amounts}
  end
  save()
  return refused or {'granted', 0}
elseif operation == 'settle' then
  local charge = find(request.id)
  if charge then
    charge.amounts = request.amounts
    shut(charge)
    if request.succeeded and charge.at >= state.frozen then state.probing = false end
  end
  save()
  return charge and 1 or 0
elseif operation == 'renew' then
  local charge = find(request.id)
  if charge then charge.expiresAt = now + request.ttlMs end
  save()
  return charge and 1 or 0
elseif operation == 'tighten' then
  if request.freezeMs then
    state.frozen, state.probing = math.max(state.frozen, now + request.freezeMs), true
  end
  local said = request.resources or {}
  for _, resource in ipairs(RATES) do
    local limit = said[resource] and said[resource].limit
    if limit and limit > 0 then state.caps[resource] = limit end
  end
  local excess, any = {requests = 0, inputTokens = 0, outputTokens = 0, tokens = 0, money = 0}, false
  for _, bucket in ipairs(each()) do
    local remaining = said[bucket.resource] and said[bucket.resource].remaining
    if remaining then
      excess[bucket.resource] = math.max(0, available(bucket) - math.max(0, remaining))
      any = any or excess[bucket.resource] > 0
    end
  end
  if any then state.charges[#state.charges + 1] = {id = '', at = now, open = false, expiresAt = now, amounts = excess} end
  save()
  return 1
end
local money, count = held()
local answer = {'open', count, 'money', string.format('%.17g', state.spent + money), 'frozen', string.format('%.17g', math.max(0, state.frozen - now))}
for _, bucket in ipairs(each()) do
  answer[#answer + 1] = bucket.resource
  answer[#answer + 1] = string.format('%.17g', available(bucket))
end
return answer
`
