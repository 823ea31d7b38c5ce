# The frame and the pages of the console.
skip-link = Skip to the content
assets-missing = The console’s style sheets and scripts are missing. Run “make assets” and build again.
close = Close
cancel = Cancel
copy = Copy
account-menu = Account
logout = Log out
switch-tenant = Switch company:
nav-label = Main
nav-live = Live
nav-calls = Calls
nav-people = People
nav-audit = Audit
nav-tokens = API tokens
nav-tenants = Companies
nav-server-audit = Server audit
find-label = Find people, numbers and calls
find-placeholder = Find people, numbers and calls
find-title = Search
find-lead = Results for “{ $text }”
find-numbers = Numbers
find-number-calls = The calls of this number
find-all-people = All matching people
find-all-calls = All matching calls
find-nothing = Nothing found
find-what = What are you looking for?
find-help = A part of a name, an extension or a phone number is enough: Berg, 102, 030 555.
display-theme = Theme
display-theme-auto = System
display-theme-light = Light
display-theme-dark = Dark
display-language = Language
keys-title = Keyboard
keys-search = Search
keys-move = Next, previous row
keys-open = Open the row
keys-help = This help

refusal-not-there = There is nothing here
refusal-not-there-help = The address is wrong, or what it named is gone.
refusal-not-allowed = Not for your role
refusal-not-allowed-help = Ask your phone administrator.
refusal-not-allowed-named = Ask your phone administrator: { $who }.
refusal-stale = This form is too old
refusal-stale-help = Nothing was changed. Go back, reload the page and send it again.
refusal-unreadable = The form could not be read
refusal-unreadable-help = Nothing was changed. Go back, reload the page and try again.
refusal-broken = Something went wrong on our side
refusal-broken-help = Calls are not affected. The log tells what happened; try again in a moment.
refusal-home = Go to Live
refusal-home-operator = Go to Companies

login-title = Log in
login-heading = Log in
login-lead = Your company’s phones, and everything they do.
login-enter = Log in
login-wrong = Wrong e-mail or password. (For safety we don’t say which.)
login-too-often = Too many tries. Wait a minute, then try again.
login-stale = This page had been open for too long. Please enter your password again.
login-first = Your log-in has expired. Log in again: what you typed is kept, and nothing has been changed yet.
resume-title = What you typed is still here
resume-lead = It was entered before your last log-in, so nothing has been changed yet.
resume-go-on = Go on
resume-discard = Discard
login-demo = Try the demo
login-demo-operator = Operator
first-title = Nobody can log in yet
first-lead = This server is new and has no account. Make the first one on the machine that it runs on.
first-write = Write a file:
first-import = Bring it into effect, with the server’s own data folder:
first-then = Then log in with that e-mail and password.

