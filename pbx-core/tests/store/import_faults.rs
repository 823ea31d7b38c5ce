//! What is wrong with an import file is told in words, each fault with its line, and nothing is changed.

use crate::import::{SAMPLE, import};
use crate::support::{configuration, on_both};
use pbx_core::change::Fault;

#[test]
fn ten_faults_are_ten_with_their_lines_and_nothing_is_changed() {
    let text = r#"operators: [{email: nobody}]
trunks: [{id: carrier, peers: ["somewhere"]}]
tenants:
  - id: acme
    country: XX
    timezone: Europe/Berlinn
    users:
      - {id: anna, extention: "101", extension: "110"}
      - {id: ben, extension: "1o2"}
      - {id: cleo, extension: "110", devices: [{id: desk, sip_user: "a b"}]}
    data_sources:
      - {id: customers, url: "ftp://x"}
      - {id: deep, url: "http://x", default: [[[[[[[[[[[[[[[[[too deep]]]]]]]]]]]]]]]]]}
    numbers:
      - {number: "030", trunk: carier}
"#;
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        let faults = import(&configuration, text, false).await.unwrap_err();
        let told: Vec<String> = faults.iter().map(Fault::to_string).collect();
        for (line, word) in [
            (1, "e-mail"),
            (2, "no address"),
            (5, "country"),
            (6, "time zone"),
            (8, "did you mean \"extension\""),
            (9, "no extension"),
            (10, "extension belongs to"),
            (10, "SIP user"),
            (12, "http://"),
            (13, "nested deeper"),
            (15, "no trunk \"carier\"; did you mean \"carrier\""),
            (15, "public number"),
        ] {
            let found = told.iter().any(|fault| fault.starts_with(&format!("line {line}: ")) && fault.contains(word));
            assert!(found, "line {line}: {word} is not among\n{}", told.join("\n"));
        }
        assert_eq!(told.len(), 12, "{}", told.join("\n"));
        assert_eq!(fresh.store.revision().await.unwrap(), 0);
        assert!(fresh.store.tenants().await.unwrap().is_empty());
    });
}

#[test]
fn sip_users_of_other_tenants_are_taken_without_telling_whose() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let text = "tenants: [{id: globex, country: US, users: [{id: anna, extension: \"101\", devices: [{sip_user: acme-anna-desk}]}]}]";
        let faults = import(&configuration, text, false).await.unwrap_err();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].message, "this sip_user is taken on this server");
    });
}

#[test]
fn names_that_are_taken_for_others_are_refused_at_their_field() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let text = r#"tenants: [{id: acme, users: [
            {id: anna, password: "correct horse"},
            {id: ben, devices: [{id: desk, label: Phone}, {id: lobby, label: "phone "}]},
            {id: cleo, email: Anna@acme.test},
            {id: dora, name: "Dora\u202eNielk", extension: "0"}]}]"#;
        let faults = import(&configuration, text, false).await.unwrap_err();
        let mut told: Vec<(&str, &str)> =
            faults.iter().map(|fault| (fault.field.as_deref().unwrap_or_default(), fault.code)).collect();
        told.sort_unstable();
        assert_eq!(told, [("email", "taken"), ("extension", "grammar"), ("label", "taken"), ("name", "grammar")]);
    });
}

#[test]
fn hostile_yaml_is_refused_in_words() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
        for (name, of) in "bcdefghi".chars().zip("abcdefgh".chars()) {
            bomb.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 10].join(", ")));
        }
        let deep = "[".repeat(5000);
        let long = "x".repeat(1 << 20);
        let copies = format!("x: &a {long}\ny: [{}]\n", vec!["*a"; 10_000].join(", "));
        let nested =
            format!("x: {}{long}{}\n", (0..20).map(|n| format!("&n{n} [")).collect::<String>(), "]".repeat(20))
                .repeat(8);
        for text in [
            bomb.as_str(),
            copies.as_str(),
            nested.as_str(),
            deep.as_str(),
            "",
            "- a",
            "tenants: [",
            "a: 1\n---\nb: 2\n",
            "{[]: 1}",
            "tenants: 7",
        ] {
            assert!(!import(&configuration, text, false).await.unwrap_err().is_empty(), "{text:.40}");
        }
        for (text, line) in [(&copies, 2), (&nested, 4)] {
            let told = import(&configuration, text, false).await.unwrap_err()[0].to_string();
            assert!(told.ends_with("aliases make the file too large"), "{told:.80}");
            assert!(told.starts_with(&format!("line {line}:")), "{told:.80}");
        }
        let twice = import(&configuration, "tenants: []\ntenants: []\n", false).await.unwrap_err();
        assert_eq!(twice[0].to_string(), "line 2: the key \"tenants\" stands twice (first on line 1)");
    });
}

#[test]
fn slips_of_grammar_are_told_in_words_with_their_line() {
    let deep = format!("tenants:\n{}", "[".repeat(100_000));
    on_both(|fresh| {
        let deep = deep.clone();
        async move {
            let configuration = configuration(&fresh.store).await;
            for (text, told) in [
                ("tenants:\n\t- id: acme\n", "line 2: a tab stands where blanks must be"),
                ("tenants: [\n", "a `[` is never closed"),
                ("tenants: {a: 1\n", "a `{` is never closed"),
                ("tenants: [}\n", "line 1: a `[` is closed by a `}`"),
                ("tenants: [{id: \"acme}]\n", "a quote is never closed"),
                ("tenants:\n  - id: acme\n   name: Acme\n", "line 3: "),
                ("tenants:\n  - id: acme\n      name: Acme\n", "line 3: a `:` stands where no key can be"),
                ("tenants: *acme\n", "line 1: a `*` names something that no `&` before has made"),
                ("tenants: [{id: @foo}]\n", "line 1: text can't begin with `@`"),
                ("tenants: [{<<: 1, id: acme}]\n", "line 1: `<<` merges nothing here"),
                (deep.as_str(), "line 2: nested more than 24 deep"),
            ] {
                let faults = import(&configuration, text, false).await.unwrap_err();
                let first = faults[0].to_string();
                assert!(first.contains(told) && faults[0].message.len() > 12, "{text:.40}: {first}");
            }
        }
    });
}

#[test]
fn who_takes_a_name_of_a_list_is_told_in_whole_sentences() {
    on_both(|fresh| async move {
        let configuration = configuration(&fresh.store).await;
        import(&configuration, SAMPLE, false).await.unwrap();
        let text = "trunks: [{id: other, peers: [\"127.0.0.1:5071\"]}]\n\
                    tenants: [{id: globex, country: US, domains: [acme.test]}, {id: third}]";
        let faults = import(&configuration, text, false).await.unwrap_err();
        let told = faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n");
        for words in
            ["this peer belongs to trunk carrier", "this domain is taken", "tenants[third].country: is missing"]
        {
            assert!(told.contains(words), "{words} is not among\n{told}");
        }
    });
}
