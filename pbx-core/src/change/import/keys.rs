//! Every key of the import file, in words: what the reader knows and what docs/IMPORT.md is made of.

/// A table of the file: its place, its keys with their meaning.
pub(super) struct Section {
    place: &'static str,
    about: &'static str,
    keys: &'static [(&'static str, &'static str)],
}

macro_rules! sections {
    ($($name:ident, $all:ident: $place:literal, $about:literal, { $($key:literal: $meaning:literal),* $(,)? })*) => {
        $(
            pub(super) const $name: &[&str] = &[$($key),*];
            const $all: Section = Section { place: $place, about: $about, keys: &[$(($key, $meaning)),*] };
        )*
        const SECTIONS: &[Section] = &[$($all),*];
    };
}

sections! {
    FILE, FILE_SECTION: "the file", "The whole server, or as much of it as you want to change.", {
        "operators": "Who sees every tenant: a list.",
        "trunks": "Ways to and from the outside: a list.",
        "tenants": "Companies: a list.",
    }
    ACCOUNT, ACCOUNT_SECTION: "operators[], tenants[].admins[]", "Somebody who logs in to the console.", {
        "email": "What is typed to log in; unique on the server. Required.",
        "password": "Left out: the old one stays. Fewer than 8 characters are told to be short. Never exported.",
    }
    TRUNK, TRUNK_SECTION: "trunks[]", "A trunk of the operator.", {
        "id": "Its name in numbers. Required.",
        "kind": "`ip`: known by its address (the default).",
        "peers": "Where it calls from: a list of addresses with a port, `\"192.0.2.1:5060\"`, of addresses of any port, `\"192.0.2.1\"`, or of networks, `\"192.0.2.0/28\"`. No phone can register from an address of any port.",
        "called_number": "Where it says which number is called: `request-uri`, `p-called-party-id`, `diversion` or `to`; `auto` by default: in the request line, and where that names none of its numbers in `P-Called-Party-ID`, else in `To`.",
    }
    TENANT, TENANT_SECTION: "tenants[]", "A company.", {
        "id": "Its name on this server. Required.",
        "name": "What people call it; new tenants without one are called by their id.",
        "domains": "SIP domains that its phones may name: a list.",
        "timezone": "IANA time zone, `Europe/Berlin`; `UTC` by default.",
        "country": "ISO 3166, `DE`: how dialled numbers are read. Required for a new tenant.",
        "language": "BCP 47, `de`; `en` by default.",
        "holidays": "Days on which it is closed: a list of `{date: \"2026-12-25\", name: Christmas}`.",
        "default": "What runs where nothing else is bound: `{template, params}`; `ring-person` by default.",
        "admins": "Who may change everything in this tenant: a list.",
        "users": "People with an extension: a list.",
        "data_sources": "Where templates may ask for data: a list.",
        "numbers": "Public numbers: a list.",
    }
    HOLIDAY, HOLIDAY_SECTION: "tenants[].holidays[]", "A day.", {
        "date": "`YYYY-MM-DD`. Required.",
        "name": "What people call it. Required.",
    }
    DEFAULT, DEFAULT_SECTION: "tenants[].default", "What a tenant runs where nothing else is bound.", {
        "template": "A template of the catalogue. Required.",
        "params": "Its parameters: a table.",
    }
    USER, USER_SECTION: "tenants[].users[]", "A person.", {
        "id": "Its name in the tenant; the e-mail, else the extension, where it is left out.",
        "name": "What phones show; the id by default.",
        "extension": "What colleagues dial, 1 to 10 digits, not zeros alone, in quotes. Required for a new person.",
        "email": "Where mail goes; not what somebody else of the tenant logs in with.",
        "password": "Its own log-in to the console, by e-mail. Never exported.",
        "devices": "Its phones, in order: a list.",
        "template": "What calls to the extension run; the tenant's default where it is left out, `null` to go back to it.",
        "params": "Parameters of that template: a table.",
    }
    DEVICE, DEVICE_SECTION: "tenants[].users[].devices[]", "A phone.", {
        "id": "Its name within the person; the SIP user name, else `phone-1`, where it is left out.",
        "label": "What people call it, once within the person; the id by default.",
        "sip_user": "Unique on the server; minted where it is left out.",
        "password": "SIP password. Left out: the old one stays; a new phone gets a minted one, shown once. Never exported.",
        "contact": "Where it always is, `sip:192.0.2.7:5060`, instead of registering.",
        "media": "`roams`: its media may come from any address, once nothing has come from where its signalling says for a second. For a phone with several networks, or whose signalling passes a proxy; who finds the port in that second can be taken for the phone. Left out or `null`: from there alone. Not with `contact`.",
    }
    SOURCE, SOURCE_SECTION: "tenants[].data_sources[]", "A data source.", {
        "id": "The name that templates use. Required.",
        "kind": "`http-json`: GET of a URL that answers JSON (the default).",
        "url": "With `{placeholders}`, each replaced URL-encoded. Shown and exported: a key or token belongs into `secret`. Required for a new source.",
        "timeout_ms": "How long an answer may take; 1500 by default.",
        "allowed_hosts": "Hosts it may reach besides the URL's own: a list.",
        "allow_private": "Whether it may reach private and loopback addresses; `false` by default.",
        "default": "What stands in for its answer while it is slow or down, `{name: Somebody, tier: gold}`; `null` for nothing.",
        "header": "The HTTP header that carries the secret; `Authorization` by default.",
        "secret": "What that header says, `Bearer 123`: told to the URL's own host alone. Left out: the old one stays, unless the URL leads to another host; `null` for none. Never exported.",
    }
    NUMBER, NUMBER_SECTION: "tenants[].numbers[]", "A public number.", {
        "id": "Its name in the tenant; the number where it is left out.",
        "number": "E.164, `\"+4930555100\"`. Required for a new number.",
        "label": "What people call it.",
        "trunk": "The trunk that delivers it.",
        "template": "What calls to it run; the tenant's default where it is left out, `null` to go back to it. `ring-person` does not do: a number is nobody's.",
        "params": "Parameters of that template: a table.",
    }
}

