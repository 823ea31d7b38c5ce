//! What a script cannot reach.

use crate::support::{fault, first, noted, resume, start, status};
use pbx_core::script::ScriptStep;
use templates::inline::Inline;

#[test]
fn nothing_leads_out_of_the_sandbox() {
    for name in [
        "os",
        "io",
        "debug",
        "package",
        "load",
        "loadstring",
        "loadfile",
        "dofile",
        "require",
        "getfenv",
        "setfenv",
        "collectgarbage",
        "newproxy",
        "gcinfo",
        "coroutine",
        "buffer",
        "vector",
        "print",
        "_G",
        "_ENV",
        "shared",
    ] {
        assert_eq!(noted(&format!("note{{text = type({name})}}")), "nil", "{name}");
    }
    assert_eq!(noted("note{text = type(math.randomseed) .. type(string.pack) .. type(string.dump)}"), "nilnilnil");
}

#[test]
fn what_is_given_cannot_be_changed() {
    for change in [
        "string.rep = nil",
        "call.id = 1",
        "call.caller.number = 1",
        "param.main = 1",
        "now.time = 1",
        "math.pi = 3",
        "getmetatable('').__index = {}",
        "rawset(string, 'x', 1)",
        "rawset(call, 'x', 1)",
        "table.insert(param, 1)",
        "setmetatable(call, {})",
        "table.clear(param)",
    ] {
        let lua = format!("local ok = pcall(function() {change} end) note{{text = tostring(ok)}}");
        assert_eq!(noted(&lua), "false", "{change}");
    }
}

#[test]
fn runs_do_not_see_each_other() {
    let mut inline = Inline::default();
    inline.run(start("acme", "one", "secret = 'mine' string_x = 1 ring{targets = '101'}"));
    let peek = "note{text = type(secret)}";
    for tenant in ["acme", "globex"] {
        let step = inline.run(start(tenant, "two", peek)).unwrap().step;
        let ScriptStep::Verb { args, .. } = step else { panic!("no verb") };
        assert_eq!(args["text"], "nil".into());
    }
}

#[test]
fn the_same_script_has_fresh_globals_in_every_call() {
    let mut inline = Inline::default();
    let lua = "count = (count or 0) + 1\nlocal function f() count = count + 1 end f() ring{targets = '101'}\nnote{text = 'n' .. count}";
    for call in ["one", "two", "three"] {
        inline.run(start("acme", call, lua));
    }
    for call in ["two", "one", "three"] {
        let step = inline.run(resume("acme", call, status("busy"))).unwrap().step;
        let ScriptStep::Verb { args, .. } = step else { panic!("no verb") };
        assert_eq!(args["text"], "n2".into());
    }
}

#[test]
fn text_of_a_table_has_no_address() {
    assert_eq!(noted("note{text = tostring({}) .. tostring(print) .. tostring(note)}"), "tablenilfunction");
    assert_eq!(noted("note{text = string.format('%s %s', {}, 5) .. `{ {} }`}"), "table 5table");
    assert_eq!(noted("note{text = ('%s'):format(note)}"), "function");
}

#[test]
fn tables_are_moved_and_sorted_as_in_luau() {
    for (lua, told) in [
        ("table.move({1, 2, 3}, 1, 3, 2)", "1,1,2,3"),
        ("table.move({1, 2, 3}, 2, 3, 1)", "2,3,3"),
        ("table.move({1, 2, 3}, 2, 3, 3, {7, 8})", "7,8,2,3"),
        ("(function() local t = {3, 1, 2} table.sort(t) return t end)()", "1,2,3"),
        ("(function() local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return t end)()", "3,2,1"),
    ] {
        assert_eq!(noted(&format!("note{{text = table.concat({lua}, ',')}}")), told, "{lua}");
    }
    let mixed = fault("\nlocal t = {1, 'a'}\ntable.sort(t)").1;
    assert_eq!(mixed, "main.lua:3: table.sort: a string and a number have no order");
}

#[test]
fn weak_tables_are_refused() {
    let weak = "local ok = pcall(setmetatable, {}, {__mode = 'k'}) note{text = tostring(ok)}";
    assert_eq!(noted(weak), "false");
    let later =
        "local m = {} setmetatable({}, m) local ok = pcall(function() m.__mode = 'k' end) note{text = tostring(ok)}";
    assert_eq!(noted(later), "false");
}

#[test]
fn bytecode_is_not_taken_for_a_script() {
    assert!(matches!(first("\u{6}\u{3}abc"), ScriptStep::Fault { .. }));
}
