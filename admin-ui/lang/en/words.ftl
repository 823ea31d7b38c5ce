# What a call's record means.
length-seconds = { $s } s
length-minutes = { $m } min { $s } s
length-whole-minutes = { $m } min
length-hours = { $h } h { $m } min

party-anonymous = A caller without a number
party-unknown = An unknown caller
value-yes = yes
value-no = no
template-ring-the-person = Ring the person
template-office-hours = Office hours
template-vip-by-lookup = VIP by lookup

disposition-answered = Answered
disposition-no-answer = No answer
disposition-busy = Busy
disposition-cancelled = Caller gave up
disposition-rejected = Refused
disposition-failed = Failed

sentence-called = { $caller } called { $dialled }.
sentence-device-rang = { $who }’s phone ({ $device }) rang { $long }.
sentence-rang = { $who }’s phone rang { $long }.
sentence-answered = { $who } answered after { $waited }; they talked for { $talked }.
sentence-answered-on = { $who } answered ({ $device }) after { $waited }; they talked for { $talked }.
sentence-no-answer = Nobody answered within { $waited }: { $cause }.
sentence-nobody = Nobody answered within { $waited }.
sentence-busy = The line was busy: { $cause }.
sentence-cancelled = The caller hung up after { $waited }, before anybody answered.
sentence-rejected = The call was refused: { $cause }.
sentence-declined = Whoever was called declined while it rang; the phone said “busy”.
sentence-failed = The call failed after { $waited }: { $cause }.
sentence-cut = It was cut off from our side, not by those who talked.
sentence-hung-up = { $who } hung up.
sentence-ended-operator-hung-up = It was ended from the console.
sentence-ended-flow-lost = It ended because the connection to a phone was lost.
sentence-ended-far-end-vanished = It ended because a phone was gone and no longer answered.

cause-normal = hung up after an answer
cause-flow-lost = the phone’s connection was lost
cause-far-end-vanished = a phone was gone and no longer answered
cause-cut = cut off by a restart or at the end of a shutdown
cause-server-restart = the server died in the middle of it
cause-operator-hung-up = ended from the console
cause-caller-cancelled = the caller hung up before an answer
cause-no-answer = it rang, but nobody answered
cause-nobody-reachable = no phone could be reached
cause-busy = whoever was called was busy
cause-declined = whoever was called declined
cause-template-rejected = the template refused it
cause-not-found = nobody has this number
cause-not-acceptable = the two phones have no codec in common
cause-bad-offer = the phone’s session description could not be read
cause-script-failed = the template failed and its fallback could not help
cause-device-full = the phone has as many calls as it may have at once
cause-tenant-full = the company has as many calls as it may have at once
cause-tenant-ports = the company’s calls hold as many media ports as it may have
cause-no-media-ports = no free port for the audio was left
cause-no-route = no trunk leads there
cause-no-ack = the caller’s phone never confirmed our answer
cause-far-end-failed = the other side reported a fault
cause-other = cause { $code }

step-dialled-extension = “{ $original }” was dialled: extension { $value }.
step-dialled-number = “{ $original }” was dialled: the public number { $value }.
step-dialled-service = “{ $original }” was dialled: the service code { $value }.
step-dialled-emergency = “{ $original }” was dialled: the emergency number { $value }. It passes every limit and template.
step-dialled-unknown = “{ $original }” was dialled: neither an extension nor a number that we know ({ $value }).
step-did = The call came in on { $number }.
step-bound-number = “{ $template }” decides, because it is set for the number { $what }.
step-bound-extension = “{ $template }” decides, because it is set for { $what }.
step-bound-tenant = “{ $template }” decides, because it is the company’s default.
step-bound-default = “{ $template }” decides: nothing else is set.
step-script-started = “{ $template }” (version { $version }) started.
step-script-started-with = “{ $template }” (version { $version }) started with { $params }.
step-script-began = “{ $template }” started.
step-version = version { $version }
step-verb-ring = It asked to ring { $what } (line { $line }).
step-verb-ring-for = It asked to ring { $what } for { $long } (line { $line }).
step-verb-lookup = It asked the data source “{ $what }” { $args } (line { $line }).
step-verb-reject = It refused the call with { $what } (line { $line }).
step-verb-note = It noted: “{ $what }” (line { $line }).
step-verb-other = It asked for “{ $verb }”: { $what } (line { $line }).
step-resolved-nobody = { $target } has no phone at all.
step-resolved-unreachable = { $who } has phones, but none could be reached: { $missing }.
step-resolved-reachable = { $who } could be reached on { $reached }.
step-resolved-some = { $who } could be reached on { $reached }, but not on { $missing }.
step-outcome = Outcome: { $outcome }.
step-outcome-with = Outcome: { $outcome } ({ $values }).
step-script-finished = The template was done.
step-script-fault = The template was stopped: { $why } ({ $message }).
step-script-fault-at = The template was stopped at line { $line }: { $why } ({ $message }).
step-fallback-called = The fallback took over: ring whoever was dialled for { $long }.
step-fallback-ring = The fallback took over: ring “{ $param }” for { $long }.
step-fallback-reject = The fallback took over: refuse with { $code }.
step-local-ringing = Nothing had happened yet, so the caller was given ringing.
step-cancelled = The caller gave up.
step-final = The caller’s phone was told { $code }: { $cause }.

outcome-answered = answered
outcome-no-answer = nobody answered
outcome-noanswer = nobody answered
outcome-timeout = no answer in time
outcome-busy = busy
outcome-declined = declined
outcome-rejected = refused
outcome-unreachable = not reachable
outcome-cancelled = the caller gave up
outcome-failed = failed
outcome-error = failed
outcome-found = found
outcome-unknown = not known there
outcome-default = the declared default was used
outcome-ok = done
outcome-done = done
outcome-other = { $status }

fault-syntax = its text does not compile
fault-error = it raised an error
fault-budget = it computed for too long
fault-memory = it used too much memory
fault-deadline = it held its thread for too long
fault-actions = it asked for too many actions

sound-good = { $who } was heard well: { $lost } % lost, { $jitter } ms jitter.
sound-fair = { $who } was heard with small gaps: { $lost } % lost, { $jitter } ms jitter.
sound-poor = { $who } was hard to understand: { $lost } % lost, { $jitter } ms jitter.
sound-held = { $who } was on hold all the time, so the silence is right.
sound-silent = No packets ever came from { $who }.
sound-silent-announced = No packets ever came from { $who }; its SDP said { $announced }.
sound-wrong-address = { $who } announced { $announced } but sent from { $latched }; the audio went where it really came from.
sound-strangers = { $count ->
    [one] A stranger ({ $who }) sent to this port and was not let through.
   *[other] { $count } strangers ({ $who }) sent to this port and were not let through.
}

cause-answered = answered
