//! An answer, read.

use axum::{body::Body, response::Response};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Self {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    /// Reads a body up to the piece that has `end` in it.
    pub async fn read_until(response: Response<Body>, end: &str) -> Self {
        let (parts, mut body) = response.into_parts();
        let mut text = String::new();
        while !text.contains(end) {
            let piece = body.frame().await.expect("more").expect("a body");
            let piece = piece.into_data().expect("data");
            text += std::str::from_utf8(&piece).expect("text");
        }
        Self {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e} in {:?}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// The problem's code, having checked what every problem has to have.
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["error"], problem["detail"]);
        assert_eq!(problem["requestId"], self.header("x-request-id"));
        let code = problem["code"].as_str().expect("a code").to_owned();
        assert!(
            problem["type"]
                .as_str()
                .expect("a type")
                .ends_with(&format!("/docs/errors#{code}"))
        );
        code
    }
}
