//! Settings: from the command line first, then the environment, then the file, then the defaults.

mod identity;
mod mail;
mod tiers;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use desk::Tiers;
use http::Uri;
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use notify::MailServer;
use serde::Deserialize;

use crate::certificate::CertificateFiles;
use crate::commands::Settings;
#[cfg(feature = "oidc")]
pub(crate) use identity::JwtKeys;
pub(crate) use identity::{BACK, JwtSettings, OidcSettings};
use identity::{WrittenJwt, WrittenOidc, identity_of, joined};
use mail::mail_of;
use tiers::{WrittenTiers, tiers_of};

/// The one source of names and addresses, read by the build as well.
const LEPTOS_TOML: &str = include_str!("../../Leptos.toml");

/// Everything that can be set.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    /// Where everything is kept; absolute.
    pub(crate) data: PathBuf,
    /// Where the database is: a `postgres://` address, or nothing for a file in the data folder.
    pub(crate) database: Option<String>,
    /// Where the servers of the desk talk to each other; may hold a password and is never shown.
    pub(crate) nats: Option<String>,
    /// Address to serve on.
    pub(crate) listen: SocketAddr,
    /// Names that browsers may call this server by, ports apart.
    pub(crate) hosts: Vec<String>,
    /// The address that people open, where that is not the one served on.
    pub(crate) address: Option<Uri>,
    /// The certificate to speak TLS with, where no proxy does.
    pub(crate) certificate: Option<CertificateFiles>,
    /// Reverse proxies whose word is taken for who asks.
    pub(crate) proxies: Vec<IpNet>,
    /// Who else may read the process's figures than whoever is at the machine.
    pub(crate) watchers: Vec<IpNet>,
    /// What who sets the desk up from elsewhere must know; made anew where nothing is said.
    pub(crate) setup_token: Option<String>,
    /// What secrets are sealed with; kept in the data folder where nothing is said.
    pub(crate) key: Option<String>,
    /// Seed of the practice market.
    pub(crate) practice_seed: u64,
    /// Live streams that one trader may have open.
    pub(crate) streams_max: usize,
    /// What each tier may have; none on a desk without tiers.
    pub(crate) tiers: Tiers,
    /// The mail server, where mails are sent.
    pub(crate) mail: Option<MailServer>,
    /// Whether everybody has a second factor.
    pub(crate) require_second_factor: bool,
    /// The list of passwords that were in a breach, where one is.
    pub(crate) breached_passwords: Option<PathBuf>,
    /// The issuer that people may sign in at.
    pub(crate) oidc: Option<OidcSettings>,
    /// Whose tokens programs may bring.
    pub(crate) jwt: Option<JwtSettings>,
    /// The collector that is told how long answers took.
    #[cfg_attr(not(feature = "traces"), expect(dead_code, reason = "refused before it is read"))]
    pub(crate) traces: Option<String>,
    /// What is logged, as `info` or `volaris=debug`.
    pub(crate) log: String,
    /// What the build and the pages agreed on.
    pub(crate) leptos: LeptosOptions,
}

/// What the file and the environment may say. Anything else is refused by name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    data: Option<PathBuf>,
    database: Option<String>,
    nats: Option<String>,
    listen: Option<String>,
    hosts: Option<Vec<String>>,
    address: Option<String>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    proxies: Option<Vec<String>>,
    watchers: Option<Vec<String>>,
    setup_token: Option<String>,
    key: Option<String>,
    practice_seed: Option<u64>,
    streams_max: Option<usize>,
    tiers: Option<WrittenTiers>,
    mail: Option<String>,
    mail_from: Option<String>,
    require_second_factor: Option<bool>,
    breached_passwords: Option<PathBuf>,
    oidc: Option<WrittenOidc>,
    jwt: Option<WrittenJwt>,
    traces: Option<String>,
    log: Option<String>,
    config: Option<PathBuf>,
}

