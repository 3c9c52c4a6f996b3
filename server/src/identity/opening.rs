//! Chooses who vouches. Where that was not built in, the configuration has refused it before.

use std::sync::Arc;

use desk::{IdentityProvider, PasskeyReader, TokenReader};

use crate::configuration::{Configuration, JwtSettings, OidcSettings};

#[cfg(feature = "oidc")]
pub(super) fn provider(settings: &OidcSettings) -> anyhow::Result<Arc<dyn IdentityProvider>> {
    use anyhow::Context;
    let settings = settings.clone();
    let issuer = identity::Issuer::open(identity::IssuerSettings {
        name: settings.name,
        issuer: settings.issuer,
        client_id: settings.client_id,
        client_secret: settings.client_secret.map(|secret| secret.0),
        back: settings.back,
    });
    Ok(Arc::new(issuer.context("`oidc`")?))
}

#[cfg(feature = "oidc")]
pub(super) fn tokens(settings: &JwtSettings) -> anyhow::Result<Arc<dyn TokenReader>> {
    use anyhow::Context;
    use identity::TokenKeys;

    use crate::configuration::JwtKeys;

    let settings = settings.clone();
    let tokens = identity::Tokens::open(identity::TokenSettings {
        issuer: settings.issuer,
        audience: settings.audience,
        keys: match settings.keys {
            JwtKeys::Secret(secret) => TokenKeys::Secret(secret.0),
            JwtKeys::Published(address) => TokenKeys::Published(address),
        },
        emails_are_verified: settings.emails_are_verified,
    });
    Ok(Arc::new(tokens.context("`jwt`")?))
}

#[cfg(not(feature = "oidc"))]
pub(super) fn provider(_: &OidcSettings) -> anyhow::Result<Arc<dyn IdentityProvider>> {
    anyhow::bail!("`oidc` is not built in")
}

#[cfg(not(feature = "oidc"))]
pub(super) fn tokens(_: &JwtSettings) -> anyhow::Result<Arc<dyn TokenReader>> {
    anyhow::bail!("`jwt` is not built in")
}

/// Passkeys are for one address by name; none, where the desk has no such address.
#[cfg(feature = "passkeys")]
pub(super) fn passkeys(
    configuration: &Configuration,
) -> anyhow::Result<Option<Arc<dyn PasskeyReader>>> {
    use anyhow::Context;
    let Some(origin) = configuration.named_origin() else { return Ok(None) };
    let passkeys = identity::Passkeys::open(&origin);
    Ok(Some(Arc::new(passkeys.with_context(|| format!("passkeys for `{origin}`"))?)))
}

#[cfg(not(feature = "passkeys"))]
#[expect(clippy::unnecessary_wraps, reason = "with them it may fail")]
pub(super) fn passkeys(_: &Configuration) -> anyhow::Result<Option<Arc<dyn PasskeyReader>>> {
    Ok(None)
}
