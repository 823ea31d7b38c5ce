-- Asks the company's customer service who is calling. Gold customers ring their account manager, the rest `main`.

-- What the caller's phone is told for each outcome (RFC 3261 §21.4, §21.6).
local codes = {
  busy = 486,
  ["no-answer"] = 480,
  declined = 603,
  unreachable = 480,
}

-- A destination as people read it.
local function shown(destination)
  return if type(destination) == "table" then table.concat(destination, ", ") else destination
end

-- An extension as a source writes it: text, or a whole number (one with leading zeros is text, or they are lost).
local function extension(person)
  if type(person) == "number" and person >= 0 and person < 1e10 and person % 1 == 0 then
    return string.format("%d", person)
  end
  if type(person) == "string" and #person <= 16 and string.match(person, "^[%d*#]+$") then
    return person
  end
  return nil
end

-- Whether a value is a list, which no customer is. One without anything in it may be either.
local function is_list(value)
  return value[1] ~= nil
end

-- The customer, or nothing; and why, if the source did not say it itself.
local function customer()
  local caller = call.caller
  if caller.anonymous or not caller.number or caller.number == "" then
    return nil, "the caller shows no number"
  end
  local answer = lookup{source = param.source, args = {number = caller.number}}
  if answer.status == "found" then
    if type(answer.value) == "table" and not is_list(answer.value) then
      return answer.value
    end
    return nil, param.source .. " answered something that is no customer record"
  elseif answer.status == "unknown" then
    return nil, param.source .. " does not know " .. caller.number
  end
  local trouble = if answer.status == "timeout" then " did not answer in time" else " failed (" .. (answer.code or "no reason") .. ")"
  -- The source's declared default, if it has one.
  local default = if type(answer.value) == "table" then answer.value else nil
  return default, param.source .. trouble
end

-- Who rings first, and why.
local function choose()
  local found, why = customer()
  if not found then
    return param.main, why
  end
  local name = if type(found.name) == "string" then found.name else "without a name"
  if why then
    name ..= " by default, because " .. why
  end
  if found.tier ~= "gold" then
    return param.main, "customer " .. name
  end
  local person = extension(found.account_manager)
  if person then
    return person, "gold customer " .. name
  end
  why = "gold customer " .. name
    .. if found.account_manager == nil then " without an account manager" else " whose account manager is no extension"
  if type(param.vip) == "table" and #param.vip == 0 then
    return param.main, why
  end
  return param.vip, why
end

local first, why = choose()
note{text = why .. " → " .. shown(first)}
local outcome = ring{targets = first, timeout = param.timeout}

if codes[outcome.status] and shown(first) ~= shown(param.main) then
  note{text = shown(first) .. ": " .. outcome.status .. " → " .. shown(param.main)}
  outcome = ring{targets = param.main, timeout = param.timeout}
end

local code = codes[outcome.status]
if code then
  reject{code = code}
end
