//! Scripts that mean harm end in a fault of the right kind.

use crate::support::{fault, first, resume, start, status};
use pbx_core::script::{FaultKind, ScriptStep};
use templates::inline::Inline;

#[test]
fn an_endless_loop_spends_its_budget() {
    assert_eq!(fault("while true do end").0, FaultKind::Budget);
    assert_eq!(fault("repeat until false").0, FaultKind::Budget);
    assert_eq!(fault("local function f() return f() end f()").0, FaultKind::Error);
}

#[test]
fn pcall_cannot_swallow_the_end_of_the_budget() {
    assert_eq!(fault("while true do pcall(function() while true do end end) end").0, FaultKind::Budget);
    assert_eq!(fault("pcall(function() while true do end end) note{text = 'still here'}").0, FaultKind::Budget);
    assert_eq!(
        fault("xpcall(function() while true do end end, function() while true do end end)").0,
        FaultKind::Budget
    );
    let nested = "local function f() pcall(f) while true do pcall(f) end end f()";
    assert_eq!(fault(nested).0, FaultKind::Budget);
}

#[test]
fn a_gsub_callback_cannot_hold_the_thread() {
    assert_eq!(fault("string.gsub('aaaa', 'a', function() while true do end end)").0, FaultKind::Budget);
    assert_eq!(
        fault("string.gsub('a', 'a', function() pcall(function() while true do end end) end)").0,
        FaultKind::Budget
    );
    assert_eq!(fault("table.sort({3, 2, 1}, function() while true do end end)").0, FaultKind::Budget);
}

#[test]
fn a_metamethod_cannot_hold_the_thread() {
    assert_eq!(
        fault("local t = setmetatable({}, {__index = function() while true do end end}) local x = t.y").0,
        FaultKind::Budget
    );
}

#[test]
fn a_memory_bomb_is_a_memory_fault() {
    assert_eq!(fault("local s = 'a' while true do s = s .. s end").0, FaultKind::Memory);
    assert_eq!(fault("local t = {} for i = 1, 1e9 do t[i] = {i} end").0, FaultKind::Memory);
    assert_eq!(fault("local t = table.create(1e7)").0, FaultKind::Memory);
}

#[test]
fn pcall_cannot_swallow_a_memory_fault() {
    let bomb = "pcall(function() local s = 'a' while true do s = s .. s end end) note{text = 'still here'}";
    assert_eq!(fault(bomb).0, FaultKind::Memory);
    let handled = "xpcall(function() local s = 'a' while true do s = s .. s end end, function() return 1 end)";
    assert_eq!(fault(handled).0, FaultKind::Memory);
}

#[test]
fn the_tenants_other_calls_survive_a_memory_bomb() {
    let mut inline = Inline::default();
    let good = "local n = math.random(1000)\nring{targets = '101'}\nnote{text = 'n' .. n}";
    inline.run(start("acme", "good", good));
    let bomb = inline.run(start("acme", "bomb", "local t = {} for i = 1, 1e9 do t[i] = {i} end")).unwrap();
    assert!(matches!(bomb.step, ScriptStep::Fault { kind: FaultKind::Memory, .. }));
    let after = inline.run(resume("acme", "good", status("busy"))).unwrap().step;
    let mut calm = Inline::default();
    calm.run(start("acme", "good", good));
    assert_eq!(after, calm.run(resume("acme", "good", status("busy"))).unwrap().step);
    assert!(matches!(after, ScriptStep::Verb { name, .. } if name == "note"));
}

#[test]
fn a_thousand_waiting_calls_are_no_memory_fault() {
    let mut inline = Inline::default();
    let lua = "local o = ring{targets = param.main}\nnote{text = o.status}";
    for call in 0..1000 {
        let reply = inline.run(start("acme", &call.to_string(), lua)).unwrap();
        assert!(matches!(reply.step, ScriptStep::Verb { .. }), "call {call}: {:?}", reply.step);
    }
}

#[test]
fn a_pattern_bomb_spends_its_budget() {
    let bomb = "local s = string.rep('a', 30000)\nstring.find(s, '(.-)(.-)(.-)(.-)(.-)b')";
    assert_eq!(fault(bomb).0, FaultKind::Budget);
    assert_eq!(fault("string.find(string.rep('a', 30000), string.rep('a?', 500) .. 'b')").0, FaultKind::Error);
    assert_eq!(fault("string.find(string.rep('a', 100000), 'b')").0, FaultKind::Error);
}

