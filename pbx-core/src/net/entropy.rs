//! The one place that asks the machine for randomness.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// Returns 32 bytes of the machine's randomness.
///
/// # Errors
/// When the kernel has no randomness to give: nothing that needs secrets may start then.
#[expect(clippy::disallowed_methods, reason = "this is where randomness comes from")]
pub fn seed() -> Result<[u8; 32], std::io::Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|e| std::io::Error::other(e.to_string()))?;
    Ok(seed)
}

/// Makes a generator of its own, seeded by the machine.
///
/// # Errors
/// As [`seed`].
pub fn rng() -> Result<ChaCha20Rng, std::io::Error> {
    Ok(ChaCha20Rng::from_seed(seed()?))
}
