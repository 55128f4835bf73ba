use http::Method;

use super::Browser;
use crate::support::{Answer, App};

async fn get(browser: &Browser<'_>, path: &str, encoding: &str) -> Answer {
    let headers = [("accept-encoding", encoding)];
    browser
        .send(Method::GET, path, &headers, String::new())
        .await
}

#[tokio::test]
async fn the_site_is_served_compressed_and_kept_for_good_under_its_hashed_names() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("pkg")).expect("made");
    let manifest = r#"{"js":"/pkg/app.1.js","wasm":"/pkg/app.1.wasm","css":"/pkg/main.1.css","docsCss":"/pkg/docs.1.css"}"#;
    for (name, content) in [
        ("manifest.json", manifest),
        ("favicon.svg", "<svg/>"),
        ("pkg/app.1.js", "plain"),
        ("pkg/app.1.js.br", "brotli"),
        ("pkg/app.1.js.gz", "gzip"),
        ("pkg/app.1.wasm", "wasm"),
    ] {
        std::fs::write(folder.path().join(name), content).expect("written");
    }
    let site = folder.path().to_str().expect("text");
    let app = App::start_with(&[("site_dir", site)]).await;
    let browser = Browser::new(&app);

    let page = browser.get("/").await.text;
    for path in ["/pkg/app.1.js", "/pkg/app.1.wasm", "/pkg/main.1.css"] {
        assert!(page.contains(path), "{path}");
    }
    assert!(
        !page.contains("/pkg/docs.1.css"),
        "only the documentation has it"
    );
    assert!(browser.get("/docs").await.text.contains("/pkg/docs.1.css"));
    for (accepted, content) in [
        ("gzip, br", "brotli"),
        ("gzip", "gzip"),
        ("identity", "plain"),
    ] {
        let script = get(&browser, "/pkg/app.1.js", accepted).await;
        assert_eq!(script.text, content);
        assert_eq!(script.header("vary"), "accept-encoding");
        assert_eq!(
            script.header("content-type"),
            "text/javascript; charset=utf-8"
        );
        assert!(script.header("cache-control").contains("immutable"));
    }
    let wasm = get(&browser, "/pkg/app.1.wasm", "br").await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    assert_eq!(wasm.header("content-encoding"), "");
    let icon = get(&browser, "/favicon.svg", "br").await;
    assert_eq!(icon.header("cache-control"), "public, max-age=3600");
    let head = browser
        .send(Method::HEAD, "/favicon.svg", &[], String::new())
        .await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    for path in [
        "/manifest.json",
        "/pkg",
        "/pkg/",
        "/pkg/%2e%2e/%2e%2e/etc/passwd",
    ] {
        assert_eq!(get(&browser, path, "br").await.status, 404, "{path}");
    }
    app.shut_down().await;
}

#[tokio::test]
async fn without_a_site_the_pages_are_there_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().to_str().expect("text");
    let app = App::start_with(&[("site_dir", site)]).await;
    let ann = Browser::signed_in(&app, "ann@example.com").await;
    assert_eq!(ann.get("/dashboard").await.status, 200);
    app.shut_down().await;
}
