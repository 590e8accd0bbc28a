//! Fetches the keys that chats publish, as guarded as all that goes out.

use async_trait::async_trait;
use eclusa_ingress::KeySource;
use http::HeaderMap;

use crate::http::{HttpClient, OutgoingRequest};

#[async_trait]
impl KeySource for HttpClient {
    async fn fetch(&self, url: &str) -> Result<String, String> {
        let request = OutgoingRequest::new("GET", url, HeaderMap::new(), None)
            .map_err(|error| error.message)?;
        let answer = self.send(request).await.map_err(|error| error.message)?;
        if answer.response.status != 200 {
            return Err(format!("the answer has status {}", answer.response.status));
        }
        if answer.cut {
            return Err("the answer is too long".to_owned());
        }
        Ok(answer.response.body)
    }
}
