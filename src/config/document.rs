//! docs/CONFIG.md, made from the table.

use super::table::SETTINGS;
use std::fmt::Write;

const HEAD: &str = "# Settings

Generated from `src/config/table.rs`; `UPDATE=1 cargo test --test system generated` writes it again.

Each setting can stand in a YAML file (`ringdown serve --config FILE`), in the environment, or on the command line (`--name VALUE`).
The command line wins over the environment, the environment over the file. Lists are YAML lists, or values separated by blanks or commas.
Everything that is wrong is told at once, before anything is opened. Other variables that begin with `RINGDOWN_` are named in the log.

| setting | variable | value | default | what it does |
| --- | --- | --- | --- | --- |
";

const TAIL: &str = "
## A server behind a NAT

Phones of the same network and a carrier on the internet need different addresses of one server:

```yaml
external-address: 203.0.113.5
local-networks: [192.168.10.0/24, 10.8.0.0/16]  # only where the default does not fit
```

Peers in one of `local-networks` are told the address that they reach the server at, all others `external-address`. The NAT must
forward the ports of `sip` and `rtp-ports` unchanged. A network that a VPN joins is local: name it if it is no private one.

## The console behind a TLS proxy

The console speaks plain HTTP. Let it listen where only the proxy reaches it, and name the proxy:

```yaml
http: 127.0.0.1:8080
http-proxies: [127.0.0.1]
```

For nginx, in its `server` with the certificate (Caddy's `reverse_proxy 127.0.0.1:8080` and Traefik need nothing more):

```nginx
location / {
    proxy_pass http://127.0.0.1:8080;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
}
```

The console must have a host name of its own, not a path of another site. A proxy that is not named works too, but then all log-ins
come from its address, which slows everybody down when one guesses, and cookies are not marked secure.
";

/// The document.
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for setting in SETTINGS {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} | {} | {} |",
            setting.name,
            setting.variable(),
            setting.value,
            setting.default,
            setting.help
        );
    }
    text.push_str(TAIL);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_setting_breaks_the_table() {
        for setting in SETTINGS {
            let cells = [setting.value, setting.default, setting.help];
            assert!(!cells.iter().any(|cell| cell.contains('|')), "{}", setting.name);
        }
    }
}
