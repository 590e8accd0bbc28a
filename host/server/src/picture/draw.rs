//! Pictures that people send us for a logo, made into one that is safe to show.
//!
//! Whatever comes is drawn anew as a PNG: nothing of a file but its pixels reaches
//! a browser, so neither scripts in an SVG nor places in a photo's metadata do.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};
use resvg::{tiny_skia, usvg};

/// Largest side of what is kept, in pixels.
const SIDE: u32 = 256;

/// Largest side of what is taken, in pixels.
const LARGEST_SIDE: u32 = 4096;

/// Most memory for reading a picture, in bytes.
const MEMORY: u64 = 96 << 20;

/// Why a picture cannot be a logo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPicture {
    /// It is something else.
    #[error("expected a PNG, JPEG, WebP or SVG picture")]
    Type,
    /// It is one of these, and not whole.
    #[error("the picture cannot be read: {0}")]
    Broken(String),
    /// It has more pixels than are read.
    #[error("the picture has {0} × {1} pixels, and {LARGEST_SIDE} × {LARGEST_SIDE} are read")]
    Large(u32, u32),
    /// It asks for more than a drawing may use up.
    #[error("the picture takes too much time or memory to draw")]
    Costly,
    /// No process can be started for it now.
    #[error("no process could be started to draw it: {0}")]
    Process(std::io::Error),
}

/// The picture as a PNG whose sides have 256 pixels at most. Small ones stay as
/// small as they are.
///
/// A drawing of a few lines can ask for any time, memory and depth: so this is for a
/// process that may use up only so much and may break.
pub(super) fn logo(bytes: &[u8]) -> Result<Vec<u8>, NoPicture> {
    let picture = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) => {
            pixels(bytes, format)?
        }
        _ if is_svg(bytes) => drawing(bytes)?,
        _ => return Err(NoPicture::Type),
    };
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(broken)?;
    Ok(png.into_inner())
}

fn broken(error: impl std::fmt::Display) -> NoPicture {
    NoPicture::Broken(error.to_string())
}

fn pixels(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, NoPicture> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > LARGEST_SIDE {
        return Err(NoPicture::Large(width, height));
    }
    let turned = decoder.orientation().map_err(broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    picture.apply_orientation(turned);
    if picture.width().max(picture.height()) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    Ok(DynamicImage::ImageRgba8(picture.into_rgba8()))
}

fn is_svg(bytes: &[u8]) -> bool {
    let start = bytes.get(..1024).unwrap_or(bytes);
    let start = String::from_utf8_lossy(start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with('<') && start.contains("<svg")
}

fn drawing(bytes: &[u8]) -> Result<DynamicImage, NoPicture> {
    // Nothing is fetched, neither from the network nor from our disk.
    let image_href_resolver = usvg::ImageHrefResolver {
        resolve_data: Box::new(|_, _, _| None),
        resolve_string: Box::new(|_, _| None),
    };
    let options = usvg::Options { image_href_resolver, ..usvg::Options::default() };
    let tree = usvg::Tree::from_data(bytes, &options).map_err(broken)?;
    let size = tree.size();
    // A drawing has no pixels of its own, so it gets all that we keep.
    let scale = SIDE as f32 / size.width().max(size.height());
    let side = |length: f32| ((length * scale).round() as u32).clamp(1, SIDE);
    let (width, height) = (side(size.width()), side(size.height()));
    let mut canvas = tiny_skia::Pixmap::new(width, height).ok_or(NoPicture::Type)?;
    let scale = tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(&tree, scale, &mut canvas.as_mut());
    let bytes = canvas.take_demultiplied();
    let picture = RgbaImage::from_raw(width, height, bytes).ok_or(NoPicture::Type)?;
    Ok(DynamicImage::ImageRgba8(picture))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]
#[path = "draw_test.rs"]
mod tests;
