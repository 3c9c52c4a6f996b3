//! TLS of our own: a certificate and its key from files, read again when they change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use tokio_rustls::rustls::sign::CertifiedKey;
use tracing::{info, warn};

/// How often the files are looked at: whoever renews certificates replaces them while we run.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Where a certificate and its key are.
#[derive(Clone, Debug)]
pub(crate) struct CertificateFiles {
    /// The certificate and those that vouch for it, in PEM, ours first.
    pub(crate) certificate: PathBuf,
    /// Its private key, in PEM.
    pub(crate) key: PathBuf,
}

/// The certificate that is shown to whoever connects.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl CertificateFiles {
    fn read(&self) -> anyhow::Result<CertifiedKey> {
        let told =
            |path: &Path, what: &str| format!("{what} in `{}` cannot be read", path.display());
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| told(&self.certificate, "the certificate"))?;
        anyhow::ensure!(!chain.is_empty(), told(&self.certificate, "there is no certificate"));
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .with_context(|| told(&self.key, "the certificate's key"))?;
        CertifiedKey::from_der(chain, key, &ring::default_provider()).with_context(|| {
            let (certificate, key) = (self.certificate.display(), self.key.display());
            format!("the certificate in `{certificate}` and the key in `{key}` do not fit")
        })
    }

    /// When either was changed last.
    fn changed_at(&self) -> Option<SystemTime> {
        let at = |path: &Path| std::fs::metadata(path).and_then(|facts| facts.modified()).ok();
        at(&self.certificate).max(at(&self.key))
    }

    /// What speaks TLS with them from now on; reads them again whenever they change.
    pub(crate) fn acceptor(self) -> anyhow::Result<TlsAcceptor> {
        let changed_at = self.changed_at();
        let shown = Arc::new(Shown(RwLock::new(Arc::new(self.read()?))));
        let provider = Arc::new(ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("TLS cannot be set up")?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as _);
        // A stream begins as a request of HTTP/1.1.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        tokio::spawn(self.watch(shown, changed_at));
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    async fn watch(self, shown: Arc<Shown>, mut changed_at: Option<SystemTime>) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            self.look(&shown, &mut changed_at);
        }
    }

    /// Takes the files if they changed; those that are no good change nothing.
    fn look(&self, shown: &Shown, changed_at: &mut Option<SystemTime>) {
        let now = self.changed_at();
        if now == *changed_at {
            return;
        }
        match self.read() {
            Ok(read) => {
                *changed_at = now;
                *shown.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
                info!("the certificate changed and is shown from now on");
            }
            // Half written, most likely: looked at again the next time.
            Err(error) => warn!("the certificate changed, and the old one stays: {error:#}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(files: &CertificateFiles, name: &str) -> Vec<u8> {
        let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("made");
        std::fs::write(&files.certificate, made.cert.pem()).expect("written");
        std::fs::write(&files.key, made.signing_key.serialize_pem()).expect("written");
        made.cert.der().to_vec()
    }

    fn files(folder: &Path) -> CertificateFiles {
        CertificateFiles { certificate: folder.join("a.pem"), key: folder.join("a.key") }
    }

    #[test]
    fn a_renewed_certificate_is_shown_and_half_a_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = files(folder.path());
        let first = write(&files, "desk.example");
        let shown = Shown(RwLock::new(Arc::new(files.read().expect("read"))));
        let der = || shown.0.read().expect("a lock").cert[0].as_ref().to_vec();
        assert_eq!(der(), first);
        let mut changed_at = files.changed_at();
        files.look(&shown, &mut changed_at);
        assert_eq!(der(), first, "nothing changed");
        let second = write(&files, "desk.example");
        changed_at = None;
        files.look(&shown, &mut changed_at);
        assert_eq!(der(), second);
        std::fs::write(&files.certificate, "-----BEGIN CERTIFICATE-----\n").expect("written");
        changed_at = None;
        files.look(&shown, &mut changed_at);
        assert_eq!((der(), changed_at), (second, None), "looked at again");
    }

    #[test]
    fn what_is_wrong_with_files_is_told_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = files(folder.path());
        let told = |files: &CertificateFiles| format!("{:#}", files.read().expect_err("no good"));
        assert!(told(&files).contains("a.pem"), "{}", told(&files));
        write(&files, "desk.example");
        std::fs::write(&files.key, "nonsense").expect("written");
        assert!(told(&files).contains("a.key"), "{}", told(&files));
        let other = CertificateFiles { key: folder.path().join("b.key"), ..files.clone() };
        write(&other, "other.example");
        write(&files, "desk.example");
        let mixed = CertificateFiles { key: other.key, ..files.clone() };
        assert!(told(&mixed).contains("do not fit"), "{}", told(&mixed));
        std::fs::write(&files.certificate, "").expect("written");
        assert!(told(&files).contains("no certificate"), "{}", told(&files));
    }
}
