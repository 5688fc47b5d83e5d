//! What load/peers runs of Rust's, told by a settings file (the first argument), and answering on standard output as every harness there
//! does: `read FILE` takes requests into memory; `round` goes over them once and says what processor time that took;
//! `write FILE` does the same work once more and keeps what comes out, so that what was caught can be looked at.
//!
//! Engines: `vrl`, a program compiled once and run for each line; `regex`, a plain redactor of the `regex` crate, where a `RegexSet` says
//! which patterns a line has to go through.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::{env, fs};

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use vrl::compiler::runtime::Runtime;
use vrl::compiler::{Program, TargetValue, TimeZone};
use vrl::value::{Secrets, Value};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What a line becomes, appended to `out`.
trait Engine {
    fn redact(&mut self, line: &[u8], out: &mut Vec<u8>);
}

struct Vrl {
    runtime: Runtime,
    program: Program,
    zone: TimeZone,
}

impl Vrl {
    fn new(source: &str) -> Self {
        let compiled = vrl::compiler::compile(source, &vrl::stdlib::all()).unwrap_or_else(|errors| {
            let rendered = vrl::diagnostic::Formatter::new(source, errors).to_string();
            panic!("the program does not compile: {rendered}")
        });
        Self { runtime: Runtime::default(), program: compiled.program, zone: TimeZone::default() }
    }
}

impl Engine for Vrl {
    /// An event as Vector's file source makes it, the program, and the event as its sinks write it.
    fn redact(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let message = Value::from(line);
        let mut target = TargetValue {
            value: Value::Object(BTreeMap::from([("message".into(), message)])),
            metadata: Value::Object(BTreeMap::new()),
            secrets: Secrets::default(),
        };
        self.runtime.resolve(&mut target, &self.program, &self.zone).expect("the program runs on every line");
        self.runtime.clear();
        serde_json::to_writer(out, &target.value).expect("an event is JSON");
    }
}

struct Plain {
    set: RegexSet,
    patterns: Vec<(Regex, Vec<u8>)>,
}

impl Plain {
    fn new(settings: &serde_json::Value) -> Self {
        let rows = settings["patterns"].as_array().expect("patterns");
        let sources: Vec<&str> = rows.iter().map(|row| row["regex"].as_str().expect("regex")).collect();
        let replacements = rows.iter().map(|row| row["replacement"].as_str().expect("replacement").as_bytes().to_vec());
        let compiled = sources.iter().map(|source| RegexBuilder::new(source).unicode(false).build().expect("a pattern"));
        let patterns = compiled.zip(replacements).collect();
        Self { set: RegexSetBuilder::new(&sources).unicode(false).build().expect("patterns"), patterns }
    }
}

impl Engine for Plain {
    fn redact(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let mut current = Cow::Borrowed(line);
        for found in self.set.matches(line).iter() {
            let (pattern, replacement) = &self.patterns[found];
            if let Cow::Owned(changed) = pattern.replace_all(&current, replacement.as_slice()) {
                current = Cow::Owned(changed);
            }
        }
        out.extend_from_slice(&current);
    }
}

/// Processor seconds of this process so far, all threads.
fn cpu_seconds() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// The input file: requests, each behind its length in four bytes, little-endian.
fn requests(file: &str) -> Vec<Vec<u8>> {
    let content = fs::read(file).expect("the input");
    let mut left = content.as_slice();
    let mut found = Vec::new();
    while let Some((length, rest)) = left.split_first_chunk::<4>() {
        let (request, after) = rest.split_at(u32::from_le_bytes(*length) as usize);
        found.push(request.to_vec());
        left = after;
    }
    found
}

/// One request through the engine; `out` is what leaves.
fn run(engine: &mut dyn Engine, request: &[u8], out: &mut Vec<u8>) {
    for line in request.split_inclusive(|byte| *byte == b'\n') {
        engine.redact(line.strip_suffix(b"\n").unwrap_or(line), out);
        out.push(b'\n');
    }
}

fn main() {
    let file = env::args().nth(1).expect("usage: scrubjay-peers SETTINGS");
    let settings: serde_json::Value = serde_json::from_slice(&fs::read(file).expect("the settings")).expect("settings as JSON");
    let mut engine: Box<dyn Engine> = match settings["engine"].as_str() {
        Some("vrl") => Box::new(Vrl::new(settings["program"].as_str().expect("program"))),
        Some("regex") => Box::new(Plain::new(&settings)),
        other => panic!("no such engine: {other:?}"),
    };
    let mut input = Vec::new();
    let mut out = Vec::with_capacity(4 << 20);
    for command in io::stdin().lock().lines() {
        let command = command.expect("a command");
        let mut seconds = 0.0;
        if let Some(path) = command.strip_prefix("read ") {
            input = requests(path);
        } else {
            let mut kept = command.strip_prefix("write ").map(|path| io::BufWriter::new(fs::File::create(path).expect("a file to write to")));
            let started = cpu_seconds();
            for request in &input {
                out.clear();
                run(engine.as_mut(), request, &mut out);
                if let Some(file) = &mut kept {
                    file.write_all(&(out.len() as u32).to_le_bytes()).and_then(|()| file.write_all(&out)).expect("the disk has room");
                }
            }
            seconds = cpu_seconds() - started;
        }
        println!("{{\"seconds\":{seconds}}}");
        io::stdout().flush().expect("somebody reads");
    }
}
