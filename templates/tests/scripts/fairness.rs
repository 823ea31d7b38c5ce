//! One tenant's hostile scripts do not hold up another's calls.

use crate::support::{resume, run, start, status, tenant};
use pbx_core::script::{FaultKind, ScriptReply, ScriptStep};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use templates::pool::{Pool, PoolConfig};
use templates::vm::{Clock, Limits};

const HOSTILE: [&str; 5] = [
    "while true do end",
    "while true do pcall(function() while true do end end) end",
    "string.gsub('a', 'a', function() while true do end end)",
    "local t = {} for i = 1, 1e9 do t[i] = {i} end",
    "string.find(string.rep('a', 30000), '(.-)(.-)(.-)(.-)b')",
];

fn pool(threads: usize, idle_vms: usize, clock: Clock) -> (Pool, Receiver<ScriptReply>) {
    let (sender, receiver) = channel();
    let sender = Mutex::new(sender);
    let config = PoolConfig { threads, idle_vms, limits: Limits::default(), clock: Some(clock) };
    let pool = Pool::start(config, move |reply| sender.lock().unwrap().send(reply).unwrap()).unwrap();
    (pool, receiver)
}

/// A clock that stands still.
fn still() -> Clock {
    Arc::new(|| 0)
}

#[test]
fn every_other_tenants_call_completes_within_its_turn() {
    for threads in [1, 2] {
        let (pool, replies) = pool(threads, 64, still());
        for round in 0..4 {
            for (index, lua) in HOSTILE.iter().enumerate() {
                pool.submit([start(&format!("hostile{index}"), &format!("{index}.{round}"), lua)]);
            }
            for good in 0..3 {
                pool.submit([start(&format!("good{good}"), &format!("g{good}.{round}"), "ring{targets = '101'}")]);
            }
        }
        let (mut faults, mut finished) = (0, 0);
        while faults + finished < 4 * (HOSTILE.len() + 3) {
            let reply = replies.recv().unwrap();
            match reply.step {
                ScriptStep::Verb { .. } => pool.submit([pbx_core::script::ScriptJob::Resume {
                    tenant: reply.tenant,
                    run: reply.run,
                    outcome: status("answered"),
                }]),
                ScriptStep::Finished => finished += 1,
                ScriptStep::Fault { kind, .. } => {
                    assert!(matches!(kind, FaultKind::Budget | FaultKind::Memory), "{kind:?}");
                    faults += 1;
                }
            }
        }
        assert_eq!((faults, finished), (4 * HOSTILE.len(), 12));
        let stats = pool.stats();
        assert_eq!(stats.unfair, 0);
        assert!(stats.longest_wait <= stats.most_active, "{stats:?}");
        pool.stop();
    }
}

#[test]
fn the_wall_is_the_second_net() {
    let ticks = AtomicU64::new(0);
    let (pool, replies) = pool(1, 4, Arc::new(move || ticks.fetch_add(2_000, Ordering::Relaxed)));
    pool.submit([start("acme", "slow", "for i = 1, 100000 do end ring{targets = '101'}")]);
    let reply = replies.recv().unwrap();
    assert!(matches!(reply.step, ScriptStep::Fault { kind: FaultKind::Deadline, .. }), "{reply:?}");
}

#[test]
fn a_long_stretch_without_an_interrupt_is_the_last() {
    let looks = AtomicU64::new(0);
    // At its begin and at its only interrupt nothing has passed, at its end two seconds.
    let clock = move || if looks.fetch_add(1, Ordering::Relaxed) < 2 { 0 } else { 2_000_000 };
    let (pool, replies) = pool(1, 4, Arc::new(clock));
    pool.submit([start("acme", "slow", "local x = 'a' < 'b'")]);
    let reply = replies.recv().unwrap();
    assert!(matches!(reply.step, ScriptStep::Fault { kind: FaultKind::Deadline, .. }), "{reply:?}");
}

#[test]
fn tenants_without_a_vm_of_their_own_any_more_go_on() {
    let (pool, replies) = pool(2, 1, still());
    let tenants: Vec<String> = (0..10).map(|n| format!("t{n}")).collect();
    for name in &tenants {
        pool.submit([start(name, "call", "local a = ring{targets = '101'} note{text = a.status}")]);
    }
    tenants.iter().for_each(|_| assert!(matches!(replies.recv().unwrap().step, ScriptStep::Verb { .. })));
    for name in &tenants {
        pool.submit([resume(name, "call", status("busy"))]);
        let reply = replies.recv().unwrap();
        assert_eq!((reply.tenant, reply.run), (tenant(name), run("call")));
        assert!(matches!(reply.step, ScriptStep::Verb { name, .. } if name == "note"));
    }
}

#[test]
fn stopping_answers_what_was_taken() {
    let (pool, replies) = pool(1, 4, still());
    for call in 0..20 {
        pool.submit([start("acme", &call.to_string(), "while true do end")]);
    }
    pool.stop();
    assert_eq!(replies.iter().count(), 20);
}