live-title = Live
live-well = Everything is all right
live-alarm = Something needs your attention
live-silent = No phone can be reached
live-partly = { $missing ->
    [one] { $missing } phone cannot be reached
   *[other] { $missing } phones cannot be reached
}
live-nobody = Nobody is here yet
live-no-phone = There is no phone yet
live-first-person = Add the first person
live-see-phones = See which
live-all-calls = { $calls ->
    [0] No calls
    [one] { $calls } call
   *[other] { $calls } calls
} right now
live-own-calls = { $calls ->
    [0] You have no call
    [one] You have { $calls } call
   *[other] You have { $calls } calls
} right now
live-reachable = { $reachable } of { $phones } phones reachable.
live-tile-talking = In a call
live-tile-talking-more = { $held } on hold
live-tile-ringing = Ringing
live-tile-ringing-more = waiting for an answer
live-tile-phones = Phones
live-tile-phones-more = { $missing ->
    [0] all reachable
   *[other] { $missing } not reachable
}
live-tile-phones-none = none yet
live-tile-trunks = Trunk
live-trunk-numbers = { $numbers ->
    [one] { $numbers } number leads here
   *[other] { $numbers } numbers lead here
}
live-no-trunk = internal calls only
live-alarms = Alarms of the last day
live-calls-now = Calls right now
live-own-now = Your calls right now
live-empty = It is quiet right now
live-empty-help = Calls appear here the moment somebody dials. Try it: call one extension from another.
live-empty-own = Your calls appear here the moment you dial or your phone rings. You do not see those of your colleagues.
live-hang-up = End this call
live-hang-up-of = End the call of { $from }
live-row = { $state }: { $from } calls { $to },
live-hang-up-confirm = End the call of { $from } now? Both sides are cut off.
live-lost = Connection lost. Trying again; the figures are from before.
live-back = Connected again.
drain = The server is being restarted; running calls are allowed to end.
drain-left = The server is being restarted; running calls are allowed to end ({ $left } left).
state-deciding = Deciding
state-ringing = Ringing
state-talking = Talking
state-held = On hold
alarm-emergency-without-route = An emergency call had no way out
alarm-no-media-ports = No free port for audio was left
alarm-scan = Password guessing on phones
storage-scarce = Only { $free }% of the server’s disk is free
storage-refuses = The server’s disk refuses what is written: records of calls come late or are lost
storage-lost = { $lost ->
    [one] One record could not be kept because the server’s disk refuses
   *[other] { $lost } records could not be kept because the server’s disk refuses
}

reach-fixed = Always at { $contact }
reach-fixed-term = fixed contact
reach-fixed-short = Always reachable
reach-yes = Reachable at { $source } since { $since }
reach-yes-short = Reachable since { $since }
reach-no = Not reachable since { $since } ({ $why })
reach-never = Not reachable: it has not registered yet
reach-never-term = no registration
reach-gone-expired = registration expired
reach-gone-removed = the phone signed off
reach-gone-replaced = replaced by a newer registration
reach-gone-flow-lost = its connection was lost
reach-gone-unknown = the reason is not known

calls-title = Calls
calls-lead = Every call, and why it ended up where it did.
calls-csv = CSV
calls-text = Search
calls-text-placeholder = Name or number
calls-from = From
calls-until = Until
calls-outcome = Outcome
calls-template = Template
calls-any = Any
calls-search = Search
calls-col-outcome = Outcome
calls-col-from = From
calls-col-to = To
calls-col-talked = Talked
calls-col-when = When
calls-older = Older
calls-found = { $count ->
    [0] No calls found
    [one] { $count } call found
   *[other] { $count } calls found
}
calls-found-part = { $count ->
    [one] { $count } call on this page
   *[other] { $count } calls on this page
}, there are more
list-old = The server does not answer. These rows are from before and do not match the filter; it is being tried again.
calls-none-found = No matching calls
calls-none-found-help = Take a filter away, or search for less of the name or number.
calls-clear = Clear all filters
calls-empty = No calls yet
calls-empty-help = Every finished call is kept here with its reason. To place the first one, type two accounts into two phones and dial, for example, 102.
calls-empty-own = Your finished calls are kept here, each with its reason. You do not see those of your colleagues.
calls-empty-next = See people and their accounts

call-title = Call
call-timeline = Time line
call-rang-for = rang { $long }
call-talked-for = talked { $long }
call-why = Why it went this way
call-no-steps = No decision was needed for this call.
call-sound = How it sounded
call-sound-figures = { $packets ->
    [one] { $packets } packet
   *[other] { $packets } packets
}
call-no-sound = No audio was measured: nobody talked.
quality-good = Good
quality-fair = Fair
quality-poor = Poor
quality-held = On hold
quality-silent = Silent
call-ladder = Messages
call-ladder-help = Open a message to read it. Passwords and typed digits are masked.
call-no-ladder = The messages of this call are not kept any more.
call-raw = The record as it is kept
call-id = Call
call-revision = Configuration
call-running = This call is going on
call-running-help = Its reasons and its sound are written when it ends.

