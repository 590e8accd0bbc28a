//! What a form has sent.

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{Form, Multipart, Request};
use axum::http::{StatusCode, header};

use crate::app::App;
use crate::problem::ApiProblem;

/// Most fields of a form, so that nobody lets us look through millions.
const MOST: usize = 1000;

/// The fields of a form, in its order.
#[derive(Debug, Default)]
pub(super) struct Fields {
    texts: Vec<(String, String)>,
    files: Vec<(String, Bytes)>,
}

impl Fields {
    /// The value of a field; the last one where a box and its hidden default have
    /// the same name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.texts.iter().rev().filter(|(it, _)| it == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The same without spaces around it, where something is left.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// All fields with a name that begins so, by the rest of it.
    pub(super) fn below<'a>(
        &'a self,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        self.texts.iter().filter_map(move |(name, value)| {
            name.strip_prefix(prefix).map(|rest| (rest, value.as_str()))
        })
    }

    /// A file that was chosen.
    pub(super) fn file(&self, name: &str) -> Option<&Bytes> {
        let mut files = self.files.iter();
        files.find(|(it, bytes)| it == name && !bytes.is_empty()).map(|(_, bytes)| bytes)
    }

    /// Reads a form, with or without files.
    pub(super) async fn read(request: Request, app: &App) -> Result<Self, ApiProblem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            let form = request.extract_with_state::<Form<Vec<(String, String)>>, _, _>(app).await;
            let Form(texts) = form.map_err(|error| refused(error.status(), error.body_text()))?;
            return Self { texts, files: Vec::new() }.bounded();
        }
        let multipart = request.extract_with_state::<Multipart, _, _>(app).await;
        let mut multipart =
            multipart.map_err(|error| refused(error.status(), error.body_text()))?;
        let mut fields = Self::default();
        while let Some(field) =
            multipart.next_field().await.map_err(|e| refused(e.status(), e.body_text()))?
        {
            let name = field.name().unwrap_or_default().to_owned();
            let is_file = field.file_name().is_some();
            let bytes = field.bytes().await.map_err(|e| refused(e.status(), e.body_text()))?;
            match is_file {
                true => fields.files.push((name, bytes)),
                false => {
                    let text = String::from_utf8(bytes.into()).map_err(|_| {
                        refused(StatusCode::BAD_REQUEST, "a field is not UTF-8".to_owned())
                    })?;
                    fields.texts.push((name, text));
                }
            }
            if fields.texts.len() + fields.files.len() > MOST {
                return fields.bounded();
            }
        }
        fields.bounded()
    }

    fn bounded(self) -> Result<Self, ApiProblem> {
        if self.texts.len() + self.files.len() > MOST {
            return Err(refused(StatusCode::BAD_REQUEST, format!("more than {MOST} fields")));
        }
        Ok(self)
    }
}

fn refused(status: StatusCode, detail: String) -> ApiProblem {
    let code = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
        _ => "bad_request",
    };
    ApiProblem::new(status, code, detail)
        .action("Open the page again and send its form from there.")
}

#[cfg(test)]
impl Fields {
    /// A form with these fields.
    pub(super) fn of(texts: &[(&str, &str)]) -> Self {
        let texts = texts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { texts: texts.collect(), files: Vec::new() }
    }
}
