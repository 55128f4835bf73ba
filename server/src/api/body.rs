//! Takes a JSON body off the wire, within limits.

use std::time::Duration;

use axum::{body::Body, extract::Request};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;

use crate::problem::Problem;

/// The longest body that is read: a hundred items with all their metadata fit ten times over.
pub(super) const LONGEST: usize = 1024 * 1024;
/// A client that is still sending does not read: so much more is thrown away, for so long, before it is answered.
const LONGEST_DRAIN: usize = 8 * LONGEST;
const LONGEST_DRAIN_TIME: Duration = Duration::from_secs(2);
/// How long a body may take to arrive.
const LONGEST_READ: Duration = Duration::from_secs(15);

/// The whole body. Handlers take the request as it is: asking for its headers by themselves would copy all of them.
pub(super) async fn read(request: Request) -> Result<Bytes, Problem> {
    let is_json = is_json(request.headers());
    read_in_time(LONGEST, is_json, request.into_body()).await
}

/// The whole body, if it is no longer than `longest`.
pub(super) async fn read_up_to(
    longest: usize,
    headers: &HeaderMap,
    body: Body,
) -> Result<Bytes, Problem> {
    read_in_time(longest, is_json(headers), body).await
}

async fn read_in_time(longest: usize, is_json: bool, body: Body) -> Result<Bytes, Problem> {
    if !is_json {
        return Err(Problem::unsupported_media_type());
    }
    match tokio::time::timeout(LONGEST_READ, collect(longest, body)).await {
        Ok(result) => result,
        Err(_) => Err(Problem::too_slow()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

async fn collect(longest: usize, mut body: Body) -> Result<Bytes, Problem> {
    // Nearly every body is a single frame, which is passed on as it is.
    let Some(first) = next(&mut body).await? else {
        return Ok(Bytes::new());
    };
    let Some(second) = next(&mut body).await? else {
        return if first.len() > longest {
            Err(Problem::too_large(longest))
        } else {
            Ok(first)
        };
    };
    let mut all = BytesMut::from(first);
    all.extend_from_slice(&second);
    while all.len() <= longest {
        match next(&mut body).await? {
            Some(frame) => all.extend_from_slice(&frame),
            None => return Ok(all.freeze()),
        }
    }
    drain(body, all.len()).await;
    Err(Problem::too_large(longest))
}

async fn next(body: &mut Body) -> Result<Option<Bytes>, Problem> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::too_slow())?;
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

async fn drain(mut body: Body, mut read: usize) {
    let all = async {
        while read < LONGEST_DRAIN
            && let Ok(Some(frame)) = next(&mut body).await
        {
            read += frame.len();
        }
    };
    // Whoever is still sending after that finds the connection closed.
    let _ = tokio::time::timeout(LONGEST_DRAIN_TIME, all).await;
}
