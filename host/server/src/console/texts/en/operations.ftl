### Operations: adapters
operations = Operations
adapters = Adapters
adapters-empty = No adapter yet
adapters-empty-next = An adapter maps a chat's JSON to messages and back. Bring its file here, save it into the adapters' folder, or run `eclusa adapter deploy FILE.wasm`.
adapters-channels = { $count ->
    [0] on no channel
    [one] on one channel
   *[other] on { $count } channels
}
deploy = Deploy a revision
deploy-hint = The file is checked in stages, and recorded traffic is run through it. It serves once it has passed, as the adapter's rules say. The same by the command line: `eclusa adapter deploy FILE.wasm`.
deploy-name = Adapter
deploy-name-hint = A name that is there, or a new one: lower-case letters, digits and hyphens.
deploy-name-wrong = Expected 1 to 64 characters: a–z, 0–9 and hyphens.
deploy-mode-policy = As the adapter's rules say
deploy-file = File (.wasm)
deploy-file-wrong = Choose a file.
deploy-do = Check and deploy
mode-auto = By itself, when every check passed
mode-review = By itself only when nothing differs
mode-manual = Always by a person
deployment-checking = Being checked
deployment-rejected = Rejected
deployment-waiting = Waits for approval
deployment-declined = Declined
deployment-canary = Canary
deployment-trial = On trial
deployment-live = Serving
deployment-superseded = Superseded
deployment-rolled-back = Rolled back
deployment-unchanged = Unchanged
deployment-interrupted = Interrupted
role-active = serves
role-canary = serves a share
role-predecessor = stands by
role-waiting = waits for approval
role-pinned = pinned
role-held = held
role-draining = last calls
role-kept = ready
adapter-done-approved = It was approved and goes live.
adapter-done-declined = It was declined.
adapter-done-activated = The revision serves now.
adapter-done-rolled-back = It was taken back. What had failed in it is mapped again.
adapter-done-pinned = The channel stays on this revision until it is unpinned.
adapter-done-unpinned = The channel follows its adapter again.
adapter-done-policy = The rules are saved.
waiting-title = Revision { $revision } waits for approval
see-evidence = See its checks and what differs
operators-decide = Who has the role operator or admin decides.
decide = Approve it?
approve = Approve: let it go live
decline = Decline…
decline-do = Decline
reason = Reason
reason-hint = For colleagues; it stands in the audit.
canary-runs = `{ $revision }` serves { $percent } % of the conversations.
trial-runs = What serves is on trial: a call that fails in it is answered by `{ $revision }`, which takes over if it proves worse.
trial-counts = Calls: { $calls }, worse: { $worse }.
revisions = Revisions
revision = Revision
revisions-none = None has passed its checks yet. See the deployments below.
added = Added
by = by { $who }
calls = Calls
failures = Failures
half-within = p50
most-within = p95
memory = Memory
actions = Actions
compare = Compare
activate = Activate…
figures-since = Figures are of live traffic since the server started: times within which half (p50) and 95 of 100 (p95) of the calls were answered, and the largest memory of one.
rollback = Roll back…
rollback-what = `{ $revision }` is taken back at once, for all channels that follow. Calls that run finish on it. Requests that it could not map are mapped again.
rollback-to = What takes over
rollback-do = Roll back
adapter-channels = Channels
adapter-channels-none = No channel uses this adapter.
channel-follows = follows the adapter
channel-pinned = pinned to this revision
channel-held = stays behind, since it lacks:
pin = Pin
unpin = Unpin
pin-to = Revision to pin { $name } to
deployments = Deployments
deployments-none = Nothing was deployed yet.
older = Older
policy = Rules for candidates
policy-mode = Who decides
policy-shadow-requests = Recorded requests to compare, per channel
policy-shadow-messages = Recorded messages to compare, per channel
policy-canary-percent = Canary: share of conversations, % (empty: none)
policy-canary-seconds = Canary: for how long, seconds
policy-canary-calls = Canary: or until so many calls
policy-rollback-seconds = Trial: for how long, seconds
policy-rollback-failures = Taken back after so many worse calls
policy-rollback-percent = And this share of all calls, %
policy-rollback-factor = Or when p95 is so many times as long
policy-rollback-floor = And longer than, milliseconds
policy-rollback-calls = After at least so many calls
activate-title = Let revision { $revision } serve?
activate-what = Version { $version } of { $name } takes over at once { $count ->
    [0] ; no channel uses it yet.
    [one] for one channel.
   *[other] for { $count } channels.
}
activate-back = Pinned channels stay where they are. You can roll back at any time.
activate-do = Let it serve
compare-first = Compare first
diff-title = What changes in { $name }
diff-what = The newest recorded traffic in `{ $candidate }`, compared with `{ $baseline }`, which serves. Nothing is sent, nothing changes.
shadow = Recorded traffic in both
shadow-none = Nothing is recorded yet that could be compared.
shadow-identical = { $count ->
    [one] One input was compared: nothing differs.
   *[other] { $count } inputs were compared: nothing differs.
}
shadow-differs = { $count ->
    [one] One input was compared.
   *[other] { $count } inputs were compared.
}
shadow-receive = requests from the chat
shadow-send = messages to the chat
shadow-settle = the chat's responses
shadow-same = the same
shadow-changed = differ
shadow-new-failures = fail anew
shadow-repaired = repaired
shadow-failing = fail in both
shadow-times = p95 { $before } → { $after }
shadow-places = Places that differ
shadow-place = Place
shadow-what = What
shadow-often = How often
shadow-example = Example
shadow-show = Show
shadow-before = Before
shadow-after = After
shadow-more = { $count ->
    [one] One more place is not shown.
   *[other] { $count } more places are not shown.
}
change-added = added
change-removed = removed
change-replaced = changed
change-renamed = renamed to
deployment-title = { $name }: revision { $revision }
deployment-runs = Its checks run.
look-again = Look again
stages = Checks
stages-none = None was made.
stage-passed = passed
stage-failed = failed
deployment-came = Came
deployment-by = By
deployment-changed = Last change
deployment-id = Deployment
size = Size
door-folder = from the adapters' folder
door-api = uploaded
manifest-changes = Changed in its manifest
problem-candidate-changed = Another candidate waits now, or none does.
problem-candidate-changed-action = Open the adapter's page again, and look at what waits now.
