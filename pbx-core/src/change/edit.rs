//! Tries a change on the state: secrets are hashed, sealed or minted, and what can't exist without a removed object is
//! removed, too.

use super::object::{Change, NewSecret, Object, ObjectId, Step};
use super::state::State;
use super::validate::is_header_value;
use super::{Fault, Minted};
use crate::base::ids::{DeviceId, TenantId};
use crate::directory::{Scope, Source};
use crate::secret::{Keys, Plain, Sealed, hash_password, password_matches};
use crate::store::{Account, DeviceConfig, Role};
use rand::RngCore;

/// Fewest characters of a password for the console that is not called short: anybody may try one (NIST SP 800-63B §5.1.1.1).
const SHORTEST: usize = 8;

/// What editing needs from outside.
pub(super) struct Tools<'a> {
    pub(super) keys: &'a Keys,
    pub(super) rng: &'a mut (dyn RngCore + Send),
    pub(super) minted: Vec<Minted>,
    /// E-mails of log-ins that were given a short password.
    pub(super) short: Vec<String>,
}

/// Whoever logs in does so with something.
const CANNOT_REMOVE: &str = "can't be taken away";

/// The owner that a device's secret is sealed for.
pub(super) fn owner(tenant: TenantId, device: DeviceId) -> String {
    format!("{tenant}/{device}")
}

/// Tries one change. `before` is the state before the whole batch.
pub(super) async fn edit(before: &State, state: &mut State, step: &Step, tools: &mut Tools<'_>) -> Result<(), Fault> {
    match &step.change {
        Change::Remove(id) => {
            if !state.remove(*id) && before.get(*id).is_none() {
                return Err(Fault::about(&step.origin, "not-there", "there is nothing of that name to remove"));
            }
            cascade(state, *id);
            Ok(())
        }
        Change::Put(object, secret) => {
            let refuse = |field, why: String| Fault::at(&step.origin, field, "grammar", why);
            let object = match object.as_ref().clone() {
                Object::Device(tenant, device) => {
                    let device = device_with_secret(state, tenant, device, secret, tools);
                    Object::Device(tenant, device.map_err(|why| refuse("password", why))?)
                }
                Object::Source(tenant, source) => {
                    let source = source_with_secret(state, tenant, source, secret, tools);
                    Object::Source(tenant, source.map_err(|why| refuse("secret", why))?)
                }
                Object::Account(account) => {
                    if matches!(state.get(object.id()), Some(Object::Account(old)) if old.tenant != account.tenant) {
                        return Err(Fault::about(&step.origin, "not-there", "there is no such log-in"));
                    }
                    let account = account_with_secret(state, account, secret, tools).await;
                    Object::Account(account.map_err(|why| refuse("password", why))?)
                }
                other => other,
            };
            state.put(object);
            Ok(())
        }
    }
}

/// Removes what can't exist without the removed object.
fn cascade(state: &mut State, id: ObjectId) {
    let gone: Vec<ObjectId> = match id {
        ObjectId::Tenant(tenant) => {
            state.objects().filter(|object| object.tenant() == Some(tenant)).map(Object::id).collect()
        }
        ObjectId::Person(tenant, person) => {
            let devices = state.devices(tenant).filter(|device| device.person == person);
            let devices = devices.map(|device| ObjectId::Device(tenant, device.id));
            let own = |account: &&Account| account.person == Some(person) && account.role == Role::User;
            let accounts = state.accounts().filter(own).map(|account| ObjectId::Account(account.id));
            let binding = ObjectId::Binding(tenant, Scope::Extension(person));
            devices.chain(accounts).chain([binding]).collect()
        }
        ObjectId::Number(tenant, number) => vec![ObjectId::Binding(tenant, Scope::Number(number))],
        _ => Vec::new(),
    };
    for id in gone {
        state.remove(id);
    }
    if let ObjectId::Person(_, person) = id {
        let admins: Vec<_> = state.accounts().filter(|account| account.person == Some(person)).cloned().collect();
        for admin in admins {
            state.put(Object::Account(Account { person: None, ..admin }));
        }
    }
}

fn device_with_secret(
    state: &State,
    tenant: TenantId,
    mut device: DeviceConfig,
    secret: &NewSecret,
    tools: &mut Tools<'_>,
) -> Result<DeviceConfig, String> {
    let old = match state.get(ObjectId::Device(tenant, device.id)) {
        Some(Object::Device(_, old)) => Some(old),
        _ => None,
    };
    if device.sip_user.is_empty() {
        device.sip_user = old.map_or_else(|| opaque(tools.rng, 16), |old| old.sip_user.clone());
    }
    let owner = owner(tenant, device.id);
    let sealed = old.and_then(|old| old.secret.clone());
    device.secret = match secret {
        NewSecret::Set(plain) => Some(seal(tools, &owner, plain, sealed)?),
        NewSecret::Remove => return Err(CANNOT_REMOVE.to_owned()),
        NewSecret::Keep if old.is_some() || device.contact.is_some() => sealed,
        NewSecret::Keep | NewSecret::Mint => {
            let plain = Plain::new(opaque(tools.rng, 20));
            let sealed = seal(tools, &owner, &plain, None)?;
            let id = ObjectId::Device(tenant, device.id);
            tools.minted.push(Minted { id, name: device.sip_user.clone(), password: plain });
            Some(sealed)
        }
    };
    Ok(device)
}

