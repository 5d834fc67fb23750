//! Currencies: which there are, and how their amounts are written in messages.

/// The most that one payment may be, in minor units: eight digits, and twelve in rupiah.
pub(crate) fn amount_max(currency: &str) -> i64 {
    if currency == "idr" { 999_999_999_999 } else { 99_999_999 }
}

/// The currencies that the provider takes.
const CURRENCIES: &str = "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp \
    byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd \
    hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop \
    mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek \
    sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw";

/// Those without minor units.
const WHOLE: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
];

/// Those with three decimals, of which the last has to be 0.
const THOUSANDTHS: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

/// What amounts have to be multiples of: the króna and the shilling have no minor units, and are counted in hundredths all the
/// same.
pub(crate) fn amount_step(currency: &str) -> i64 {
    match currency {
        "isk" | "ugx" => 100,
        _ if THOUSANDTHS.contains(&currency) => 10,
        _ => 1,
    }
}

/// Whether the provider takes this currency; in lower case.
pub(crate) fn is_known(currency: &str) -> bool {
    currency.len() == 3 && CURRENCIES.split_whitespace().any(|known| known == currency)
}

/// The least that one payment may be, where the provider says.
pub(crate) fn amount_min(currency: &str) -> i64 {
    match currency {
        "aud" | "brl" | "cad" | "chf" | "eur" | "inr" | "jpy" | "nzd" | "sgd" | "usd" => 50,
        "gbp" => 30,
        "dkk" => 250,
        "nok" | "sek" => 300,
        "hkd" => 400,
        "bgn" => 100,
        "mxn" | "thb" => 1_000,
        "czk" => 1_500,
        "huf" => 17_500,
        "aed" | "myr" | "pln" | "ron" => 200,
        _ => 1,
    }
}

/// An amount as messages write it: `$12.34`, `¥500`, `12.34 nok`.
pub(crate) fn written(amount: i64, currency: &str) -> String {
    let number = if WHOLE.contains(&currency) {
        amount.to_string()
    } else if THOUSANDTHS.contains(&currency) {
        format!("{}.{:03}", amount / 1_000, (amount % 1_000).abs())
    } else {
        format!("{}.{:02}", amount / 100, (amount % 100).abs())
    };
    match currency {
        "usd" => format!("${number}"),
        "eur" => format!("€{number}"),
        "gbp" => format!("£{number}"),
        "jpy" => format!("¥{number}"),
        _ => format!("{number} {currency}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_their_currency() {
        assert_eq!(written(1234, "usd"), "$12.34");
        assert_eq!(written(500, "jpy"), "¥500");
        assert_eq!(written(5, "nok"), "0.05 nok");
        assert_eq!(written(1_230, "kwd"), "1.230 kwd");
        assert!(
            is_known("usd") && is_known("zmw") && !is_known("xxx") && !is_known("usd aed") && !is_known("")
        );
    }
}
