//! A jobs file with what it names: scripts, their parameters, grants.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::config::Environment;
use crate::error::Complaint;
use crate::parameters::Header;
use crate::schedule::{Job, Jobs, text_of};
use crate::script::check::{Checker, Surroundings};
use crate::script::shelf::Shelf;
use crate::script::source::Source;
use crate::secret::{guard, protect};
use crate::session::{self, Grant};

/// What to do where the script of a job is not: a service has no standard input to read one from.
pub const OTHERWISE: &str = "check the path, which is relative to the jobs file";

/// Reads a file and checks every job's grants, script and arguments.
pub fn read(file: &str) -> Result<Jobs, Vec<Complaint>> {
    let jobs = lines(file)?;
    let complaints = check(&jobs);
    if complaints.is_empty() {
        Ok(jobs)
    } else {
        Err(complaints)
    }
}

/// Reads a file for what it says itself: what is wrong with the script of one job does not stand in
/// the way of the others.
pub fn lines(file: &str) -> Result<Jobs, Vec<Complaint>> {
    let bytes = fs::read(file).map_err(|error| {
        Complaint::usage(format!("cannot read the jobs file {file}: {error}"))
            .hint("name it with --jobs FILE")
    })?;
    Jobs::read(file, &text_of(file, bytes)?)
}

/// What is wrong with jobs beyond their own lines.
pub fn check(jobs: &Jobs) -> Vec<Complaint> {
    complaints_of(jobs, jobs.iter())
}

/// What is wrong with one of them beyond its lines.
pub fn check_one(jobs: &Jobs, job: &Arc<Job>) -> Result<(), Vec<Complaint>> {
    let complaints = complaints_of(jobs, std::iter::once(job));
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(complaints)
    }
}

fn complaints_of<'a>(jobs: &Jobs, some: impl Iterator<Item = &'a Arc<Job>>) -> Vec<Complaint> {
    let mut scripts = HashMap::new();
    let mut complaints = Vec::new();
    for job in some {
        complaints.extend(grants(jobs, job));
        complaints.extend(environment(jobs, job));
        let look = || Script::look(&job.script);
        let script = scripts.entry(&job.script).or_insert_with(look);
        complaints.extend(script.of_job(jobs, job));
    }
    complaints
}

/// What was found out about a script, which many jobs may share.
enum Script {
    /// It cannot be read.
    Missing(Complaint),
    /// It is wrong by itself, which is told once.
    Wrong(Vec<Complaint>),
    /// It declares these parameters.
    Right(Header),
}

impl Script {
    fn look(path: &Path) -> Self {
        let source = match Source::file(&path.to_string_lossy(), OTHERWISE) {
            Ok(source) => source,
            Err(complaint) => return Self::Missing(complaint),
        };
        let header = match Header::parse(&source.name, &source.text) {
            Ok(header) => header,
            Err(complaints) => return Self::Wrong(complaints),
        };
        let refusals = Checker::new(Shelf::default())
            .check(&source, &Surroundings::of_file(&source.name).for_errors())
            .refusals();
        if refusals.is_empty() {
            Self::Right(header)
        } else {
            Self::Wrong(refusals)
        }
    }

    /// Complaints about the script itself stand in the script; those about what a job says of it, in
    /// the jobs file.
    fn of_job(&mut self, jobs: &Jobs, job: &Job) -> Vec<Complaint> {
        let here = |mut complaint: Complaint, key: &str| {
            complaint.message = format!("job {}: {}", job.name, complaint.message);
            let place = jobs
                .place(&job.name, key)
                .or_else(|| jobs.place(&job.name, "script"));
            complaint.at(place.cloned())
        };
        let header = match self {
            Self::Missing(complaint) => return vec![here(complaint.clone(), "script")],
            Self::Wrong(complaints) => return std::mem::take(complaints),
            Self::Right(header) => header,
        };
        let Err(mut complaint) = header.check(&job.args) else {
            return Vec::new();
        };
        let is_named = |name: &str| complaint.message.contains(&format!("`{name}`"));
        let missing = header.params.iter().find(|param| {
            param.is_required() && !job.args.contains_key(&param.name) && is_named(&param.name)
        });
        if let Some(param) = missing {
            let name = &param.name;
            complaint.hint = Some(format!(
                "write it in the jobs file: args = {{ {name} = … }}"
            ));
        }
        let named = job
            .args
            .keys()
            .find(|name| complaint.message.contains(&format!("`{name}`")));
        let key = named.map_or_else(|| "script".to_owned(), |name| format!("args.{name}"));
        vec![here(complaint, &key)]
    }
}

/// What is wrong with the secrets of channels, all or one of them: where they are used, that is found
/// out before anything has to be told. Their variables are kept out of what patterns grant to scripts and of
/// what programs get, and their values out of what is written.
pub fn variables(jobs: &Jobs, only: Option<&str>) -> Vec<Complaint> {
    let environment = Environment::of_process();
    // Those of all channels, whichever is to be used: the program of one is nobody to tell the secrets
    // of another, and none is written before it is first used.
    let channels = jobs.channels().values();
    for (_, variable) in channels.flat_map(|channel| channel.variables()) {
        protect(&variable);
        if let Some(value) = environment.get(&variable) {
            guard(value);
        }
    }
    let mut complaints = Vec::new();
    for (name, channel) in jobs.channels() {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        for (key, variable) in channel.variables() {
            if environment.get(&variable).is_some() {
                continue;
            }
            let key = key.split('.').next().unwrap_or_default();
            let message = format!("channel {name}: the environment variable {variable} is not set");
            let place = jobs.place(&format!("notify.{name}"), key).cloned();
            let hint = "set it where mw is started";
            complaints.push(Complaint::usage(message).at(place).hint(hint));
        }
    }
    complaints
}

fn grants(jobs: &Jobs, job: &Job) -> Vec<Complaint> {
    let allow = job.allow.iter().enumerate().map(|it| ("allow", it));
    let deny = job.rights.deny.iter().enumerate().map(|it| ("deny", it));
    allow
        .chain(deny)
        .filter_map(|(key, (index, word))| {
            let error = word.parse::<Grant>().err()?;
            let place = jobs.place(&job.name, &format!("{key}.{index}")).cloned();
            Some(Complaint::usage(format!("job {}: {error}", job.name)).at(place))
        })
        .collect()
}

/// The variables of a job that mw reads itself, where no job sets them.
fn environment(jobs: &Jobs, job: &Job) -> Vec<Complaint> {
    let names = job.rights.environment.keys();
    names
        .filter(|name| session::is_own_variable(name))
        .map(|name| {
            let place = jobs.place(&job.name, &format!("env.{name}")).cloned();
            let message = format!(
                "job {}: {name} is a variable that mw reads itself",
                job.name
            );
            Complaint::usage(message)
                .at(place)
                .hint("set it where mw is started; a script has its own by another name")
        })
        .collect()
}
