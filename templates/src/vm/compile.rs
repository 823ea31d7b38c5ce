//! Text to bytecode, once a version. Bytecode is made here and nowhere else: a VM trusts it blindly.

use mlua::chunk::Compiler;
use pbx_core::base::ids::TemplateVersionId;
use pbx_core::template::TemplateVersion;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;

/// How many compiled versions are kept before the cache starts afresh.
const MAX_PROGRAMS: usize = 1024;

/// Why a script does not compile.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{message}")]
pub struct SyntaxFault {
    /// The compiler's words.
    pub message: String,
    /// The line, if known.
    pub line: Option<u32>,
}

/// Whether a script compiles; for whoever is about to publish it.
///
/// # Errors
/// The first [`SyntaxFault`].
pub fn check_syntax(lua: &str) -> Result<(), SyntaxFault> {
    compile(lua).map(drop)
}

pub(super) fn compile(lua: &str) -> Result<Vec<u8>, SyntaxFault> {
    let compiler = Compiler::new().set_optimization_level(1).set_debug_level(1);
    compiler.compile(lua).map_err(|error| {
        let (message, line) = super::fault::describe(&error);
        SyntaxFault { message, line }
    })
}

type Compiled = Result<Arc<[u8]>, SyntaxFault>;

/// Compiled scripts by version, shared by all VMs of a host.
#[derive(Default)]
pub(crate) struct Programs {
    by_version: Mutex<HashMap<TemplateVersionId, Compiled>>,
}

impl Programs {
    /// The bytecode of a version.
    pub(super) fn bytecode(&self, program: &TemplateVersion) -> Compiled {
        let known = self.by_version.lock().unwrap_or_else(PoisonError::into_inner).get(&program.id).cloned();
        if let Some(known) = known {
            return known;
        }
        let compiled = compile(&program.lua).map(Arc::from);
        let mut programs = self.by_version.lock().unwrap_or_else(PoisonError::into_inner);
        if programs.len() >= MAX_PROGRAMS {
            programs.clear();
        }
        programs.insert(program.id, compiled.clone());
        compiled
    }
}