#[test]
fn a_library_function_does_not_work_long_between_interrupts() {
    for (lua, why) in [
        ("string.split(string.rep('a', 65537), 'b')", "the text is longer"),
        ("string.split(string.rep('a', 9999), string.rep('a', 999))", "the pattern is longer"),
        ("string.find('a', '[' .. string.rep('b', 999) .. ']')", "the pattern is longer"),
        ("string.gsub('a', 'a', string.rep('%0', 99999))", "the replacement is longer"),
        ("string.format(string.rep('%.99f', 9999), 1)", "the format is longer"),
        ("string.rep('a', '9999999')", "the result is longer"),
        ("string.rep(12345, 999999)", "the result is longer"),
        ("table.move({}, '1', '900000', 2)", "must be whole numbers"),
        ("table.move({}, 0 / 0, 900000, 2)", "must be whole numbers"),
    ] {
        let (kind, message) = fault(lua);
        assert_eq!(kind, FaultKind::Error, "{lua}");
        assert!(message.contains(why), "{lua}: {message}");
    }
}

#[test]
fn every_step_over_a_table_is_counted() {
    for lua in [
        "table.move({}, 1, 900000, 2)",
        "local t = table.create(100000, 1) t[1] = 2 table.sort(t)",
        // A function of the library as an order: no zero has a bit in common with another.
        "table.sort(table.create(100000, 0), bit32.btest)",
    ] {
        assert_eq!(fault(lua).0, FaultKind::Budget, "{lua}");
    }
}

#[test]
fn deep_recursion_ends_in_a_fault() {
    let (kind, message) = fault("local function f(n) return 1 + f(n + 1) end f(1)");
    assert_eq!(kind, FaultKind::Error, "{message}");
    assert!(message.contains("stack overflow"), "{message}");
    assert!(matches!(first("local function f() string.gsub('a', 'a', f) end f()"), ScriptStep::Fault { .. }));
    let deep = format!("local x = {}1{}", "(".repeat(30_000), ")".repeat(30_000));
    assert_eq!(fault(&deep).0, FaultKind::Syntax);
}

#[test]
fn ten_megabytes_do_not_become_an_argument() {
    assert!(matches!(first("ring{targets = string.rep('1', 10000000)}"), ScriptStep::Fault { .. }));
    let doubled = "local s = string.rep('1', 1000000)\nreject{code = 486, reason = s .. s}";
    assert_eq!(fault(doubled).0, FaultKind::Error);
    assert_eq!(fault("lookup{source = 's', args = {number = string.rep('1', 5000)}}").0, FaultKind::Error);
    assert_eq!(fault("local t = {} for i = 1, 5000 do t[i] = '1' end ring{targets = t}").0, FaultKind::Error);
    assert_eq!(fault("local t = {} t.t = t ring{targets = t}").0, FaultKind::Error);
}

#[test]
fn line_breaks_do_not_become_a_number() {
    assert_eq!(fault("ring{targets = '101\\r\\nVia: evil'}").0, FaultKind::Error);
    assert_eq!(fault("ring{targets = {'101', '1\\n2'}}").0, FaultKind::Error);
    assert_eq!(fault("lookup{source = 's', args = {number = '1\\r\\n'}}").0, FaultKind::Error);
    assert_eq!(fault("reject{code = 486, reason = 'a\\r\\nb'}").0, FaultKind::Error);
    assert_eq!(fault("ring{targets = '\\255\\254'}").0, FaultKind::Error);
}

#[test]
fn a_verb_where_nothing_can_yield_is_an_error() {
    let (kind, message) = fault("string.gsub('a', 'a', function() ring{targets = '101'} end)");
    assert_eq!(kind, FaultKind::Error);
    assert!(message.contains("yield"), "{message}");
    assert_eq!(fault("local t = setmetatable({}, {__index = ring}) local x = t.y").0, FaultKind::Error);
}

#[test]
fn error_objects_that_raise_are_still_errors() {
    assert_eq!(fault("error(setmetatable({}, {__tostring = function() error('again') end}))").0, FaultKind::Error);
    assert_eq!(fault("error(setmetatable({}, {__tostring = function() while true do end end}))").0, FaultKind::Budget);
    assert_eq!(fault("error()").0, FaultKind::Error);
    assert_eq!(fault("error({})").1, fault("error({})").1);
    assert!(!fault("error({})").1.contains("0x"));
}
