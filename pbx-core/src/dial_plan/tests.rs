use super::*;
use proptest::prelude::*;

fn read(dialled: &str, country: &str) -> Dialled {
    Dialled::read(dialled, country, |text| {
        matches!(text, "101" | "102" | "112" | "911" | "5551" | "reception" | "0301234567")
    })
}

fn number(text: &str) -> Dialled {
    Dialled::Number(text.to_owned())
}

#[test]
fn public_numbers_become_e164_by_the_country() {
    let table = [
        ("DE", "030 555100", "+4930555100"),
        ("DE", "0049 30 555100", "+4930555100"),
        ("DE", "+49-30-555.100", "+4930555100"),
        ("DE", "0015417543010", "+15417543010"),
        ("DE", "+49(0)30555100", "+4930555100"),
        ("US", "5417543010", "+15417543010"),
        ("US", "1 (541) 754-3010", "+15417543010"),
        ("US", "011 49 30 555100", "+4930555100"),
        ("US", "+4930555100", "+4930555100"),
        ("US", "7543010", ""),
        ("GB", "020 7946 0123", "+442079460123"),
        ("GB", "00442079460123", "+442079460123"),
        ("GB", "2079460123", ""),
        ("FR", "01 42 68 53 00", "+33142685300"),
        ("FR", "+33142685300", "+33142685300"),
        ("FR", "0043151500", "+43151500"),
        ("AT", "01 51500", "+43151500"),
        ("AT", "0049 30 555100", "+4930555100"),
        ("DE", "+493055510012345678901", ""),
        ("DE", "+1", ""),
        ("DE", "0049(0)30555100", "+4930555100"),
        ("DE", "00+4930555100", "+4930555100"),
        ("DE", "+49 (0) 30 555100", "+4930555100"),
        ("DE", "555100;phone-context=+4930", "+4930555100"),
        ("US", "555100;isub=1;Phone-Context=+49-30", "+4930555100"),
        ("DE", "030555100;phone-context=acme.test", "+4930555100"),
        ("DE", "+4930555100;phone-context=+1", "+4930555100"),
        ("MX", "+5215555500100", "+525555500100"),
        ("DE", "005215555500100", "+525555500100"),
        ("XX", "+4930555100", "+4930555100"),
        ("XX", "030555100", ""),
    ];
    for (country, dialled, expected) in table {
        let expected = if expected.is_empty() { Dialled::Unknown(dialled.to_owned()) } else { number(expected) };
        assert_eq!(read(dialled, country), expected, "{dialled} in {country}");
    }
}

#[test]
fn emergency_numbers_of_the_country_win_over_extensions() {
    let table = [
        ("DE", "112"),
        ("DE", "110"),
        ("US", "911"),
        ("GB", "999"),
        ("GB", "112"),
        ("FR", "15"),
        ("AT", "144"),
        ("XX", "999"),
    ];
    for (country, dialled) in table {
        assert_eq!(read(dialled, country), Dialled::Emergency(dialled.to_owned()), "{dialled} in {country}");
    }
}