fn source_with_secret(
    state: &State,
    tenant: TenantId,
    mut source: Source,
    secret: &NewSecret,
    tools: &mut Tools<'_>,
) -> Result<Source, String> {
    let owner = source.sealed_for(tenant);
    let old = match state.get(ObjectId::Source(tenant, source.id)) {
        Some(Object::Source(_, old)) => old.secret.clone().map(|sealed| (sealed, old.sealed_for(tenant))),
        _ => None,
    };
    source.secret = match secret {
        NewSecret::Set(plain) if !is_header_value(plain.expose()) => {
            return Err("must be 1 to 4096 visible ASCII characters and spaces between them".to_owned());
        }
        NewSecret::Set(plain) => Some(seal(tools, &owner, plain, old.map(|(sealed, _)| sealed))?),
        NewSecret::Keep if old.as_ref().is_some_and(|(_, old)| *old != owner) => {
            return Err("the URL leads to another server now: give its secret, or null for none".to_owned());
        }
        NewSecret::Keep => old.map(|(sealed, _)| sealed),
        NewSecret::Remove => None,
        NewSecret::Mint => return Err("is made by the source's own side".to_owned()),
    };
    Ok(source)
}

/// Seals a secret. The same secret again keeps the old seal, so that nothing counts as changed.
fn seal(tools: &mut Tools<'_>, owner: &str, plain: &Plain, old: Option<Sealed>) -> Result<Sealed, String> {
    if plain.expose().is_empty() {
        return Err("must not be empty: leave it out to keep the old one".to_owned());
    }
    match old {
        Some(old) if tools.keys.open(owner, &old).is_ok_and(|open| open == *plain) => Ok(old),
        _ => tools.keys.seal(owner, plain, random(tools.rng)).map_err(|why| why.to_string()),
    }
}

async fn account_with_secret(
    state: &State,
    mut account: Account,
    secret: &NewSecret,
    tools: &mut Tools<'_>,
) -> Result<Account, String> {
    account.email = account.email.trim().to_lowercase();
    let old = match state.get(ObjectId::Account(account.id)) {
        Some(Object::Account(old)) => old.password_hash.clone(),
        _ => None,
    };
    let plain = match secret {
        NewSecret::Keep => {
            account.password_hash = old;
            return Ok(account);
        }
        NewSecret::Remove => return Err(CANNOT_REMOVE.to_owned()),
        NewSecret::Set(plain) => plain.clone(),
        NewSecret::Mint => {
            let plain = Plain::new(opaque(tools.rng, 20));
            let id = ObjectId::Account(account.id);
            tools.minted.push(Minted { id, name: account.email.clone(), password: plain.clone() });
            plain
        }
    };
    if plain.expose().is_empty() {
        return Err("must not be empty: leave it out to keep the old one".to_owned());
    }
    if plain.expose().chars().count() < SHORTEST {
        tools.short.push(account.email.clone());
    }
    let salt = random(tools.rng);
    // Hashing takes tens of milliseconds on purpose: not on a thread that serves others.
    let hash = tokio::task::spawn_blocking(move || match old {
        Some(old) if password_matches(&plain, Some(&old)) => Ok(old),
        _ => hash_password(&plain, salt),
    });
    account.password_hash = Some(hash.await.map_err(|why| why.to_string())?.map_err(|why| why.to_string())?);
    Ok(account)
}

fn random<const N: usize>(rng: &mut (dyn RngCore + Send)) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

/// Random letters and digits, none of which is taken for another: five bits each.
fn opaque(rng: &mut (dyn RngCore + Send), length: usize) -> String {
    const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let sign = |byte: u32| char::from(SIGNS[byte as usize % SIGNS.len()]);
    (0..length).map(|_| sign(rng.next_u32())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn what_is_minted_is_letters_and_digits_that_are_not_taken_for_another() {
        let minted = opaque(&mut ChaCha20Rng::seed_from_u64(1), 10_000);
        assert_eq!(minted.len(), 10_000);
        assert!(minted.bytes().all(|sign| sign.is_ascii_alphanumeric() && !b"l1o0".contains(&sign)));
    }
}
