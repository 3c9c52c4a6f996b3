//! `[oidc]` and `[jwt]`: who vouches for people, and for their programs.

use std::fmt;

use anyhow::{Context, bail};
use desk::Scope;
use http::Uri;
use serde::Deserialize;

use super::built_in;

/// A secret that is set; no log has it.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub(crate) struct Hidden(pub(crate) String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// What may stand in `[oidc]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenOidc {
    name: Option<String>,
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<Hidden>,
    domains: Option<Vec<String>>,
    link_by_email: Option<bool>,
}

/// What may stand in `[jwt]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenJwt {
    issuer: Option<String>,
    audience: Option<String>,
    secret: Option<Hidden>,
    jwks: Option<String>,
    scope: Option<String>,
    emails_are_verified: Option<bool>,
    link_by_email: Option<bool>,
}

/// An issuer that people sign in at.
#[cfg_attr(not(feature = "oidc"), expect(dead_code, reason = "refused before it is read"))]
#[derive(Clone, Debug)]
pub(crate) struct OidcSettings {
    /// As people know it.
    pub(crate) name: String,
    /// As it calls itself.
    pub(crate) issuer: String,
    /// What it calls this desk.
    pub(crate) client_id: String,
    /// What it knows this desk by.
    pub(crate) client_secret: Option<Hidden>,
    /// Where it sends browsers back to.
    pub(crate) back: String,
    /// Who becomes a member without being asked in: those of addresses in these.
    pub(crate) domains: Vec<String>,
    /// Whether an address that the issuer proved opens its account.
    pub(crate) link_by_email: bool,
}

/// Whose tokens programs may bring.
#[cfg_attr(not(feature = "oidc"), expect(dead_code, reason = "refused before it is read"))]
#[derive(Clone, Debug)]
pub(crate) struct JwtSettings {
    /// Who must have signed them.
    pub(crate) issuer: String,
    /// Whom they must be for.
    pub(crate) audience: String,
    /// The secret that issuer and desk have; where there is none, `jwks` says where its keys are.
    pub(crate) keys: JwtKeys,
    /// What may be done with one.
    pub(crate) scope: Scope,
    /// Whether the issuer names nobody's address that they did not prove.
    pub(crate) emails_are_verified: bool,
    /// Whether a proved address opens its account.
    pub(crate) link_by_email: bool,
}

impl JwtSettings {
    /// Whether somebody is asked for keys.
    pub(crate) fn is_asked(&self) -> bool {
        matches!(self.keys, JwtKeys::Published(_))
    }
}

/// By what tokens are known.
#[cfg_attr(not(feature = "oidc"), expect(dead_code, reason = "refused before it is read"))]
#[derive(Clone, Debug)]
pub(crate) enum JwtKeys {
    /// A secret that issuer and desk have.
    Secret(Hidden),
    /// Where the issuer's keys are.
    Published(String),
}

/// Where browsers come back to; also what has to be told the issuer.
pub(crate) const BACK: &str = "/sign-in/back";

/// A table of settings that may stand in two places.
pub(super) trait Written {
    /// Each setting from the first that has it.
    fn or(self, other: Self) -> Self;
}

impl Written for WrittenOidc {
    fn or(self, other: Self) -> Self {
        Self {
            name: self.name.or(other.name),
            issuer: self.issuer.or(other.issuer),
            client_id: self.client_id.or(other.client_id),
            client_secret: self.client_secret.or(other.client_secret),
            domains: self.domains.or(other.domains),
            link_by_email: self.link_by_email.or(other.link_by_email),
        }
    }
}

impl Written for WrittenJwt {
    fn or(self, other: Self) -> Self {
        Self {
            issuer: self.issuer.or(other.issuer),
            audience: self.audience.or(other.audience),
            secret: self.secret.or(other.secret),
            jwks: self.jwks.or(other.jwks),
            scope: self.scope.or(other.scope),
            emails_are_verified: self.emails_are_verified.or(other.emails_are_verified),
            link_by_email: self.link_by_email.or(other.link_by_email),
        }
    }
}

/// What was said by the environment and by the file, of a table of settings.
pub(super) fn joined<T: Written>(first: Option<T>, second: Option<T>) -> Option<T> {
    match (first, second) {
        (Some(first), Some(second)) => Some(first.or(second)),
        (first, second) => first.or(second),
    }
}

/// Who vouches for people and for their programs, where this program can ask them.
pub(super) fn identity_of(
    oidc: Option<WrittenOidc>,
    jwt: Option<WrittenJwt>,
    address: Option<&Uri>,
) -> anyhow::Result<(Option<OidcSettings>, Option<JwtSettings>)> {
    for (setting, is_set) in [("oidc", oidc.is_some()), ("jwt", jwt.is_some())] {
        built_in((setting, is_set), "oidc", cfg!(feature = "oidc"))?;
    }
    Ok((oidc_of(oidc, address)?, jwt_of(jwt)?))
}

/// What every setting of a table must have.
fn said(value: Option<String>, name: &str) -> anyhow::Result<String> {
    let value = value.filter(|text| !text.trim().is_empty());
    value.with_context(|| format!("`{name}` is missing"))
}