people-title = People
people-lead = Everyone here, their extensions, and whether they can be reached.
people-add = Add a person
people-text = Search
people-text-placeholder = Name, extension, e-mail
people-col-name = Name
people-col-extension = Extension
people-col-state = State
people-col-phones = Phones
people-on-phone = On the phone
people-reachable = Reachable
people-unreachable = Not reachable
people-no-phone = No phone
people-none-found = No matches
people-all = Show everybody
people-empty = Nobody here yet
people-empty-help = A person has a name, an extension that colleagues dial, and any number of phones. Add the first one, for example Reception on 100.

person-add-title = Add a person
person-extension = Extension { $extension }
person-calls = Calls
person-edit = Edit
person-phones = Phones
person-sip-user = User name
person-sip-server = Server
person-sip-transport = Transport
person-sip-transports = UDP or TCP
person-media = Audio
person-media-roams = may come from any network
person-sip-domain = Domain
person-sip-domain-help = only if the phone asks for one
person-password-hidden = Shown once when it was made
person-new-password = New password
person-new-password-confirm = Give “{ $device }” a new password? The phone stops working until the new one is typed into it.
person-secret-once = The password: copy it now, you won’t see it again.
person-secret-help = Type it into the phone together with the user name and the server below.
person-no-phone = No phone yet
person-no-phone-help = Add a phone to get a user name and a password that can be typed into any SIP phone or app.
person-add-phone = Add a phone
person-add-phone-label = What is it called?
device-default-label = Desk phone
person-remove = Remove this person
person-remove-help = { $phones ->
    [0] { $name } is removed.
    [one] { $name } is removed with one phone.
   *[other] { $name } is removed with { $phones } phones.
} Extension { $extension } stops ringing at once. Past calls stay.
person-remove-confirm = Type { $extension } to confirm
person-remove-unconfirmed = Nothing was removed: { $extension } must be typed to confirm.
device-change = Rename or remove
device-rename = Rename
device-remove = Remove this phone
device-remove-help = A removed phone stops working at once; its password no longer works. Past calls stay.
device-remove-confirm = Type “{ $device }” to confirm
device-remove-unconfirmed = Nothing was removed: “{ $device }” must be typed to confirm.
done-person-added = “{ $name }” was added.
done-person-changed = “{ $name }” was saved.
done-person-removed = “{ $name }” was removed.
done-device-renamed = The phone is now called “{ $name }”.
done-device-removed = The phone “{ $name }” was removed.
done-token-revoked = The token was revoked.
done-call-hung-up = The call is being ended.
done-call-had-ended = It had already ended.

edit-lead = You’ll see every change before it is saved.
edit-check = Review the changes. They take effect as soon as you save.
edit-changes = Changes
edit-col-field = What
edit-col-before = Before
edit-col-after = After
edit-no-change = There is nothing to save.
edit-effect = Calls in progress are not affected.
edit-next = Review changes
edit-save = Save
edit-back = Back to the form
meanwhile-changed-by = Meanwhile { $who } changed “{ $field }” to “{ $now }” ({ $ago } ago).
meanwhile-emptied-by = Meanwhile { $who } emptied “{ $field }” ({ $ago } ago).
meanwhile-changed = Meanwhile “{ $field }” was changed to “{ $now }”.
meanwhile-help = Nothing of yours is saved yet. Only the fields that you changed will be written.
meanwhile-rename = Send it again to call it “{ $label }”.
field-name = Name
field-extension = Extension
field-email = E-mail
field-label = Name
field-password = Password
help-name = Shown on phones when this person calls.
help-extension = What colleagues dial: 1 to 10 digits.
help-email = Optional.
fault-required = This must be filled in.
fault-taken = Somebody else has this already.
fault-taken-label = This person already has a phone with that name.
fault-grammar-name = Use up to 120 characters, no line breaks or hidden characters.
fault-grammar-label = Use up to 120 characters, no line breaks or hidden characters.
fault-grammar-extension = 1 to 10 digits, not zeros alone.
fault-grammar-email = This is no e-mail address.
fault-invalid = This is not valid.

