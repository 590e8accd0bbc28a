//! Manifests, which come from adapters that anybody may hand over: what is read
//! can be written, and is the same when it is read again.

use eclusa_model::Manifest;

pub(crate) fn run(bytes: &[u8]) {
    let Ok(manifest) = serde_json::from_slice::<Manifest>(bytes) else { return };
    let _ = manifest.required_secrets().count();
    let _ = manifest.nonsense();
    if let Some(verification) = &manifest.verification {
        let _ = (verification.secret_place(), verification.is_unsigned("GET"));
    }
    let written = match serde_json::to_string(&manifest) {
        Ok(written) => written,
        Err(error) => panic!("it cannot be written: {error}"),
    };
    match serde_json::from_str::<Manifest>(&written) {
        Ok(again) => assert_eq!(again, manifest, "{written}"),
        Err(error) => panic!("it cannot be read again: {error}: {written}"),
    }
}
