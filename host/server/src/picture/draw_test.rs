use super::*;

fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = DynamicImage::new_rgb8(width, height);
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn size_of_logo(bytes: &[u8]) -> (u32, u32) {
    let png = logo(bytes).unwrap();
    assert_eq!(image::guess_format(&png).unwrap(), ImageFormat::Png);
    let read = image::load_from_memory(&png).unwrap();
    (read.width(), read.height())
}

#[test]
fn pictures_are_scaled_down_and_never_up() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        assert_eq!(size_of_logo(&encoded(1024, 512, format)), (256, 128), "{format:?}");
        assert_eq!(size_of_logo(&encoded(40, 30, format)), (40, 30), "{format:?}");
    }
    let drawing = br##"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="20" height="10" fill="#D55E00"/></svg>"##;
    assert_eq!(size_of_logo(drawing), (256, 128));
    let png = image::load_from_memory(&logo(drawing).unwrap()).unwrap().into_rgba8();
    assert_eq!(png.get_pixel(100, 60).0, [0xD5, 0x5E, 0, 0xFF]);
}

#[test]
fn nothing_of_a_file_is_left_but_its_pixels() {
    let mut png = encoded(10, 10, ImageFormat::Png);
    png.extend(b"<script>alert(1)</script>");
    let drawing = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="alert(1)"><script>alert(1)</script><rect width="9" height="9"/></svg>"#;
    for bytes in [&png[..], drawing] {
        let kept = logo(bytes).unwrap();
        assert!(!String::from_utf8_lossy(&kept).contains("alert"));
    }
}

#[test]
fn a_drawing_fetches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let red = folder.path().join("red.png");
    let picture =
        DynamicImage::ImageRgba8(RgbaImage::from_pixel(8, 8, image::Rgba([255, 0, 0, 255])));
    picture.save_with_format(&red, ImageFormat::Png).unwrap();
    let drawing = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><image href="{}" width="8" height="8"/></svg>"#,
        red.display()
    );
    let kept = image::load_from_memory(&logo(drawing.as_bytes()).unwrap()).unwrap().into_rgba8();
    assert!(kept.pixels().all(|pixel| pixel.0[3] == 0), "it shows a file of our disk");
}

#[test]
fn what_is_none_or_too_much_is_refused() {
    for bytes in [&b""[..], b"GIF89a\x01\x00\x01\x00", b"<html><body>", b"\x7fELF", b"{}"] {
        assert!(matches!(logo(bytes), Err(NoPicture::Type)), "{bytes:?}");
    }
    let whole = encoded(64, 64, ImageFormat::Png);
    for bytes in [&whole[..40], b"\xff\xd8\xff\xe0", b"<svg xmlns='http://www.w3.org/2000/svg'>"] {
        assert!(matches!(logo(bytes), Err(NoPicture::Broken(_))), "{bytes:?}");
    }
    assert!(matches!(logo(&encoded(5000, 1, ImageFormat::Png)), Err(NoPicture::Large(5000, 1))));
    // Each level draws the one below ten times.
    let mut laughs = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><defs><rect id="a0" width="1" height="1"/>"#.to_owned();
    for level in 1..12 {
        let uses = format!(r##"<use href="#a{}"/>"##, level - 1).repeat(10);
        laughs.push_str(&format!(r#"<g id="a{level}">{uses}</g>"#));
    }
    laughs.push_str(r##"</defs><use href="#a11"/></svg>"##);
    assert!(logo(laughs.as_bytes()).is_err());
}
