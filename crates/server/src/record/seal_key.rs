//! The key that seals: private in the folder of keys, public in PEM, as other tools read it too.

use std::path::{Path, PathBuf};

use app::Signer;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use engine::record::{PublicKey, Signature};
use ring::{
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};

use crate::{key_file, trouble::Trouble};

/// The name of the private key.
const FILE: &str = "seal.key";
/// The name of the one that a rotation makes, until a seal names it.
const NEXT: &str = "seal.key.next";
/// What stands before the 32 bytes of a public key in its DER form (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A private key.
pub(crate) struct SealKey {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl Signer for SealKey {
    fn public(&self) -> PublicKey {
        self.public
    }

    fn sign(&self, message: &[u8]) -> Signature {
        let signature = self.pair.sign(message);
        // An Ed25519 signature has 64 bytes; another could not be checked, and would be found.
        Signature(signature.as_ref().try_into().unwrap_or([0; 64]))
    }
}

/// Whether a signature is of a message by a key.
pub(crate) fn check(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    UnparsedPublicKey::new(&ED25519, key.0).verify(message, &signature.0).is_ok()
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}

fn read(path: &Path) -> Result<Option<SealKey>, Trouble> {
    let Some(text) = key_file::read(path)? else { return Ok(None) };
    let pair = String::from_utf8(text)
        .ok()
        .and_then(|it| of_pem("PRIVATE KEY", &it))
        .and_then(|der| Ed25519KeyPair::from_pkcs8(&der).ok());
    let key = pair.and_then(|pair| {
        let public = PublicKey(pair.public_key().as_ref().try_into().ok()?);
        Some(SealKey { pair, public })
    });
    key.map(Some).ok_or_else(|| {
        let path = path.display();
        Trouble::wrong(
            format!("封存密钥 {path} 已损坏。请从备份恢复该文件，不要另造。"),
            format!("The key {path} is damaged. Restore it from a backup; do not make another."),
        )
    })
}

fn make(path: &Path) -> Result<SealKey, Trouble> {
    let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
        .map_err(|_| Trouble::failed("系统没有随机数。", "The system lacks randomness."))?;
    key_file::write(path, pem("PRIVATE KEY", der.as_ref()).as_bytes())?;
    read(path)?.ok_or_else(|| {
        Trouble::failed(
            format!("封存密钥 {} 写入后读不出。", path.display()),
            format!("The key {} cannot be read after it was written.", path.display()),
        )
    })
}

/// The key of this installation; none where it has none yet.
///
/// # Errors
/// Where it cannot be read, is damaged, or others may read it.
pub(crate) fn load(folder: &Path) -> Result<Option<SealKey>, Trouble> {
    read(&path(folder, FILE))
}

/// The key that signs after a seal that names `named`; made where there is no seal yet. A rotation
/// that was cut short is completed.
///
/// # Errors
/// Where the key is missing, damaged, or another.
pub(crate) fn signing(folder: &Path, named: Option<PublicKey>) -> Result<SealKey, Trouble> {
    let (held, next) = (load(folder)?, read(&path(folder, NEXT))?);
    let Some(named) = named else {
        return held.map_or_else(|| make(&path(folder, FILE)), Ok);
    };
    if let Some(it) = held.filter(|it| it.public == named) {
        return Ok(it);
    }
    if let Some(it) = next.filter(|it| it.public == named) {
        std::fs::rename(path(folder, NEXT), path(folder, FILE)).map_err(|error| {
            Trouble::failed(
                format!("无法启用新的封存密钥 {}。", path(folder, NEXT).display()),
                "The new key cannot be put in the place of the old one.",
            )
            .because(error)
        })?;
        return Ok(it);
    }
    let place = path(folder, FILE);
    Err(Trouble::wrong(
        format!(
            "{} 不是上一次封存所指定的密钥（指纹 {}）。请从备份恢复该文件。",
            place.display(),
            named.shown()
        ),
        format!(
            "{} is missing or not the key that the last seal names (fingerprint {}). Restore it from a backup.",
            place.display(),
            named.shown()
        ),
    ))
}

/// Makes the key that is to sign after the next seal.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn make_next(folder: &Path) -> Result<PublicKey, Trouble> {
    Ok(make(&path(folder, NEXT))?.public)
}

/// A public key in PEM.
pub(crate) fn public_pem(key: &PublicKey) -> String {
    pem("PUBLIC KEY", &[SPKI.as_slice(), &key.0].concat())
}

/// A public key as it was handed over: in PEM, or in hexadecimal digits.
pub(crate) fn parse_public(text: &str) -> Option<PublicKey> {
    if let Some(key) = PublicKey::parse(text.trim()) {
        return Some(key);
    }
    let der = of_pem("PUBLIC KEY", text)?;
    let key = der.strip_prefix(SPKI.as_slice())?;
    Some(PublicKey(key.try_into().ok()?))
}

fn pem(label: &str, der: &[u8]) -> String {
    let mut res = format!("-----BEGIN {label}-----\n");
    let text = STANDARD.encode(der);
    for at in (0..text.len()).step_by(64) {
        res.push_str(text.get(at..(at + 64).min(text.len())).unwrap_or_default());
        res.push('\n');
    }
    res.push_str(&format!("-----END {label}-----\n"));
    res
}

fn of_pem(label: &str, text: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {label}-----"))?;
    let body: String = body.split_whitespace().collect();
    STANDARD.decode(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_key_signs_its_public_half_confirms_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        assert!(load(home.path()).unwrap().is_none());
        let key = signing(home.path(), None).unwrap();
        let again = signing(home.path(), Some(key.public)).unwrap();
        assert_eq!(again.public, key.public);
        let signature = key.sign(b"a");
        assert!(check(&key.public, b"a", &signature));
        assert!(!check(&key.public, b"b", &signature));
        let mut bent = signature;
        bent.0[7] ^= 1;
        assert!(!check(&key.public, b"a", &bent));
        assert!(!check(&PublicKey([7; 32]), b"a", &signature));
    }

    #[test]
    fn a_public_key_is_read_back_in_both_forms() {
        let key = PublicKey([0x5a; 32]);
        assert_eq!(parse_public(&public_pem(&key)), Some(key));
        assert_eq!(parse_public(&format!("{key}\n")), Some(key));
        assert_eq!(
            parse_public("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"),
            None
        );
        assert_eq!(parse_public(""), None);
    }

    #[test]
    fn a_rotation_takes_effect_when_a_seal_names_the_new_key() {
        let home = tempfile::tempdir().unwrap();
        let old = signing(home.path(), None).unwrap().public;
        let new = make_next(home.path()).unwrap();
        assert_eq!(signing(home.path(), Some(old)).unwrap().public, old);
        assert_eq!(signing(home.path(), Some(new)).unwrap().public, new);
        assert_eq!(load(home.path()).unwrap().unwrap().public, new);
        let trouble = signing(home.path(), Some(old)).err().unwrap();
        assert_eq!(trouble.exit(), 2);
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let home = tempfile::tempdir().unwrap();
        key_file::write(&path(home.path(), FILE), b"x").unwrap();
        assert!(signing(home.path(), None).is_err());
    }
}
