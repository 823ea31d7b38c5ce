//! Values in and out of a VM. What comes out is bounded before it is copied.

use mlua::{Lua, Table, Value as LuaValue};
use pbx_core::base::value::Value;
use std::collections::BTreeMap;

/// How deep tables may be nested.
const MAX_DEPTH: usize = 8;
/// How many values one verb's arguments may hold.
const MAX_VALUES: usize = 512;
/// How long all their texts together may be, in bytes.
const MAX_BYTES: usize = 16 * 1024;

/// A table of named arguments from a script, or what is wrong with it.
pub(super) fn arguments(value: &LuaValue) -> Result<BTreeMap<String, Value>, String> {
    let mut left = Left { values: MAX_VALUES, bytes: MAX_BYTES };
    match value {
        LuaValue::Table(table) => match left.table(table, 0)? {
            Value::Map(map) => Ok(map),
            Value::List(list) if list.is_empty() => Ok(BTreeMap::new()),
            _ => Err("arguments are named: verb{name = value}".to_owned()),
        },
        LuaValue::Nil => Ok(BTreeMap::new()),
        _ => Err("arguments are a table: verb{name = value}".to_owned()),
    }
}

struct Left {
    values: usize,
    bytes: usize,
}

impl Left {
    fn value(&mut self, value: &LuaValue, depth: usize) -> Result<Value, String> {
        self.values = self.values.checked_sub(1).ok_or("the arguments hold too many values")?;
        match value {
            LuaValue::Nil => Ok(Value::Null),
            LuaValue::Boolean(truth) => Ok(Value::Bool(*truth)),
            LuaValue::Integer(int) => Ok(Value::Int(*int)),
            LuaValue::Number(float) => number(*float),
            LuaValue::String(text) => self.text(text).map(Value::Text),
            LuaValue::Table(table) if depth < MAX_DEPTH => self.table(table, depth + 1),
            LuaValue::Table(_) => Err("the arguments are nested too deeply".to_owned()),
            other => Err(format!("a {} cannot be an argument", other.type_name())),
        }
    }

    fn text(&mut self, text: &mlua::LuaString) -> Result<String, String> {
        let bytes = text.as_bytes();
        self.bytes = self.bytes.checked_sub(bytes.len()).ok_or("the arguments' text is too long")?;
        let text = std::str::from_utf8(&bytes).map_err(|_| "text must be UTF-8")?;
        Ok(text.to_owned())
    }

    fn table(&mut self, table: &Table, depth: usize) -> Result<Value, String> {
        let length = table.raw_len();
        if length > self.values {
            return Err("the arguments hold too many values".to_owned());
        }
        let mut list = vec![Value::Null; length];
        let mut map = BTreeMap::new();
        for pair in table.pairs::<LuaValue, LuaValue>() {
            let (key, value) = pair.map_err(|error| error.to_string())?;
            let value = self.value(&value, depth)?;
            match key {
                LuaValue::String(key) => {
                    map.insert(self.text(&key)?, value);
                }
                key => match position(&key).and_then(|index| list.get_mut(index)) {
                    Some(slot) => *slot = value,
                    None => return Err("a table has either names or the keys 1 to n".to_owned()),
                },
            }
        }
        match (list.is_empty(), map.is_empty()) {
            (_, true) => Ok(Value::List(list)),
            (true, false) => Ok(Value::Map(map)),
            (false, false) => Err("a table has either names or the keys 1 to n".to_owned()),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole and in bounds")]
fn number(float: f64) -> Result<Value, String> {
    if !float.is_finite() {
        return Err("a number must be finite".to_owned());
    }
    Ok(if float.fract() == 0.0 && float.abs() < 9e15 { Value::Int(float as i64) } else { Value::Float(float) })
}

fn position(key: &LuaValue) -> Option<usize> {
    match key {
        LuaValue::Integer(int) => usize::try_from(*int).ok()?.checked_sub(1),
        LuaValue::Number(float) => match number(*float) {
            Ok(Value::Int(int)) => usize::try_from(int).ok()?.checked_sub(1),
            _ => None,
        },
        _ => None,
    }
}

/// A value for a script. `frozen`: the script cannot change it.
pub(super) fn to_lua(lua: &Lua, value: &Value, frozen: bool) -> mlua::Result<LuaValue> {
    Ok(match value {
        Value::Null => LuaValue::Nil,
        Value::Bool(truth) => LuaValue::Boolean(*truth),
        #[expect(clippy::cast_precision_loss, reason = "Luau's only numbers are floats")]
        Value::Int(int) => LuaValue::Number(*int as f64),
        Value::Float(float) => LuaValue::Number(*float),
        Value::Text(text) => LuaValue::String(lua.create_string(text)?),
        Value::List(list) => {
            let table = lua.create_table_with_capacity(list.len(), 0)?;
            for (index, item) in list.iter().enumerate() {
                table.raw_set(index + 1, to_lua(lua, item, frozen)?)?;
            }
            table.set_readonly(frozen);
            LuaValue::Table(table)
        }
        Value::Map(map) => map_to_lua(lua, map, frozen)?,
    })
}

/// A table with text keys for a script.
pub(super) fn map_to_lua(lua: &Lua, map: &BTreeMap<String, Value>, frozen: bool) -> mlua::Result<LuaValue> {
    let table = lua.create_table_with_capacity(0, map.len())?;
    for (key, item) in map {
        table.raw_set(key.as_str(), to_lua(lua, item, frozen)?)?;
    }
    table.set_readonly(frozen);
    Ok(LuaValue::Table(table))
}
