//! The question "did you mean …?".

/// Returns the known word that is nearest to this one; `None` if none is near enough.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let near = known.iter().map(|known| (distance(word, known), *known)).min()?;
    (near.0 <= 1 + word.chars().count() / 4).then_some(near.1)
}

/// Returns Levenshtein's distance: how many letters to add, drop or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().take(64).enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, b) in b.iter().enumerate() {
            let here = (before + usize::from(a != *b)).min(row[j] + 1).min(row[j + 1] + 1);
            before = std::mem::replace(&mut row[j + 1], here);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_slips_are_recognised_and_other_words_are_not() {
        assert_eq!(nearest("extention", &["extension", "email"]), Some("extension"));
        assert_eq!(nearest("emial", &["extension", "email"]), Some("email"));
        assert_eq!(nearest("colour", &["extension", "email"]), None);
    }
}
