//! `mqtt sub -- COMMAND` as a work queue: killed at random moments, it loses no job and repeats few.
//!
//! `MQTT_TEST_KILLS=200` kills 200 times, with a thousand jobs on one session and ten thousand on a shared one.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::stream::{PATIENCE, patient_broker};
use crate::support::{Mosquitto, Mqtt, Random, Running};

/// Default number of kills.
const KILLS: usize = 40;

/// Jobs per kill, with one worker and with several.
const JOBS: usize = 5;
const SHARED_JOBS: usize = 50;

const WORKERS: usize = 8;

fn kills() -> usize {
    env::var("MQTT_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

fn worker(broker: &Mosquitto, filter: &str, id: &str, jobs: usize, done: &Path) -> Mqtt {
    let run = broker.mqtt("sub").args([filter, "-q", "1", "-c", "-i", id, "--jobs"]);
    let run = run.arg(jobs.to_string()).line("--idle 2s").deadline(PATIENCE);
    let run = run.stdout_anything().stderr_anything();
    run.args(["--", "sh", "-c", r#"read n; echo "$n" >> "$1""#, "sh"]).arg(done)
}

/// How often each job was done.
fn done(path: &Path) -> BTreeMap<usize, usize> {
    let mut done = BTreeMap::new();
    for line in fs::read_to_string(path).unwrap_or_default().lines() {
        *done.entry(line.parse().expect("a number")).or_default() += 1;
    }
    done
}

#[track_caller]
fn check(done: &BTreeMap<usize, usize>, jobs: usize, most_again: usize) {
    let missing: Vec<usize> = (1..=jobs).filter(|job| !done.contains_key(job)).collect();
    assert!(missing.is_empty(), "{} jobs are missing: {missing:?}", missing.len());
    let again = done.values().sum::<usize>() - done.len();
    eprintln!("{again} jobs were done again");
    assert!(again <= most_again, "{again} were done again");
}

fn publish(broker: &Mosquitto, topic: &str, jobs: usize) {
    let text: String = (1..=jobs).map(|job| format!("{job}\n")).collect();
    broker.mqtt("pub").args(["-t", topic, "-q", "1", "-l"]).stdin(text).deadline(PATIENCE).run();
}

/// One durable session, killed again and again. Each kill can repeat at most as many jobs as can be in flight.
fn one_worker_is_killed(jobs_at_once: usize) {
    let mut random = Random::new();
    let kills = kills();
    let jobs = kills * JOBS;
    let broker = patient_broker();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("done");
    broker.mqtt("sub").line("jobs -q 1 -c -i worker -E").run();
    publish(&broker, "jobs", jobs);
    let start = || worker(&broker, "jobs", "worker", jobs_at_once, &path).spawn();
    for _ in 0..kills {
        let before = done(&path).len();
        let running = start();
        // Most are killed in the middle of their work.
        let deadline = Instant::now() + Duration::from_millis(500);
        while random.below(8) > 0 && done(&path).len() == before && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(random.delay(Duration::from_millis(15)));
        running.kill();
    }
    start().wait();
    check(&done(&path), jobs, kills * 2 * jobs_at_once);
}

#[test]
fn a_worker_that_is_killed_at_random_moments_loses_no_job() {
    one_worker_is_killed(1);
}

#[test]
fn a_worker_with_several_jobs_that_is_killed_at_random_moments_loses_none() {
    one_worker_is_killed(4);
}

#[test]
fn eight_workers_on_a_shared_subscription_that_are_killed_at_random_lose_no_job() {
    const SHARED: &str = "$share/workers/shared";
    let mut random = Random::new();
    let kills = kills();
    let jobs = kills * SHARED_JOBS;
    let broker = patient_broker();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("done");
    let ids: Vec<String> = (1..=WORKERS).map(|number| format!("worker-{number}")).collect();
    for id in &ids {
        broker.mqtt("sub").args([SHARED, "-q", "1", "-c", "-E", "-i"]).arg(id).run();
    }
    let start = |id: &String| worker(&broker, SHARED, id, 2, &path).spawn();
    let mut workers: Vec<Running> = ids.iter().map(start).collect();
    let mut left = kills;
    thread::scope(|scope| {
        scope.spawn(|| publish(&broker, "shared", jobs));
        while left > 0 || done(&path).len() < jobs {
            thread::sleep(random.delay(Duration::from_millis(20)));
            let at = random.below(WORKERS);
            if left > 0 {
                left -= 1;
                let killed = std::mem::replace(&mut workers[at], start(&ids[at]));
                // Another worker has the id by now and took over the session.
                killed.kill();
            } else if let Some(at) = workers.iter_mut().position(|it| it.try_wait().is_some()) {
                // It has received nothing for a while, but there may be more.
                workers[at] = start(&ids[at]);
            }
        }
    });
    workers.into_iter().for_each(|worker| drop(worker.kill()));
    check(&done(&path), jobs, kills * 8);
}