impl Configuration {
    /// Reads every source. Errors name the setting, where it stands and what to do.
    pub(crate) fn load(settings: &Settings) -> anyhow::Result<Self> {
        let leptos = leptos_config::get_config_from_str(LEPTOS_TOML)
            .context("Leptos.toml, which is part of this program, cannot be read")?;
        let environment = environment()?;
        let data = settings
            .data
            .clone()
            .or_else(|| environment.data.clone())
            .unwrap_or_else(default_data_folder);
        let data = std::path::absolute(&data)
            .with_context(|| format!("`{}` is not a folder's path", data.display()))?;
        let file = match settings.config.clone().or_else(|| environment.config.clone()) {
            Some(path) => read_file(&path)?,
            None => match data.join("volaris.toml") {
                path if path.exists() => read_file(&path)?,
                _ => Written::default(),
            },
        };
        let listen = settings.listen.clone().or(environment.listen).or(file.listen);
        let listen = listen.map_or(Ok(leptos.site_addr), |text| listen_of(&text))?;
        let address = environment.address.or(file.address).map(|text| address_of(&text));
        let address = address.transpose()?;
        let certificate = certificate_of(
            environment.tls_certificate.or(file.tls_certificate),
            environment.tls_key.or(file.tls_key),
        )?;
        let (oidc, jwt) = (joined(environment.oidc, file.oidc), joined(environment.jwt, file.jwt));
        let (oidc, jwt) = identity_of(oidc, jwt, address.as_ref())?;
        let proxies = environment.proxies.or(file.proxies).unwrap_or_default();
        let watchers = environment.watchers.or(file.watchers).unwrap_or_default();
        let mut hosts = environment.hosts.or(file.hosts).unwrap_or_else(default_hosts);
        hosts.extend(address.as_ref().and_then(Uri::host).map(str::to_owned));
        if !listen.ip().is_unspecified() {
            hosts.push(host_of(listen.ip()));
        }
        let database = environment.database.or(file.database);
        let nats = environment.nats.or(file.nats);
        check_nats(nats.as_deref(), database.as_deref())?;
        let demanded = environment.require_second_factor.or(file.require_second_factor);
        Ok(Self {
            data,
            database,
            nats,
            listen,
            hosts,
            address,
            certificate,
            proxies: networks_of("proxies", &proxies)?,
            watchers: networks_of("watchers", &watchers)?,
            setup_token: environment.setup_token.or(file.setup_token),
            key: environment.key.or(file.key),
            practice_seed: settings
                .practice_seed
                .or(environment.practice_seed)
                .or(file.practice_seed)
                .unwrap_or(1),
            streams_max: environment.streams_max.or(file.streams_max).unwrap_or(32),
            tiers: tiers_of(file.tiers)?,
            mail: mail_of(
                environment.mail.or(file.mail),
                environment.mail_from.or(file.mail_from),
            )?,
            require_second_factor: demanded.unwrap_or(false),
            breached_passwords: environment.breached_passwords.or(file.breached_passwords),
            oidc,
            jwt,
            traces: traces_of(environment.traces.or(file.traces))?,
            log: environment.log.or(file.log).unwrap_or_else(|| "info".to_owned()),
            leptos,
        })
    }

    /// Whether people come by https: then nothing of a sign-in travels otherwise.
    pub(crate) fn is_https(&self) -> bool {
        let is_https = |address: &Uri| address.scheme_str() == Some("https");
        self.certificate.is_some() || self.address.as_ref().is_some_and(is_https)
    }

    /// Whether other servers may serve the same desk.
    pub(crate) fn is_shared(&self) -> bool {
        self.database.is_some()
    }

    /// The address by name at which a browser trusts this desk: the one that is set, by https, or
    /// this machine's own.
    #[cfg(feature = "passkeys")]
    pub(crate) fn named_origin(&self) -> Option<String> {
        let Some(address) = &self.address else {
            let scheme = if self.certificate.is_some() { "https" } else { "http" };
            let port = self.listen.port();
            return self.listen.ip().is_loopback().then(|| format!("{scheme}://localhost:{port}"));
        };
        let host = address.host()?;
        let is_number = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
        let is_trusted = address.scheme_str() == Some("https") || host == "localhost";
        let origin = address.to_string().trim_end_matches('/').to_owned();
        (is_trusted && !is_number).then_some(origin)
    }

    /// Whether somebody may come who does not sit at this machine.
    pub(crate) fn is_open(&self) -> bool {
        !self.listen.ip().is_loopback() || self.address.is_some() || !self.proxies.is_empty()
    }
}

fn check_nats(nats: Option<&str>, database: Option<&str>) -> anyhow::Result<()> {
    let Some(nats) = nats else { return Ok(()) };
    bus::check_address(nats).context("the setting `nats`")?;
    anyhow::ensure!(
        database.is_some(),
        "`nats` joins servers of one desk, and a file has one server: set `database` to a \
         postgres:// address as well, or leave `nats` away"
    );
    Ok(())
}

fn listen_of(text: &str) -> anyhow::Result<SocketAddr> {
    text.parse().with_context(|| {
        format!("`listen` is `{text}`: expected an address and a port, as 127.0.0.1:3000")
    })
}

/// The collector that is told how long answers took, where this program can tell it.
fn traces_of(address: Option<String>) -> anyhow::Result<Option<String>> {
    built_in(("traces", address.is_some()), "traces", cfg!(feature = "traces"))?;
    #[cfg(feature = "traces")]
    if let Some(address) = &address {
        traces::check_address(address).context("the setting `traces`")?;
    }
    Ok(address)
}

