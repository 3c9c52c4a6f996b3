//! The binary `volaris`: chooses and joins every part, and serves it.
//!
//! The only place that reads the clock, the environment and the command line. Does no arithmetic
//! on prices and writes no HTML.

mod accounts;
mod announcements;
mod api_keys;
mod assets;
mod backup;
mod breached_passwords;
mod belongings;
mod certificate;
mod chains;
mod clock;
mod codes;
mod commands;
mod configuration;
mod cookies;
mod connections;
mod dashboard;
mod device;
#[cfg(test)]
mod desk_of_ada;
mod doctor;
mod errands;
mod health;
mod housekeeping;
mod identity;
mod import;
mod logs;
mod mail;
mod markets;
mod nodes;
mod pace;
mod pages;
mod password_reset;
mod passkeys;
mod passwords;
mod people;
mod private_file;
mod rest;
mod restore;
mod second_factor;
mod serve;
mod sessions;
mod settings;
mod shield;
mod stream;
mod tape_loop;
mod tries;
mod typed_email;
mod usage;
mod vault;

use std::process::ExitCode;

use clap::Parser;

use crate::backup::BrokenLog;
use crate::commands::{AccountCommand, Command, CommandLine, Import, MailCommand};
use crate::configuration::Configuration;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let outcome = Configuration::load(&line.settings).and_then(|configuration| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(run(line.command.unwrap_or(Command::Serve), configuration))
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            commands::complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, configuration: Configuration) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => serve::serve(configuration).await,
        Command::Import { what: Import::Bars(asked) } => {
            import::import_bars(&configuration, &asked).await
        }
        Command::Import { what: Import::Chain(asked) } => {
            import::import_chain(&configuration, &asked).await
        }
        Command::Backup { file } => backup::back_up(&configuration, file.as_deref()).await,
        Command::Restore { file, with_broken_log } => {
            let broken_log = if with_broken_log { BrokenLog::Taken } else { BrokenLog::Refused };
            backup::restore(&configuration, &file, broken_log).await
        }
        Command::Move { to } => backup::move_to(&configuration, &to).await,
        Command::RotateKey { next } => vault::rotate(&configuration, next).await,
        Command::Migrate => doctor::migrate(&configuration).await,
        Command::Doctor => doctor::examine(&configuration).await,
        Command::Account { what: AccountCommand::Reset { email, second_factor } } => {
            password_reset::reset(&configuration, &email, second_factor).await
        }
        Command::Mail { what: MailCommand::Test { to } } => {
            mail::try_out(&configuration, &to).await
        }
    }
}
