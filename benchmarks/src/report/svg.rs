//! SVG as far as a plot needs it: text, bars and lines, to be seen on white and on black.
//!
//! Knows nothing of what is drawn.

use std::fmt::Write as _;

/// GitHub shows pictures on both, and asks the reader's system which.
const STYLE: &str = "
    text { font: 12px ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
    .head { font-size: 14px; font-weight: 600 } .name { font-weight: 600 } .dim { fill: #59636e }
    .grid { stroke: #d1d9e0 } .mqtt { fill: #0969da } .other { fill: #9aa4af }
    .halo { stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; paint-order: stroke }
    @media (prefers-color-scheme: dark) {
      text { fill: #d1d7e0 } .dim { fill: #9198a1 }
      .grid { stroke: #3d444d } .mqtt { fill: #4493f8 } .other { fill: #656c76 } .halo { stroke: #0d1117 }
    }
";

/// What is drawn so far.
pub struct Drawing(String);

/// Which end of a text is where it is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

// Writing to a String cannot fail.
impl Drawing {
    pub fn new() -> Self {
        Self(String::new())
    }

    /// `y` is the base line. Lines of the grid behind it do not show.
    pub fn text(&mut self, class: &str, anchor: Anchor, x: f64, y: f64, words: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let words = escaped(words);
        let class = format!("{class} halo");
        let class = class.trim_start();
        let _ = writeln!(
            self.0,
            r#"  <text class="{class}" x="{x:.1}" y="{y:.1}"{anchor}>{words}</text>"#
        );
    }

    pub fn bar(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        let _ = writeln!(
            self.0,
            r#"  <rect class="{class}" x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" rx="2"/>"#
        );
    }

    /// Of the grid, from top to bottom.
    pub fn line(&mut self, x: f64, top: f64, bottom: f64) {
        let _ = writeln!(
            self.0,
            r#"  <line class="grid" x1="{x:.1}" y1="{top:.1}" x2="{x:.1}" y2="{bottom:.1}"/>"#
        );
    }

    /// As a file.
    pub fn finish(self, title: &str, width: f64, height: f64) -> String {
        let title = escaped(title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\">\n  <title>{title}</title>\n  <style>{STYLE}  </style>\n{}</svg>\n",
            self.0
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
