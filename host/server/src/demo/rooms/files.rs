//! `GET /demo/files/{name}`: files to send, made here.

use std::f64::consts::TAU;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Chats;
use crate::problem::ApiProblem;

/// Samples of the sound in a second.
const RATE: u32 = 8000;

const DRAWING: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#f4e3c1"/><circle cx="46" cy="18" r="8" fill="#e69f00"/><path d="M0 44 18 24l14 14 10-9 22 18v17H0z" fill="#009e73"/><path d="M0 54q16-8 32 0t32 0v10H0z" fill="#0072b2"/></svg>"##;

/// A file.
pub(super) async fn file(
    State(Chats { app, .. }): State<Chats>,
    Path(name): Path<String>,
) -> Result<Response, ApiProblem> {
    let (mime, bytes) = match name.as_str() {
        "photo.png" => ("image/png", app.drawer.logo(DRAWING.as_bytes()).await.unwrap_or_default()),
        "catalog.pdf" => ("application/pdf", pdf()),
        "voice.wav" => ("audio/wav", wav()),
        "clip.webm" => ("video/webm", include_bytes!("clip.webm").to_vec()),
        _ => return Err(ApiProblem::not_found("file", &name)),
    };
    Ok(([(header::CONTENT_TYPE, mime)], bytes).into_response())
}

/// A short melody, as a WAV file.
fn wav() -> Vec<u8> {
    let tones = [523.25, 659.25, 783.99, 1046.5];
    let length = RATE / 3;
    let samples: Vec<u8> = tones
        .iter()
        .flat_map(|tone| {
            (0..length).map(move |at| {
                let time = f64::from(at) / f64::from(RATE);
                let fade = 1.0 - f64::from(at) / f64::from(length);
                (128.0 + 60.0 * fade * (time * tone * TAU).sin()) as u8
            })
        })
        .collect();
    let size = samples.len() as u32;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + size).to_le_bytes());
    // A format of 16 bytes: PCM, one channel, its rate, bytes a second and in a sample,
    // bits in a sample.
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend(RATE.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend([1, 0, 8, 0]);
    file.extend(b"data");
    file.extend(size.to_le_bytes());
    file.extend(samples);
    file
}

/// A page of a catalog, as a PDF file.
fn pdf() -> Vec<u8> {
    let text = "BT /F1 24 Tf 72 720 Td (Loja Aurora) Tj 0 -40 Td /F1 14 Tf (Catalog 2026) Tj ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(file.len());
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    for place in places {
        file.push_str(&format!("{place:010} 00000 n \n"));
    }
    let size = objects.len() + 1;
    file.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"));
    file.into_bytes()
}
