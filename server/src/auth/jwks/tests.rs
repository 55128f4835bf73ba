use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::KeySet;

fn rsa(bits: usize) -> Value {
    let mut n = vec![0xff; bits.div_ceil(8)];
    if !bits.is_multiple_of(8) {
        n[0] >>= 8 - bits % 8;
    }
    json!({"kid": "k", "kty": "RSA", "e": "AQAB", "n": BASE64_URL_SAFE_NO_PAD.encode(n)})
}

fn with(mut key: Value, name: &str, value: &Value) -> Value {
    key[name] = value.clone();
    key
}

fn has(keys: &[Value], algorithm: Algorithm) -> bool {
    let text = json!({ "keys": keys }).to_string();
    KeySet::parse(text.as_bytes())
        .expect("a set")
        .has("k", algorithm)
}

#[test]
fn rsa_keys_have_between_2048_and_4096_bits() {
    for (bits, usable) in [
        (1024, false),
        (2047, false),
        (2048, true),
        (4096, true),
        (4097, false),
    ] {
        assert_eq!(has(&[rsa(bits)], Algorithm::RS256), usable, "{bits}");
    }
}

#[test]
fn a_key_is_for_its_own_family_and_for_the_algorithm_that_it_names() {
    assert!(has(&[rsa(2048)], Algorithm::PS256));
    assert!(!has(&[rsa(2048)], Algorithm::ES256));
    assert!(!has(&[rsa(2048)], Algorithm::HS256));
    assert!(!has(&[rsa(2048)], Algorithm::RS512));
    let named = with(rsa(2048), "alg", &json!("PS256"));
    assert!(has(std::slice::from_ref(&named), Algorithm::PS256));
    assert!(!has(&[named], Algorithm::RS256));
}

#[test]
fn private_shared_and_encryption_keys_are_not_used() {
    for (name, value) in [
        ("d", json!("AQAB")),
        ("p", json!("AQAB")),
        ("use", json!("enc")),
        ("key_ops", json!(["encrypt"])),
        ("alg", json!("HS256")),
        ("alg", json!("RSA-OAEP")),
        ("alg", json!(5)),
    ] {
        assert!(
            !has(&[with(rsa(2048), name, &value)], Algorithm::RS256),
            "{name}: {value}"
        );
    }
    let shared = json!({"kid": "k", "kty": "oct", "k": "AAAA", "alg": "HS256"});
    assert!(!has(&[shared], Algorithm::HS256));
    let signing = with(rsa(2048), "use", &json!("sig"));
    assert!(has(&[signing], Algorithm::RS256));
}

#[test]
fn a_key_without_an_id_is_not_found_and_an_id_used_twice_stands_for_neither() {
    let mut nameless = rsa(2048);
    nameless.as_object_mut().expect("an object").remove("kid");
    assert!(!has(&[nameless], Algorithm::RS256));
    assert!(!has(&[rsa(2048), rsa(4096)], Algorithm::RS256));
}

#[test]
fn a_key_that_nobody_can_use_does_not_spoil_the_set() {
    let foreign = json!({"kid": "x", "kty": "new", "a": 1});
    assert!(has(&[foreign, rsa(2048)], Algorithm::RS256));
}

#[test]
fn what_is_no_set_is_refused() {
    for text in ["", "[]", "{}", r#"{"keys": {}}"#] {
        assert!(KeySet::parse(text.as_bytes()).is_err(), "{text:?}");
    }
}