/// Refuses a setting that this program can do nothing with.
fn built_in((setting, is_set): (&str, bool), feature: &str, is_built: bool) -> anyhow::Result<()> {
    anyhow::ensure!(
        is_built || !is_set,
        "`{setting}` is set, and this volaris was built without it: build one with `cargo xtask \
         build --release --features {feature}`, or take the setting away"
    );
    Ok(())
}

fn certificate_of(
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
) -> anyhow::Result<Option<CertificateFiles>> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(CertificateFiles { certificate, key })),
        (None, None) => Ok(None),
        _ => anyhow::bail!("`tls_certificate` and `tls_key` go together: name both files"),
    }
}

fn address_of(text: &str) -> anyhow::Result<Uri> {
    let address: Option<Uri> = text.parse().ok();
    let is_whole = |address: &Uri| {
        matches!(address.scheme_str(), Some("http" | "https"))
            && address.host().is_some()
            && matches!(address.path(), "" | "/")
    };
    address.filter(is_whole).with_context(|| {
        format!("`address` is `{text}`: expected what people open, as https://desk.example.com")
    })
}

fn networks_of(setting: &str, texts: &[String]) -> anyhow::Result<Vec<IpNet>> {
    let network = |text: &String| {
        let one = text.parse::<IpAddr>().map(IpNet::from);
        one.or_else(|_| text.parse()).with_context(|| {
            format!("`{setting}` has `{text}`: expected addresses or networks, as 10.0.0.0/8")
        })
    };
    texts.iter().map(network).collect()
}

/// An address as it stands in a browser's `Host`.
fn host_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

fn default_hosts() -> Vec<String> {
    ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec()
}

fn default_data_folder() -> PathBuf {
    let from = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(target_os = "macos") {
        if let Some(home) = from("HOME") {
            return home.join("Library/Application Support/volaris");
        }
    } else if cfg!(windows) {
        if let Some(folder) = from("LOCALAPPDATA") {
            return folder.join("volaris");
        }
    } else if let Some(folder) = from("XDG_DATA_HOME") {
        return folder.join("volaris");
    } else if let Some(home) = from("HOME") {
        return home.join(".local/share/volaris");
    }
    PathBuf::from("volaris-data")
}

/// What single commands read for themselves.
const OF_COMMANDS: [&str; 2] = ["VOLARIS_MOVE_TO", "VOLARIS_NEXT_KEY"];

fn environment() -> anyhow::Result<Written> {
    let all = std::env::vars_os();
    let all = all.filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let ours = all.filter(|(name, _)| !OF_COMMANDS.contains(&name.as_str()));
    environment_of(ours.filter_map(|(name, value)| Some((name, value.into_string().ok()?))))
}

/// What has several parts, with a comma between them.
const LISTS: [&str; 4] = ["hosts", "proxies", "watchers", "oidc.domains"];
/// Tables of the file whose settings stand in the environment with the table's name before theirs.
const TABLES: [&str; 2] = ["oidc", "jwt"];

/// Every value is text as it stands: a token or a key of digits alone is no number.
fn environment_of(variables: impl Iterator<Item = (String, String)>) -> anyhow::Result<Written> {
    let mut read = config::Config::builder();
    for (name, value) in variables {
        let Some(name) = name.strip_prefix("VOLARIS_") else { continue };
        let name = name.to_ascii_lowercase();
        let inside = TABLES.iter().find_map(|table| {
            let rest = name.strip_prefix(table)?.strip_prefix('_')?;
            Some(format!("{table}.{rest}"))
        });
        let name = inside.unwrap_or(name);
        let is_list = LISTS.contains(&name.as_str());
        read = match is_list {
            true => {
                let parts: Vec<String> =
                    value.split(',').map(|one| one.trim().to_owned()).collect();
                read.set_override(&name, parts)
            }
            false => read.set_override(&name, value),
        }
        .with_context(|| {
            let name = name.to_ascii_uppercase().replace('.', "_");
            format!("the environment's VOLARIS_{name}")
        })?;
    }
    read.build()
        .and_then(config::Config::try_deserialize)
        .map_err(|error| anyhow::anyhow!("the environment's VOLARIS_ variables: {error}"))
}

fn read_file(path: &Path) -> anyhow::Result<Written> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the configuration file `{}` cannot be read", path.display()))?;
    parse(&text).with_context(|| format!("the configuration file `{}`", path.display()))
}