/// docs/IMPORT.md, made of what the reader knows.
pub fn reference() -> String {
    let mut text = String::from(
        "# The import file\n\n`ringdown import FILE --data DIR [--dry-run] [--prune [--prune-tenants=N]]` brings the server to what a \
         YAML file says: all of\nit, or nothing and every fault with its line. Importing the same file again changes nothing. What \
         the file does not mention\nstays: a missing key keeps the old value, a missing object stays. `--prune` removes what a \
         mentioned tenant has and the file\ndoes not, and what is missing from a list of operators or trunks that the file has. \
         Whole tenants stay, and are named with their\ncalls: `--prune-tenants=N` removes those that a list of tenants leaves \
         out, each with all that is kept of it, if they are N. A list\nis written as `[]` where it is to be empty: a key that \
         is left empty is a fault.\n\n\
         `ringdown export --all` writes the whole server in the same format, without secrets: imported elsewhere, new phones get \
         new\npasswords, and log-ins have none until the file gives them one. `ringdown export --tenant TENANT` writes one tenant; \
         the trunks\nthat its numbers name must be there already where it is imported.\n",
    );
    for section in SECTIONS {
        text.push_str(&format!("\n## {}\n\n{}\n\n| key | meaning |\n| --- | --- |\n", section.place, section.about));
        for (key, meaning) in section.keys {
            text.push_str(&format!("| `{key}` | {meaning} |\n"));
        }
    }
    text
}

/// The order in which an export writes keys: that of this reference.
pub(in crate::change) fn reference_order(key: &str) -> usize {
    let mut keys = SECTIONS.iter().flat_map(|section| section.keys.iter().map(|(key, _)| *key));
    keys.position(|known| known == key).unwrap_or(usize::MAX)
}
