//! What people see of a colour: enough of it on a ground, and what tells it from
//! another, also for those who see fewer colours.

use eclusa_model::Color;

/// Red, green and blue as light, 0 to 1.
type Light = [f64; 3];

/// The grounds that channels' colours stand on, by theme: `--card` of the style
/// sheet.
pub(super) const GROUNDS: [(&str, &str); 2] =
    [("theme-light", "#FFFFFF"), ("theme-dark", "#19212A")];

/// Least contrast of what is no text (WCAG 2.2, 1.4.11).
pub(super) const LEAST_CONTRAST: f64 = 3.0;

/// Two colours that are nearer than this are taken for the same at a glance. The
/// palette of Okabe and Ito, made to be told apart, has 0.076 at the least; a red
/// and a green of the same brightness have about 0.05 for who is colour-blind.
const TOO_NEAR: f64 = 0.07;

/// How people see colours: all of them, and with one kind of cone missing, as
/// Machado, Oliveira and Fernandes (2009) compute it for light.
const SIGHTS: [[Light; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
];

/// The contrast of two colours, 1 to 21 (WCAG 2.2).
pub(super) fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |color| dot(&[0.2126, 0.7152, 0.0722], &light(color));
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The text that names the theme on whose ground a colour is hard to see, and its
/// contrast there.
pub(super) fn hard_to_see(color: &Color) -> Option<(&'static str, f64)> {
    let on = GROUNDS.map(|(theme, ground)| (theme, contrast(color.as_str(), ground)));
    on.into_iter().find(|(_, contrast)| *contrast < LEAST_CONTRAST)
}

/// Whether somebody may take one for the other.
pub(super) fn hard_to_tell_apart(one: &Color, other: &Color) -> bool {
    let (one, other) = (light(one.as_str()), light(other.as_str()));
    SIGHTS.iter().any(|sight| distance(&seen(sight, &one), &seen(sight, &other)) < TOO_NEAR)
}

fn dot(one: &Light, other: &Light) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// `#RRGGBB` as light; black for anything else.
fn light(color: &str) -> Light {
    let number = color.get(1..).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let [_, red, green, blue] = number.unwrap_or_default().to_be_bytes();
    [red, green, blue].map(|part| match f64::from(part) / 255.0 {
        part if part <= 0.04045 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    })
}

fn seen(sight: &[Light; 3], light: &Light) -> Light {
    sight.map(|row| dot(&row, light).clamp(0.0, 1.0))
}

/// How different two colours look: their distance in Oklab (Ottosson, 2020).
fn distance(one: &Light, other: &Light) -> f64 {
    let oklab = |light: &Light| {
        let cones = [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ];
        let cones = cones.map(|row| dot(&row, light).cbrt());
        let axes = [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ];
        axes.map(|row| dot(&row, &cones))
    };
    let (one, other) = (oklab(one), oklab(other));
    let squares = one.iter().zip(&other).map(|(one, other)| (one - other).powi(2));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        Color::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        for (one, other, expected) in [
            ("#000000", "#FFFFFF", 21.0),
            ("#777777", "#FFFFFF", 4.48),
            ("#FF0000", "#FFFFFF", 4.0),
        ] {
            assert!((contrast(one, other) - expected).abs() < 0.01, "{one} {other}");
        }
    }

    #[test]
    fn a_colour_is_seen_on_both_grounds_or_told_of() {
        assert_eq!(hard_to_see(&color("#2A7F86")), None);
        assert_eq!(hard_to_see(&color("#FFFF00")).unwrap().0, "theme-light");
        assert_eq!(hard_to_see(&color("#101060")).unwrap().0, "theme-dark");
    }

    #[test]
    fn colours_made_to_be_told_apart_are_and_red_and_green_are_not() {
        let palette = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"];
        for (index, one) in palette.iter().enumerate() {
            for other in palette.iter().skip(index + 1) {
                assert!(!hard_to_tell_apart(&color(one), &color(other)), "{one} {other}");
            }
        }
        for (one, other) in [("#C62828", "#2E7D32"), ("#25D366", "#FFC107"), ("#0072B2", "#0072B4")]
        {
            assert!(hard_to_tell_apart(&color(one), &color(other)), "{one} {other}");
        }
    }
}
