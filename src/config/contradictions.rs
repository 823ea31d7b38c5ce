//! Settings that are fine alone and cannot both hold.

use super::Config;

impl Config {
    /// What contradicts what.
    pub(super) fn contradictions(&self) -> Vec<String> {
        let (min, max) = (self.settings.register_min_s, self.settings.register_max_s);
        let default = self.settings.register_default_s;
        let mut found = Vec::new();
        if min > max {
            found.push(format!("register-min-s {min} is more than register-max-s {max}: no phone could register"));
        }
        if default < min {
            found.push(format!(
                "register-default-s {default} is less than register-min-s {min}: phones that name no time could not register"
            ));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(min: u32, default: u32, max: u32) -> Vec<String> {
        let mut config = Config::default();
        (config.settings.register_min_s, config.settings.register_default_s) = (min, default);
        config.settings.register_max_s = max;
        config.contradictions()
    }

    #[test]
    fn times_at_which_no_phone_could_register_are_a_mistake() {
        assert_eq!(with(60, 300, 3600), [""; 0]);
        assert_eq!(with(60, 300, 120), [""; 0], "what is granted is cut to the longest");
        assert!(with(600, 600, 300)[0].contains("more than register-max-s 300"));
        assert!(with(600, 300, 3600)[0].contains("less than register-min-s 600"));
    }
}
