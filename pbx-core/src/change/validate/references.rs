//! What an object refers to must exist, and what is referred to can't be removed.

use super::check::Check;
use crate::change::state::State;
use crate::change::{Fault, Object, ObjectId, Origin};
use crate::directory::Scope;
use crate::store::Role;

pub(super) fn check(check: &mut Check<'_>, object: &Object) {
    let there = |id| check.after.get(id).is_some();
    if let Some(tenant) = object.tenant()
        && !there(ObjectId::Tenant(tenant))
    {
        let fault = Fault::about(&check.origin(object), "not-there", "there is no such tenant");
        check.faults.push(fault);
        return;
    }
    let missing = match object {
        Object::Device(tenant, device) if !there(ObjectId::Person(*tenant, device.person)) => Some(("user", "person")),
        Object::Binding(tenant, binding) => match binding.scope {
            Scope::Extension(person) if !there(ObjectId::Person(*tenant, person)) => Some(("template", "person")),
            Scope::Number(number) if !there(ObjectId::Number(*tenant, number)) => Some(("template", "number")),
            _ => None,
        },
        Object::Account(account) => {
            let person = account.tenant.zip(account.person);
            person.filter(|(tenant, person)| !there(ObjectId::Person(*tenant, *person))).map(|_| ("user", "person"))
        }
        _ => None,
    };
    if let Some((field, kind)) = missing {
        check.fault(object, field, "not-there", format!("there is no such {kind}"));
    }
}

/// Faults of what a removal leaves behind: a number whose trunk is gone, or a server without its last operator.
pub(super) fn removed(check: &mut Check<'_>, before: &State) {
    let after = check.after;
    // A number whose trunk is gone or never was, whoever owns it.
    for object in after.objects() {
        let Object::Number(_, number) = object else { continue };
        let Some(trunk) = number.trunk.filter(|trunk| after.get(ObjectId::Trunk(*trunk)).is_none()) else { continue };
        let path = check.origin(object);
        match before.get(ObjectId::Trunk(trunk)) {
            Some(Object::Trunk(trunk)) => {
                let message = format!("trunk {} can't go: the number {} comes in through it", trunk.slug, number.e164);
                check.faults.push(Fault::at(&path, "trunk", "bound", message));
            }
            _ => check.faults.push(Fault::at(&path, "trunk", "not-there", "there is no such trunk")),
        }
    }
    let operators = |state: &State| state.accounts().filter(|account| account.role == Role::Operator).count();
    if operators(before) > 0 && operators(after) == 0 {
        let origin = Origin { path: "operators".to_owned(), ..Origin::default() };
        check.faults.push(Fault::about(&origin, "bound", "the last operator can't be removed"));
    }
}