tenants-title = Companies
tenants-lead = Every company on this server, as it is right now.
tenants-col-name = Company
tenants-col-state = State
tenants-col-calls = Calls
tenants-col-phones = Phones
tenants-col-people = People
tenants-well = All right
tenants-silent = No phone reachable
tenants-alarms = { $count ->
    [one] { $count } alarm
   *[other] { $count } alarms
}
tenants-empty = No company yet
tenants-empty-help = A company and its people come from a file. Write one, then run:

audit-title = Audit
audit-lead = Who did what, and when.
server-audit-title = Server audit
server-audit-lead = What belongs to no company: operators, trunks and refused connections. Times are in UTC.
audit-col-what = What
audit-col-object = To what
audit-col-who = Who
audit-col-when = When
audit-detail = Details
audit-default = everything else
audit-empty = Nothing was done yet
audit-empty-help = Log-ins, changes and refused phones are written down here.
audit-login = Logged in
audit-login-failed = Log-in failed
audit-call-hung-up = Ended a call
audit-token-created = Created an API token
audit-token-revoked = Revoked an API token
audit-sip-guessing = Password guessing on phones
audit-sip-credentials = A phone’s credentials can’t be used
audit-sip-refused = A phone or a trunk was refused
audit-sip-left-out = More was noticed than is written down in a minute: lines left out
audit-sip-crowded = There was no room for all SIP connections
audit-emergency-without-route = An emergency call had no way out

tokens-title = API tokens
tokens-lead = Programs log in with a token. Give each program its own, and no more than it needs.
tokens-col-name = Name
tokens-col-scopes = Permissions
tokens-col-used = Last used
tokens-col-created = Created
tokens-col-action = Revoke
tokens-never = Never
tokens-revoke = Revoke
tokens-revoke-confirm = Revoke “{ $name }”? Programs that use it are refused at once.
tokens-empty = No tokens
tokens-empty-help = Create one below, then ask for the calls: curl -H "Authorization: Bearer …" /api/v1/calls
tokens-new = New token
tokens-label = Name
tokens-label-placeholder = Wallboard
tokens-scopes = Permissions
tokens-fault-scope = Choose at least one.
tokens-fault-many = There are 100 tokens already, the most that a company may have. Revoke one that nothing uses.
tokens-create = Create token
tokens-secret-once = Token for “{ $name }”: copy it now, you won’t see it again.
tokens-secret-help = Keep it where passwords are kept. Only its fingerprint is stored here.
scope-calls-read = Read calls
scope-calls-write = End calls
scope-people-read = Read people
scope-people-write = Add, change and remove people
audit-person-added = Added a person
audit-person-changed = Changed a person
audit-person-removed = Removed a person
audit-device-added = Added a phone
audit-device-changed = Changed a phone
audit-device-removed = Removed a phone
audit-number-added = Added a number
audit-number-changed = Changed a number
audit-number-removed = Removed a number
audit-binding-added = Assigned a template
audit-binding-changed = Changed which template is assigned
audit-binding-removed = Removed the assignment of a template
audit-account-added = Added a log-in
audit-account-changed = Changed a log-in
audit-account-removed = Removed a log-in
audit-tenant-added = Added the company
audit-tenant-changed = Changed the company
audit-tenant-removed = Removed the company
audit-source-added = Added a data source
audit-source-changed = Changed a data source
audit-source-removed = Removed a data source
audit-trunk-added = Added a trunk
audit-trunk-changed = Changed a trunk
audit-trunk-removed = Removed a trunk
fault-grammar = This does not follow the rule that stands below the field.
fault-range = This is outside of what is allowed.
fault-not-there = It is not there any more.
fault-bound = Something else still needs it.
field-devices = Phones
call-ladder-partial = The oldest messages are not kept any more.
fault-emergency = This is an emergency number of your country.
