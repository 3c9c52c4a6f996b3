//! Short names between the page's code and its script. wasm-bindgen gives each of three hundred
//! functions a hash in its name, which no compression makes smaller, once in the code and twice in
//! the script: nine kilobytes of a first visit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::anyhow;
use walrus::ModuleConfig;

use crate::browser_build::files_below;
use crate::command::must;
use crate::machine;
use crate::project::Project;

/// Renames what the code takes from the script, in both.
pub(crate) fn shorten(work: &Path, name: &str) -> anyhow::Result<()> {
    let path = work.join(format!("{name}_bg.wasm"));
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse(&fs::read(&path)?).map_err(|error| anyhow!("{error:#}"))?;
    let mut short = BTreeMap::new();
    for import in module.imports.iter_mut().filter(|import| has_hash(&import.name)) {
        let count = short.len();
        let name: &String = short.entry(import.name.clone()).or_insert_with(|| format!("i{count}"));
        import.name.clone_from(name);
    }
    let script = work.join(format!("{name}.js"));
    let mut text = fs::read_to_string(&script)?;
    for (long, short) in &short {
        text = text.replace(long.as_str(), short);
    }
    fs::write(&script, text)?;
    fs::write(&path, module.emit_wasm())?;
    Ok(())
}

/// Takes what only people read out of every script of a folder.
pub(crate) fn minify(project: &Project, work: &Path) -> anyhow::Result<()> {
    for path in files_below(work)? {
        if path.extension().is_none_or(|extension| extension != "js") {
            continue;
        }
        let mut terser = machine::node(project)?;
        terser.arg(project.end2end().join("node_modules/terser/bin/terser"));
        terser.args(["--module", "--compress", "--mangle", "--output"]).arg(&path);
        must(terser.arg("--").arg(&path))?;
    }
    Ok(())
}

/// Whether a name ends in `_` and sixteen digits of a hash.
fn has_hash(name: &str) -> bool {
    let hash = name.rsplit_once('_').map_or("", |(_, hash)| hash);
    name.starts_with("__wb") && hash.len() == 16 && hash.bytes().all(|it| it.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{Module, ValType};

    #[test]
    fn code_and_script_agree_on_the_short_names() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut module = Module::default();
        let kind = module.types.add(&[ValType::I32], &[]);
        let names = ["__wbg_draw_0123456789abcdef", "__wbindgen_throw", "__wbg_a_fedcba9876543210"];
        for name in names {
            module.add_import_func("./page_bg.js", name, kind);
        }
        fs::write(folder.path().join("page_bg.wasm"), module.emit_wasm()).expect("written");
        let script = "{__wbg_draw_0123456789abcdef(){},__wbindgen_throw(){},\
                      __wbg_a_fedcba9876543210(){}}";
        fs::write(folder.path().join("page.js"), script).expect("written");
        shorten(folder.path(), "page").expect("shortened");
        let script = fs::read_to_string(folder.path().join("page.js")).expect("there");
        assert_eq!(script, "{i0(){},__wbindgen_throw(){},i1(){}}");
        let code = fs::read(folder.path().join("page_bg.wasm")).expect("there");
        let module = Module::from_buffer(&code).expect("still a module");
        let names: Vec<_> = module.imports.iter().map(|import| import.name.as_str()).collect();
        assert_eq!(names, ["i0", "__wbindgen_throw", "i1"]);
    }
}
