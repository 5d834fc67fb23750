//! Tables for people.

/// A table: headings, and rows of as many cells.
pub(super) struct Table<const COLUMNS: usize> {
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table without rows.
    pub(super) fn new(headings: [&str; COLUMNS]) -> Table<COLUMNS> {
        Table { rows: vec![headings.map(str::to_owned)] }
    }

    /// The same with more rows.
    pub(super) fn rows(mut self, rows: impl IntoIterator<Item = [String; COLUMNS]>) -> Table<COLUMNS> {
        self.rows.extend(rows);
        self
    }

    /// Its text: columns as wide as their widest cell, numbers to the right.
    pub(super) fn render(&self) -> String {
        let width =
            |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; COLUMNS] = std::array::from_fn(width);
        let numeric: [bool; COLUMNS] = std::array::from_fn(|column| {
            self.rows.len() > 1 && self.rows[1..].iter().all(|row| row[column].parse::<i64>().is_ok())
        });
        let lines = self.rows.iter().map(|row| {
            let cells = row.iter().zip(widths.iter().zip(numeric));
            let cells = cells.map(
                |(cell, (&width, right))| {
                    if right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
                },
            );
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// A table, and below it how to get the next page if there is one.
pub(super) fn with_cursor(table: String, cursor: Option<String>) -> String {
    match cursor {
        Some(cursor) => format!("{table}\nmore: --after {cursor}"),
        None => table,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_numbers_stand_right() {
        let rows = [["a", "7"], ["longer", "1234"]].map(|row| row.map(str::to_owned));
        let table = Table::new(["id", "sold"]).rows(rows);
        assert_eq!(table.render(), "id      sold\na          7\nlonger  1234");
    }

    #[test]
    fn a_table_without_rows_is_its_headings() {
        assert_eq!(Table::new(["id", "sold"]).render(), "id  sold");
    }
}