fn parse(text: &str) -> anyhow::Result<Written> {
    let source = config::File::from_str(text, config::FileFormat::Toml);
    let read = config::Config::builder().add_source(source).build();
    let read = read.and_then(config::Config::try_deserialize::<Written>);
    let read = read.map_err(|error| anyhow::anyhow!("{error}"))?;
    // By these the file is found.
    for (name, is_named) in [("data", read.data.is_some()), ("config", read.config.is_some())] {
        let variable = name.to_ascii_uppercase();
        ensure!(
            !is_named,
            "`{name}` does nothing in a file: name it by --{name} or VOLARIS_{variable}"
        );
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused_by_name() {
        let error = parse("lisen = \"127.0.0.1:1\"").expect_err("a slip of the pen");
        let text = format!("{error:#}");
        assert!(text.contains("lisen") && text.contains("listen"), "{text}");
        for text in ["data = \"/srv/desk\"", "config = \"other.toml\""] {
            let error = format!("{:#}", parse(text).expect_err("it would do nothing there"));
            assert!(error.contains("VOLARIS_"), "{error}");
        }
    }

    #[test]
    fn the_environment_is_read_as_the_file_is() {
        let read = |name: &str, value: &str| {
            environment_of([(name.to_owned(), value.to_owned())].into_iter())
        };
        let hosts = read("VOLARIS_HOSTS", "a.example,b.example").expect("hosts").hosts;
        assert_eq!(hosts, Some(vec!["a.example".to_owned(), "b.example".to_owned()]));
        let token = read("VOLARIS_SETUP_TOKEN", "0123").expect("a token").setup_token;
        assert_eq!(token.as_deref(), Some("0123"));
        assert_eq!(read("VOLARIS_STREAMS_MAX", "7").expect("a number").streams_max, Some(7));
        assert!(read("VOLARIS_STREAMS_MAX", "many").is_err());
        let demands = read("VOLARIS_REQUIRE_SECOND_FACTOR", "true").expect("yes or no");
        assert_eq!(demands.require_second_factor, Some(true));
        let error = format!("{:#}", read("VOLARIS_LISEN", "here").expect_err("a slip"));
        assert!(error.contains("lisen"), "{error}");
        assert!(read("HOME", "/root").is_ok(), "of others");
        let secret = read("VOLARIS_OIDC_CLIENT_SECRET", "0123").expect("a secret").oidc;
        let file = parse("[oidc]\nname = \"Google\"\nclient_secret = \"9\"").expect("a file").oidc;
        let both = format!("{:?}", joined(secret, file));
        assert!(both.contains("Google") && !both.contains("0123"), "{both}");
        assert!(read("VOLARIS_OIDC_CLIENT_SECRT", "0123").is_err(), "a slip inside a table");
    }

    #[test]
    fn servers_meet_where_they_share_a_database() {
        assert!(check_nats(None, None).is_ok());
        assert!(check_nats(Some("nats://localhost"), Some("postgres://localhost/desk")).is_ok());
        let why = format!("{:#}", check_nats(Some("nats://localhost"), None).expect_err("a file"));
        assert!(why.contains("`database`"), "{why}");
        let wrong =
            check_nats(Some("http://u:hidden@localhost"), Some("postgres://localhost/desk"));
        let why = format!("{:#}", wrong.expect_err("no address of NATS"));
        assert!(why.contains("`nats`") && !why.contains("hidden"), "{why}");
    }

    #[test]
    fn what_people_open_and_who_may_speak_for_them() {
        let address = address_of("https://desk.example.com").expect("an address");
        assert_eq!(
            (address.scheme_str(), address.host()),
            (Some("https"), Some("desk.example.com"))
        );
        for text in ["", "desk.example.com", "ftp://a.b", "https://", "https://a.b/desk"] {
            let error = address_of(text).expect_err(text);
            assert!(error.to_string().contains("`address`"), "{error}");
        }
        let of = |text: &str| networks_of("proxies", &[text.to_owned()]);
        let network = of("10.0.0.0/8").expect("a network");
        assert!(network[0].contains(&"10.1.2.3".parse::<IpAddr>().expect("an address")));
        assert_eq!(of("::1").expect("an address")[0].to_string(), "::1/128");
        for text in ["", "proxy.example", "10.0.0.0/33"] {
            let error = of(text).expect_err(text);
            assert!(error.to_string().contains("`proxies`"), "{error}");
        }
    }

    #[test]
    fn what_was_not_built_in_is_refused_by_name() {
        assert!(built_in(("oidc", false), "oidc", false).is_ok());
        assert!(built_in(("oidc", true), "oidc", true).is_ok());
        let error = built_in(("jwt", true), "oidc", false).expect_err("nothing reads it");
        let told = error.to_string();
        assert!(told.contains("`jwt`") && told.contains("--features oidc"), "{told}");
    }

    #[test]
    fn what_is_no_address_is_told_with_its_text() {
        let settings = Settings { listen: Some("here".to_owned()), ..Settings::default() };
        let error = Configuration::load(&settings).expect_err("not an address");
        assert!(error.to_string().contains("`here`"), "{error}");
    }
}