#[test]
fn emergency_services_are_known_by_their_urn_too() {
    for dialled in ["service:sos", "urn:service:sos", "URN:service:SOS"] {
        assert_eq!(read(dialled, "DE"), Dialled::Emergency("urn:service:sos".to_owned()), "{dialled}");
    }
    assert_eq!(read("service:sos.fire", "US"), Dialled::Emergency("urn:service:sos.fire".to_owned()));
    for other in
        ["service:counseling", "service:sosfire", "sos", "service:sos.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
    {
        assert!(!matches!(read(other, "DE"), Dialled::Emergency(_)), "{other}");
    }
}

#[test]
fn where_the_country_is_not_known_every_countrys_emergency_numbers_may_be_meant() {
    for dialled in ["112", "9-1-1", "10177", "urn:service:sos.police"] {
        assert!(may_be_emergency(dialled), "{dialled}");
    }
    assert!(!may_be_emergency("102030") && !may_be_emergency("57204"));
}

#[test]
fn foreign_emergency_numbers_yield_to_extensions_only() {
    assert_eq!(read("112", "US"), Dialled::Extension("112".to_owned()));
    assert_eq!(read("911", "DE"), Dialled::Extension("911".to_owned()));
    let nobody = |_: &str| false;
    assert_eq!(Dialled::read("112", "US", nobody), Dialled::Emergency("112".to_owned()));
    assert_eq!(Dialled::read("911", "DE", nobody), Dialled::Emergency("911".to_owned()));
    assert_eq!(Dialled::read("999", "DE", nobody), Dialled::Unknown("999".to_owned()));
}

#[test]
fn extensions_win_over_numbers_and_may_have_letters() {
    assert_eq!(read("0301234567", "DE"), Dialled::Extension("0301234567".to_owned()));
    assert_eq!(read("reception", "DE"), Dialled::Extension("reception".to_owned()));
    assert_eq!(read("10-1", "DE"), Dialled::Extension("101".to_owned()));
    assert_eq!(read("101;phone-context=acme.test", "DE"), Dialled::Extension("101".to_owned()));
}

#[test]
fn service_codes_begin_with_a_star() {
    assert_eq!(read("*57204", "DE"), Dialled::Service("*57204".to_owned()));
    assert_eq!(read("**21*102#", "US"), Dialled::Service("**21*102#".to_owned()));
    assert_eq!(read("*", "DE"), Dialled::Unknown("*".to_owned()));
    assert_eq!(read("*abc", "DE"), Dialled::Unknown("*abc".to_owned()));
}

#[test]
fn the_rest_is_unknown_as_it_came() {
    for dialled in ["", "12345", "199", "anonymous", "1-800-FLOWERS", "tel:+4930555100", "☎"] {
        assert_eq!(read(dialled, "DE"), Dialled::Unknown(dialled.to_owned()), "{dialled}");
    }
}

#[test]
fn carriers_send_numbers_in_many_forms() {
    let table = [
        ("+4930555100", "DE"),
        ("004930555100", "DE"),
        ("4930555100", "DE"),
        ("030555100", "DE"),
        ("+4930555100", "US"),
        ("0114930555100", "US"),
        ("4930555100", "US"),
        ("4930555100", "AT"),
        ("4930555100", "GB"),
        ("4930555100", "FR"),
    ];
    for (dialled, country) in table {
        assert_eq!(e164(dialled, country).as_deref(), Some("+4930555100"), "{dialled} in {country}");
    }
    assert_eq!(e164("5417543010", "US").as_deref(), Some("+15417543010"));
    assert_eq!(e164("15417543010", "US").as_deref(), Some("+15417543010"));
    assert_eq!(e164("anonymous", "DE"), None);
    assert_eq!(international("004930555100").as_deref(), Some("+4930555100"));
    assert_eq!(international("030555100"), None);
}

proptest! {
    #[test]
    fn any_string_is_read_without_panic_and_once(dialled in "\\PC{0,60}", country in "DE|US|GB|FR|AT|XX|") {
        let first = Dialled::read(&dialled, &country, |_| false);
        if let Dialled::Number(number) = &first {
            prop_assert_eq!(Dialled::read(number, &country, |_| false), first.clone());
            prop_assert_eq!(e164(number, &country), Some(number.clone()));
        }
        let _ = e164(&dialled, &country);
    }

    #[test]
    fn digits_are_read_without_panic(dialled in "[+]?[0-9*#]{0,25}", country in "DE|US|GB|FR|AT") {
        let read = Dialled::read(&dialled, &country, |_| false);
        if let Dialled::Number(number) = &read {
            prop_assert!(number.starts_with('+') && number[1..].bytes().all(|b| b.is_ascii_digit()));
        }
    }
}
