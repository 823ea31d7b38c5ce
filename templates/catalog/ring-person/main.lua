-- Rings the person who was dialled, and tells the caller why nobody came.
local extension = call.callee.extension
if not extension then
  note{text = "nobody has the number " .. call.callee.dialled}
  reject{code = 404}
end

-- What the caller's phone is told for each outcome (RFC 3261 §21.4, §21.6).
local codes = {
  busy = 486,
  ["no-answer"] = 480,
  declined = 603,
  unreachable = 480,
}

local outcome = ring{targets = extension, timeout = param.timeout}
local code = codes[outcome.status]
if code then
  reject{code = code}
end
