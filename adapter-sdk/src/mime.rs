//! MIME types.

use eclusa_model::ContentType;

/// The MIME type that a file name's ending suggests.
pub fn from_filename(filename: &str) -> Option<String> {
    mime_guess::from_path(filename).first().map(|mime| mime.essence_str().to_owned())
}

/// The message type for a file: `audio/*` and `video/*` are what they say,
/// everything else is a document.
pub fn content_type(mime: &str) -> ContentType {
    match mime.split('/').next().map(str::to_ascii_lowercase).as_deref() {
        Some("audio") => ContentType::Audio,
        Some("video") => ContentType::Video,
        _ => ContentType::Document,
    }
}

/// Whether it is a picture.
pub fn is_image(mime: &str) -> bool {
    mime.get(..6).is_some_and(|family| family.eq_ignore_ascii_case("image/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_get_their_type() {
        assert_eq!(from_filename("a.PDF").as_deref(), Some("application/pdf"));
        assert_eq!(from_filename("a"), None);
        assert_eq!(content_type("audio/ogg; codecs=opus"), ContentType::Audio);
        assert_eq!(content_type("image/png"), ContentType::Document);
        assert!(is_image("Image/PNG"));
    }
}
