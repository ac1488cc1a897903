//! Characters that are invisible or misleading, according to Unicode properties: sorted, without overlaps.
//!
//! `escape::tests` compares every code point with the properties, and prints new tables if they differ.

/// First and last of a range.
type Range = (char, char);

/// Characters that control a terminal (Cc), reorder a line or change how neighbours are drawn (Cf, with Bidi_Control
/// and the interlinear annotations), break a line (Zl, Zp), are not drawn (Default_Ignorable_Code_Point, with tags and
/// code points reserved for more of these), or are not characters (Noncharacter_Code_Point).
///
/// Visible characters are left alone: the Arabic, Syriac and Kaithi signs in Cf (Prepended_Concatenation_Mark), private
/// use (Co) and unassigned ones (Cn). The latter two show as a box at worst, and may be next year's emoji.
pub(super) const UNSEEN: &[Range] = &[
    ('\u{0}', '\u{1f}'),
    ('\u{7f}', '\u{9f}'),
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fdd0}', '\u{fdef}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{1fffe}', '\u{1ffff}'),
    ('\u{2fffe}', '\u{2ffff}'),
    ('\u{3fffe}', '\u{3ffff}'),
    ('\u{4fffe}', '\u{4ffff}'),
    ('\u{5fffe}', '\u{5ffff}'),
    ('\u{6fffe}', '\u{6ffff}'),
    ('\u{7fffe}', '\u{7ffff}'),
    ('\u{8fffe}', '\u{8ffff}'),
    ('\u{9fffe}', '\u{9ffff}'),
    ('\u{afffe}', '\u{affff}'),
    ('\u{bfffe}', '\u{bffff}'),
    ('\u{cfffe}', '\u{cffff}'),
    ('\u{dfffe}', '\u{e0fff}'),
    ('\u{efffe}', '\u{effff}'),
    ('\u{ffffe}', '\u{fffff}'),
    ('\u{10fffe}', '\u{10ffff}'),
];

/// Those that scripts and emoji need: Join_Control and Variation_Selector.
pub(super) const SHAPING: &[Range] = &[
    ('\u{180b}', '\u{180d}'),
    ('\u{180f}', '\u{180f}'),
    ('\u{200c}', '\u{200d}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{e0100}', '\u{e01ef}'),
];

/// Whether `char` is in one of `ranges`.
pub(super) fn is_in(ranges: &[Range], char: char) -> bool {
    let at = ranges.partition_point(|&(_, last)| last < char);
    ranges.get(at).is_some_and(|&(first, _)| first <= char)
}
