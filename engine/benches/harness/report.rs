//! The lines that a bench prints: one for each case, with named figures.

use super::clock::Spent;
use super::options::Options;

/// Prints the figures of one bench.
pub(crate) struct Report {
    bench: &'static str,
    options: Options,
}

impl Report {
    pub(crate) fn new(bench: &'static str, options: Options) -> Report {
        Report { bench, options }
    }

    /// What one of many equal things costs, and how many fit into a second of CPU time.
    pub(crate) fn each(&self, case: &str, spent: Spent, things: u64) {
        let of = |nanos: u64| nanos as f64 / things as f64;
        let rate = 1e9 / of(spent.cpu);
        self.figures(case, &[("ns_cpu", of(spent.cpu)), ("ns_wall", of(spent.wall)), ("per_s", rate)]);
    }

    /// How long one thing took.
    pub(crate) fn once(&self, case: &str, spent: Spent) {
        let millis = |nanos: u64| nanos as f64 / 1e6;
        self.figures(case, &[("ms_cpu", millis(spent.cpu)), ("ms_wall", millis(spent.wall))]);
    }

    /// Any figures.
    #[expect(clippy::print_stdout, reason = "a bench prints its figures")]
    pub(crate) fn figures(&self, case: &str, figures: &[(&str, f64)]) {
        let figure = |&(name, value): &(&str, f64)| {
            let digits = if value < 1_000.0 { 2 } else { 0 };
            match self.options.json {
                true => format!(",\"{name}\":{value:.digits$}"),
                false => format!("  {name}={value:.digits$}"),
            }
        };
        let figures = figures.iter().map(figure).collect::<String>();
        match self.options.json {
            true => println!("{{\"bench\":\"{}\",\"case\":\"{case}\"{figures}}}", self.bench),
            false => println!("{:<10} {case:<44}{figures}", self.bench),
        }
    }
}
