//! Natural keys of what is added in the console: a name becomes a slug that nobody has.

use pbx_core::directory::Tenant;

/// The slug of a new person.
pub(super) fn of_person(tenant: &Tenant, name: &str) -> String {
    free(&made_of(name, "person"), |slug| tenant.people.values().any(|person| person.slug == slug))
}

/// The slug of a person's new phone; `taken` knows the others.
pub(super) fn of_phone(label: &str, taken: impl Fn(&str) -> bool) -> String {
    free(&made_of(label, "phone"), taken)
}

/// The first of `slug`, `slug-2`, `slug-3` … that nobody has.
fn free(slug: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(slug) {
        return slug.to_owned();
    }
    (2..u32::MAX).map(|n| format!("{slug}-{n}")).find(|candidate| !taken(candidate)).unwrap_or_default()
}

/// `Anna Berg` → `anna-berg`; what has no letter that a slug may hold gets the other word.
fn made_of(name: &str, otherwise: &str) -> String {
    let lower = name.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss");
    let words: Vec<String> = lower
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let slug: String = words.join("-").chars().take(32).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { otherwise.to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs_that_are_free() {
        assert_eq!(made_of("Jörg Weiß", "person"), "joerg-weiss");
        assert_eq!(made_of("李", "person"), "person");
        assert_eq!(free("anna", |slug| slug == "anna" || slug == "anna-2"), "anna-3");
    }
}
