//! Links the unwinder statically where that can be done (Linux with glibc and a GCC toolchain).
//!
//! A publish is over in about a millisecond, and some 6 % of that went into loading libgcc_s.so,
//! whose constructor asks the CPU for its features over and over: slow in a virtual machine. Only the
//! unwinder in it is used, and that is also to be had as libgcc_eh.a.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CC");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let native = env::var("HOST").ok() == env::var("TARGET").ok();
    if native && is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        // Without it the program is the same, and loads the library.
        let _ = link_unwinder();
    }
}

/// Puts a `libgcc_s` before the system's in the linker's search: a script that names the static one.
fn link_unwinder() -> Option<()> {
    let compiler = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let answer = Command::new(compiler).arg("-print-file-name=libgcc_eh.a").output().ok()?;
    let archive = PathBuf::from(String::from_utf8(answer.stdout).ok()?.trim());
    // A compiler that does not have the file prints its name back.
    if !archive.is_absolute() || !archive.exists() {
        return None;
    }
    let folder = PathBuf::from(env::var_os("OUT_DIR")?);
    std::fs::write(folder.join("libgcc_s.a"), "INPUT(-lgcc_eh -lgcc)\n").ok()?;
    println!("cargo:rustc-link-search=native={}", folder.display());
    Some(())
}