/// The issuer that is set; nothing where none is.
fn oidc_of(
    written: Option<WrittenOidc>,
    address: Option<&Uri>,
) -> anyhow::Result<Option<OidcSettings>> {
    let Some(written) = written else { return Ok(None) };
    let address = address.context(
        "`oidc` needs `address`: what people open, as https://desk.example.com, where the issuer \
         sends them back to",
    )?;
    let domains = written.domains.unwrap_or_default();
    let domains = domains.iter().map(|text| domain_of(text)).collect::<anyhow::Result<_>>()?;
    Ok(Some(OidcSettings {
        name: said(written.name, "oidc.name")?,
        issuer: said(written.issuer, "oidc.issuer")?,
        client_id: said(written.client_id, "oidc.client_id")?,
        client_secret: written.client_secret,
        back: format!("{}{BACK}", address.to_string().trim_end_matches('/')),
        domains,
        link_by_email: written.link_by_email.unwrap_or(false),
    }))
}

/// A domain in the form that addresses are kept in.
fn domain_of(text: &str) -> anyhow::Result<String> {
    let domain = text.trim().to_lowercase();
    let is_whole = domain.contains('.')
        && domain.split('.').all(|part| !part.is_empty())
        && domain.chars().all(|one| one.is_alphanumeric() || matches!(one, '.' | '-'));
    anyhow::ensure!(
        is_whole,
        "`oidc.domains` has `{text}`: expected what stands behind the @, as example.com"
    );
    Ok(domain)
}

/// Whose tokens are taken; nothing where none are.
fn jwt_of(written: Option<WrittenJwt>) -> anyhow::Result<Option<JwtSettings>> {
    let Some(written) = written else { return Ok(None) };
    let keys = match (written.secret, written.jwks) {
        (Some(secret), None) => JwtKeys::Secret(secret),
        (None, Some(jwks)) => JwtKeys::Published(jwks),
        (Some(_), Some(_)) => bail!(
            "`jwt` has `secret` and `jwks`: name the one that the issuer signs with; taking both \
             would let who knows a public key pass it off as the secret"
        ),
        (None, None) => bail!("`jwt` needs `jwks`, the address of the issuer's keys, or `secret`"),
    };
    let scope = written.scope.as_deref().unwrap_or("read");
    Ok(Some(JwtSettings {
        issuer: said(written.issuer, "jwt.issuer")?,
        audience: said(written.audience, "jwt.audience")?,
        keys,
        scope: scope.parse().context("`jwt.scope`")?,
        emails_are_verified: written.emails_are_verified.unwrap_or(false),
        link_by_email: written.link_by_email.unwrap_or(false),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oidc(text: &str, address: Option<&str>) -> anyhow::Result<Option<OidcSettings>> {
        let address = address.map(|text| text.parse().expect("an address"));
        oidc_of(super::super::parse(text)?.oidc, address.as_ref())
    }

    fn jwt(text: &str) -> anyhow::Result<Option<JwtSettings>> {
        jwt_of(super::super::parse(text)?.jwt)
    }

    const WHOLE: &str = "[oidc]\nname = \"Google\"\nissuer = \"https://accounts.google.com\"\n\
                         client_id = \"desk\"\nclient_secret = \"hush\"\n";

    #[test]
    fn an_issuer_sends_people_back_to_the_address_that_is_set() {
        assert!(oidc("log = \"info\"", None).expect("a file").is_none());
        for address in ["https://desk.example.com", "https://desk.example.com/"] {
            let settings = oidc(WHOLE, Some(address)).expect("settings").expect("an issuer");
            assert_eq!(settings.back, "https://desk.example.com/sign-in/back");
            assert!(!settings.link_by_email && settings.domains.is_empty());
            assert!(!format!("{settings:?}").contains("hush"));
        }
    }

    #[test]
    fn what_is_missing_or_makes_no_sense_is_named() {
        let at = Some("https://desk.example.com");
        for (text, address, named) in [
            (WHOLE.to_owned(), None, "`oidc` needs `address`"),
            (WHOLE.replace("name =", "nam ="), at, "nam"),
            (WHOLE.replace("client_id = \"desk\"\n", ""), at, "`oidc.client_id` is missing"),
            (format!("{WHOLE}domains = [\"@example.com\"]"), at, "`@example.com`"),
            (format!("{WHOLE}domains = [\"com\"]"), at, "`com`"),
        ] {
            let error = format!("{:#}", oidc(&text, address).expect_err(&text));
            assert!(error.contains(named), "{error}");
        }
        let jwt_text = "[jwt]\nissuer = \"https://a.example\"\naudience = \"authenticated\"\n";
        for (more, named) in [
            ("", "`jwt` needs `jwks`"),
            ("secret = \"a\"\njwks = \"https://a.example/k\"", "`secret` and `jwks`"),
            ("secret = \"a\"\nscope = \"all\"", "`jwt.scope`"),
        ] {
            let error = format!("{:#}", jwt(&format!("{jwt_text}{more}")).expect_err(more));
            assert!(error.contains(named), "{error}");
        }
        let settings = jwt(&format!("{jwt_text}secret = \"a\"")).expect("settings");
        let settings = settings.expect("tokens");
        assert!(settings.scope == Scope::Read && !settings.emails_are_verified);
    }
}
