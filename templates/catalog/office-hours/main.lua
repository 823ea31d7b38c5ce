-- Decides by the clock and the holidays of the tenant's zone who rings.

-- Minutes since midnight of "HH:MM".
local function minutes(text)
  return tonumber(string.sub(text, 1, 2)) * 60 + tonumber(string.sub(text, 4, 5))
end

-- Whether the office is open now, and why.
local function state()
  if now.holiday then
    return false, "closed: " .. now.holiday
  end
  for _, span in ipairs(param.hours[now.weekday] or {}) do
    if minutes(string.sub(span, 1, 5)) <= now.minutes and now.minutes < minutes(string.sub(span, 7, 11)) then
      return true, "open: " .. now.weekday .. " " .. span
    end
  end
  return false, "closed: " .. now.weekday .. " " .. now.time
end

-- What the caller's phone is told for each outcome (RFC 3261 §21.4, §21.6).
local codes = {
  busy = 486,
  ["no-answer"] = 480,
  declined = 603,
  unreachable = 480,
}

local open, why = state()
note{text = why}

local destination = if open then param.open else param.closed
if type(destination) == "table" and #destination == 0 then
  reject{code = 480}
end

local outcome = ring{targets = destination, timeout = param.timeout}
local code = codes[outcome.status]
if code then
  reject{code = code}
end
