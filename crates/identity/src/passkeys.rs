//! Passkeys (WebAuthn): found by the device itself, opened by its person's proof to it.

use desk::{Account, Ceremony, Claimed, Passkey, PasskeyError, PasskeyReader};
use serde_json::Value;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// The passkeys of a desk at one address.
pub struct Passkeys {
    origin: String,
    webauthn: Webauthn,
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PasskeyError {
    PasskeyError(error.into())
}

/// The options in it, as a browser takes them.
fn options(challenge: &impl serde::Serialize) -> Result<Value, PasskeyError> {
    let mut told = serde_json::to_value(challenge).map_err(failed)?;
    Ok(told["publicKey"].take())
}

impl Passkeys {
    /// Those of a desk that people open at `origin`, an address by name.
    pub fn open(origin: &str) -> Result<Self, PasskeyError> {
        let address: Url = origin.parse().map_err(failed)?;
        let name = address.domain().ok_or_else(|| failed("the address has no name"))?;
        let builder = WebauthnBuilder::new(name, &address).map_err(failed)?;
        let webauthn = builder.rp_name("Volaris").build().map_err(failed)?;
        Ok(Self { origin: origin.to_owned(), webauthn })
    }
}

fn read(passkey: &Passkey) -> Result<webauthn_rs::prelude::Passkey, PasskeyError> {
    serde_json::from_str(&passkey.body).map_err(failed)
}

fn text(value: &impl serde::Serialize) -> Result<String, PasskeyError> {
    serde_json::to_string(value).map_err(failed)
}

impl PasskeyReader for Passkeys {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn begin_making(&self, account: &Account, known: &[Passkey]) -> Result<Ceremony, PasskeyError> {
        let id = Uuid::parse_str(&account.id).map_err(failed)?;
        let known = known.iter().map(|one| Ok(read(one)?.cred_id().clone()));
        let known = known.collect::<Result<Vec<_>, PasskeyError>>()?;
        let begun = self.webauthn.start_passkey_registration(
            id,
            &account.email,
            &account.email,
            Some(known),
        );
        let (challenge, state) = begun.map_err(failed)?;
        let mut options = options(&challenge)?;
        // A sign-in names nobody: the device must find the passkey by itself.
        options["authenticatorSelection"]["residentKey"] = "required".into();
        options["authenticatorSelection"]["requireResidentKey"] = true.into();
        Ok(Ceremony { options: options.to_string(), secret: text(&state)? })
    }

    fn finish_making(&self, secret: &str, answer: &str) -> Result<(String, String), PasskeyError> {
        let state: PasskeyRegistration = serde_json::from_str(secret).map_err(failed)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(failed)?;
        let made = self.webauthn.finish_passkey_registration(&answer, &state).map_err(failed)?;
        Ok((hex::encode(made.cred_id()), text(&made)?))
    }

    fn begin_opening(&self) -> Result<Ceremony, PasskeyError> {
        let begun = self.webauthn.start_discoverable_authentication();
        let (challenge, state) = begun.map_err(failed)?;
        Ok(Ceremony { options: options(&challenge)?.to_string(), secret: text(&state)? })
    }

    fn claimed(&self, answer: &str) -> Result<Claimed, PasskeyError> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(failed)?;
        let found = self.webauthn.identify_discoverable_authentication(&answer);
        let (account, id) = found.map_err(failed)?;
        Ok(Claimed { id: hex::encode(id), account: account.to_string() })
    }

    fn finish_opening(
        &self,
        secret: &str,
        answer: &str,
        passkey: &Passkey,
    ) -> Result<String, PasskeyError> {
        let state: DiscoverableAuthentication = serde_json::from_str(secret).map_err(failed)?;
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(failed)?;
        let mut kept = read(passkey)?;
        let result = self.webauthn.finish_discoverable_authentication_v2(&answer, state, &kept);
        let result = result.map_err(failed)?;
        if !result.user_verified() {
            return Err(failed("the device did not ask who its person is"));
        }
        kept.update_credential(&result).ok_or_else(|| failed("it is another passkey"))?;
        text(&kept)
    }
}
