//! One style sheet out of a file per component, for the browsers of the last three years.

use std::path::Path;

use anyhow::{Context, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

/// A version as lightningcss writes it: one byte each for major, minor and patch.
const fn version(major: u32, minor: u32) -> Option<u32> {
    Some(major << 16 | minor << 8)
}

/// The oldest browsers that run WASM with SIMD and know layers, `:has` and `dialog`.
const BROWSERS: Browsers = Browsers {
    android: None,
    chrome: version(112, 0),
    edge: version(112, 0),
    firefox: version(121, 0),
    ie: None,
    ios_saf: version(16, 4),
    opera: None,
    safari: version(16, 4),
    samsung: None,
};

/// The sheet at `path` with everything that it imports, minified.
pub(crate) fn bundle(path: &Path) -> anyhow::Result<String> {
    let files = FileProvider::new();
    let targets = Targets::from(BROWSERS);
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    // Errors borrow the text they are about, so they are told here.
    let mut sheet = bundler
        .bundle(path)
        .map_err(|error| anyhow!("{error}"))
        .with_context(|| format!("the style sheet `{}`", path.display()))?;
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .map_err(|error| anyhow!("{error}"))?;
    let printed =
        sheet.to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })?;
    Ok(printed.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_joined_and_layers_keep_their_order() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).expect("written");
        };
        write("main.css", "@layer base, components;\n@import \"rung.css\";\n@import \"base.css\";");
        write(
            "rung.css",
            "@layer components { .rung { color: #ff0000; &[data-far] { top: 0px } } }",
        );
        write("base.css", "@layer base { body { margin: 0px } }");
        let sheet = bundle(&folder.path().join("main.css")).expect("a good sheet");
        assert_eq!(
            sheet,
            "@layer base{body{margin:0}}\
             @layer components{.rung{color:red}.rung[data-far]{top:0}}"
        );
    }

    #[test]
    fn a_missing_import_is_told_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("main.css");
        std::fs::write(&path, "@import \"gone.css\";").expect("written");
        let error = bundle(&path).expect_err("nothing to import");
        assert!(format!("{error:#}").contains("main.css"), "{error:#}");
    }
}
