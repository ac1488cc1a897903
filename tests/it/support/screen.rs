//! A terminal's screen: what a person has seen, and what is left, after all cursor movements of a progress bar.

/// The screen of a terminal of a certain width, and as long as it takes.
pub struct Screen {
    width: usize,
    lines: Vec<Vec<char>>,
    row: usize,
    column: usize,
    /// Everything that ever stood on the screen and was not just passed through.
    seen: Vec<String>,
}

impl Screen {
    /// Shows `bytes` on an empty screen.
    ///
    /// # Panics
    /// At bytes that are no text, and at an escape that a progress bar has no use for.
    #[track_caller]
    pub fn of(bytes: &[u8], width: usize) -> Self {
        let text = std::str::from_utf8(bytes).expect("text");
        let mut screen =
            Self { width, lines: vec![Vec::new()], row: 0, column: 0, seen: Vec::new() };
        let mut rest = text.chars();
        while let Some(char) = rest.next() {
            match char {
                '\r' => screen.column = 0,
                '\n' => screen.move_down(1),
                '\x1b' => {
                    assert_eq!(rest.next(), Some('['), "an escape that is no CSI in {text:?}");
                    let mut parameters = String::new();
                    let command = loop {
                        let char = rest.next().expect("an escape that ends");
                        if char.is_ascii_alphabetic() {
                            break char;
                        }
                        parameters.push(char);
                    };
                    screen.escape(&parameters, command);
                }
                char if char.is_control() => panic!("a stray {char:?} in {text:?}"),
                char => screen.put(char),
            }
        }
        screen
    }

    /// What is left at the end, without the empty lines below it.
    pub fn left(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.lines.iter().map(|line| trimmed(line)).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        lines
    }

    /// The lines that were cleared or written over.
    pub fn gone(&self) -> &[String] {
        &self.seen
    }

    /// Whether the cursor is where a shell's next prompt belongs.
    pub fn is_at_line_start(&self) -> bool {
        self.column == 0
    }

    fn put(&mut self, char: char) {
        if self.column >= self.width {
            self.column = 0;
            self.move_down(1);
        }
        if self.column == 0 {
            self.remember();
        }
        let line = &mut self.lines[self.row];
        if line.len() <= self.column {
            line.resize(self.column + 1, ' ');
        }
        line[self.column] = char;
        self.column += 1;
    }

    fn move_down(&mut self, count: usize) {
        self.row += count;
        if self.lines.len() <= self.row {
            self.lines.resize(self.row + 1, Vec::new());
        }
        // The terminal driver makes LF CR LF; a cursor that moves down keeps its column.
    }

    fn escape(&mut self, parameters: &str, command: char) {
        let count = parameters.parse().unwrap_or(1);
        match command {
            'A' => self.row = self.row.saturating_sub(count),
            'B' => self.move_down(count),
            'C' => self.column += count,
            'D' => self.column = self.column.saturating_sub(count),
            'G' => self.column = count.saturating_sub(1),
            'K' => self.clear_line(parameters),
            'J' => {
                self.clear_line(parameters);
                self.lines.truncate(self.row + 1);
            }
            // Colours, and whether the cursor is shown.
            'm' | 'h' | 'l' => {}
            other => panic!("an escape that no progress bar needs: {parameters}{other}"),
        }
    }

    fn clear_line(&mut self, parameters: &str) {
        self.remember();
        let line = &mut self.lines[self.row];
        match parameters {
            "" | "0" => line.truncate(self.column),
            "2" => line.clear(),
            other => panic!("a way to clear that no progress bar needs: {other}"),
        }
    }

    fn remember(&mut self) {
        let line = trimmed(&self.lines[self.row]);
        if !line.is_empty() && self.seen.last() != Some(&line) {
            self.seen.push(line);
        }
    }
}

fn trimmed(line: &[char]) -> String {
    line.iter().collect::<String>().trim_end().to_owned()
}
