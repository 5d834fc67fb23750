//! What the provider takes in one payment: in which currencies, and how much.
//!
//! The presentment currencies, the minimum and maximum charge amounts and the special cases of
//! <https://docs.stripe.com/currencies>, as others quote that page: it was not read itself, so compare before relying on a
//! bound. What is refused here and would be taken there costs a sale; the other way round the provider refuses. Amounts are in the unit that the provider counts in, which is the minor unit of ISO 4217
//! but for the króna and the shilling.

use engine::Currency;

/// All that it takes.
const CURRENCIES: &str = "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd \
    cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr \
    ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn \
    myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd \
    std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw";

/// The least that it takes, by the account's own currency. Where another is charged, what is left after the conversion must
/// still be that much: of this no table can tell, so the provider has the last word.
const LEAST: &[(&str, u64)] = &[
    ("aed", 200),
    ("aud", 50),
    ("bgn", 100),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("czk", 1_500),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("hkd", 400),
    ("huf", 17_500),
    ("inr", 50),
    ("jpy", 50),
    ("mxn", 1_000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("pln", 200),
    ("ron", 200),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1_000),
    ("usd", 50),
];

/// The most: eight digits, and twelve in rupiah.
const MOST: u64 = 99_999_999;
const MOST_RUPIAH: u64 = 999_999_999_999;

/// Currencies of three decimals, of which the last has to be 0; and those without any, of which the provider counts
/// hundredths all the same.
const IN_TENS: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];
const IN_HUNDREDS: &[&str] = &["isk", "ugx"];

/// What the provider takes in one payment, in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amounts {
    /// At least.
    pub least: u64,
    /// At most.
    pub most: u64,
    /// It is a multiple of this.
    pub step: u64,
}

impl Amounts {
    /// Those in `currency`; nothing if the provider does not take it.
    pub fn of(currency: Currency) -> Option<Amounts> {
        let code = currency.to_string();
        if !CURRENCIES.split_whitespace().any(|taken| taken == code) {
            return None;
        }
        let step = match code.as_str() {
            code if IN_TENS.contains(&code) => 10,
            code if IN_HUNDREDS.contains(&code) => 100,
            _ => 1,
        };
        let least = LEAST.iter().find(|(of, _)| *of == code).map_or(step, |(_, least)| *least);
        Some(Amounts { least, most: if code == "idr" { MOST_RUPIAH } else { MOST }, step })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Option<(u64, u64, u64)> {
        let amounts = Amounts::of(code.parse().expect("a code"))?;
        Some((amounts.least, amounts.most, amounts.step))
    }

    #[test]
    fn every_currency_has_its_amounts() {
        assert_eq!(of("usd"), Some((50, 99_999_999, 1)));
        assert_eq!(of("gbp"), Some((30, 99_999_999, 1)));
        assert_eq!(of("huf"), Some((17_500, 99_999_999, 1)));
        assert_eq!(of("krw"), Some((1, 99_999_999, 1)));
        assert_eq!(of("idr"), Some((1, 999_999_999_999, 1)));
        assert_eq!(of("kwd"), Some((10, 99_999_999, 10)));
        assert_eq!(of("isk"), Some((100, 99_999_999, 100)));
        assert_eq!((of("xxx"), of("aaa")), (None, None));
    }

    #[test]
    fn the_tables_name_currencies_that_are_taken() {
        let rules = LEAST.iter().map(|(code, _)| code).chain(IN_TENS).chain(IN_HUNDREDS);
        for code in rules {
            assert!(of(code).is_some(), "{code}");
        }
        assert!(CURRENCIES.split_whitespace().is_sorted(), "or one stands there twice");
    }
}
