//! A new VM with only what scripts may use. The Lua half is `sandbox.luau`.

use super::meter::{Asked, Meter};
use super::{Host, compile, convert, fault};
use mlua::chunk::ChunkMode;
use mlua::{Error, Function, Lua, LuaOptions, StdLib, Table, Value as LuaValue};
use pbx_core::base::ids::TemplateVersionId;
use pbx_core::call::verb::{self, SPECS};
use pbx_core::script::{FaultKind, ScriptInput};
use pbx_core::template::TemplateVersion;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// How many loaded scripts one VM keeps before it starts afresh.
const MAX_LOADED: usize = 64;

/// A script as compiled, to be copied for each run.
struct Loaded {
    script: Function,
    /// Whether it may ask what time it is. Most do not, and the table of it is a third of what a run needs.
    tells_time: bool,
}

/// One sandboxed VM.
pub(super) struct Vm {
    pub(super) lua: Lua,
    pub(super) meter: Arc<Meter>,
    /// The metatable of every run's environment: the libraries, frozen.
    world: Table,
    loaded: HashMap<TemplateVersionId, Loaded>,
    /// Bytes that scripts may hold; 0: not told yet.
    limit: usize,
}

impl Vm {
    /// A new VM; what it costs is about a third of a millisecond and 0.4 MB.
    pub(super) fn new(host: &Host) -> mlua::Result<Self> {
        let libraries = StdLib::STRING | StdLib::TABLE | StdLib::MATH | StdLib::BIT | StdLib::UTF8 | StdLib::COROUTINE;
        let lua = Lua::new_with(libraries, LuaOptions::new())?;
        let meter = Arc::new(Meter::new(host.limits, host.clock.clone()));
        let bytecode =
            compile::compile(include_str!("sandbox.luau")).map_err(|fault| Error::RuntimeError(fault.message))?;
        let world = load(&lua, &bytecode, "=sandbox")?.call(functions(&lua, &meter)?)?;
        lua.sandbox(true)?;
        let interrupted = meter.clone();
        lua.set_interrupt(move |_| interrupted.interrupt());
        Ok(Self { lua, meter, world, loaded: HashMap::new(), limit: 0 })
    }

    /// The script as a function in an environment of its own.
    pub(super) fn instance(
        &mut self,
        program: &TemplateVersion,
        bytecode: &[u8],
        input: &ScriptInput,
    ) -> mlua::Result<Function> {
        let Loaded { script, tells_time } = self.loaded(program, bytecode)?;
        let (script, tells_time) = (script.deep_clone()?, *tells_time);
        // What the host hands over is bounded by the host. Under a limit every value of it would be made in a protected call of
        // its own, which costs more than the rest of a usual template.
        self.lua.set_memory_limit(0)?;
        let environment = self.environment(input, tells_time);
        self.lua.set_memory_limit(self.limit)?;
        script.set_environment(environment?)?;
        Ok(script)
    }

    fn loaded(&mut self, program: &TemplateVersion, bytecode: &[u8]) -> mlua::Result<&Loaded> {
        if self.loaded.len() >= MAX_LOADED && !self.loaded.contains_key(&program.id) {
            self.loaded.clear();
        }
        match self.loaded.entry(program.id) {
            Entry::Occupied(loaded) => Ok(loaded.into_mut()),
            Entry::Vacant(place) => {
                let script = load(&self.lua, bytecode, fault::CHUNK)?;
                Ok(place.insert(Loaded { script, tells_time: program.tells_time() }))
            }
        }
    }

    fn environment(&self, input: &ScriptInput, tells_time: bool) -> mlua::Result<Table> {
        let environment = self.lua.create_table()?;
        environment.raw_set("call", convert::to_lua(&self.lua, &input.call, true)?)?;
        environment.raw_set("param", convert::map_to_lua(&self.lua, &input.params, true)?)?;
        if tells_time {
            environment.raw_set("now", convert::to_lua(&self.lua, &input.now, true)?)?;
        }
        environment.set_metatable(Some(self.world.clone()))?;
        Ok(environment)
    }

    /// Lets scripts hold so many bytes from now on.
    pub(super) fn limit_memory(&mut self, limit: usize) -> mlua::Result<()> {
        self.limit = limit;
        self.lua.set_memory_limit(limit).map(drop)
    }
}

fn load(lua: &Lua, bytecode: &[u8], name: &str) -> mlua::Result<Function> {
    lua.load(bytecode).set_name(name).set_mode(ChunkMode::Binary).into_function()
}

/// The functions that the Lua half gets.
fn functions(lua: &Lua, meter: &Arc<Meter>) -> mlua::Result<Table> {
    let host = lua.create_table()?;
    host.raw_set("verbs", SPECS.iter().map(|spec| spec.name).collect::<Vec<_>>())?;
    let asking = meter.clone();
    let ask = move |lua: &Lua, (name, args): (String, LuaValue)| Ok(ask(lua, &asking, &name, &args).err());
    host.raw_set("ask", lua.create_function(ask)?)?;
    let random = meter.clone();
    host.raw_set("random", lua.create_function(move |_, ()| Ok(random.with(|gauge| gauge.random())))?)?;
    let spent = meter.clone();
    let out_of_memory = move |_: &Lua, ()| -> mlua::Result<()> {
        spent.with(|gauge| gauge.stopped.get_or_insert(FaultKind::Memory).to_owned());
        Err(Error::RuntimeError("not enough memory".to_owned()))
    };
    host.raw_set("out_of_memory", lua.create_function(out_of_memory)?)?;
    Ok(host)
}

/// Checks a verb's arguments and puts it where the host finds it when the script has yielded.
fn ask(lua: &Lua, meter: &Meter, name: &str, args: &LuaValue) -> Result<(), String> {
    let spec = SPECS.iter().find(|spec| spec.name == name).ok_or("there is no such verb")?;
    let args = convert::arguments(args).map_err(|fault| format!("{name}: {fault}"))?;
    let args = verb::check(name, args).map_err(|fault| fault.to_string())?;
    // Level 0 is this function, 1 the wrapper in `sandbox.luau`, 2 the script.
    let line = lua.inspect_stack(2, |frame| frame.current_line()).flatten();
    let line = line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
    meter.with(|gauge| gauge.asked = Some(Asked { name: spec.name, args, line }));
    Ok(())
}
