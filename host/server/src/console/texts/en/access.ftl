### Operations: tokens, audit, what needs attention
tokens = Tokens
tokens-what = A token lets a program call the API, or a person sign in here. Its value is shown once, when it is made, and kept nowhere.
tokens-list = All tokens
token-made = made
token-used = last used
token-never-used = never used
token-ends = ends
token-no-end = no end
token-over = Over
token-configured-here = set by the configuration
token-rotate = Rotate…
token-overlap = Let the old value in for
overlap-hour = one hour
token-rotate-do = Make another value
token-revoke = Revoke…
token-revoke-title = Revoke { $name }?
token-revoke-what = Whoever holds it (role `{ $role }`) is not let in any more, at once, and is signed out. This cannot be undone.
token-revoke-do = Revoke it
token-done-revoked = The token has ended.
token-new = New token
token-name = Name
token-name-hint = The audit names it so. Lower-case letters, digits and hyphens.
token-role = Role
token-viewer = looks at everything but tokens
token-operator = looks, sends messages, changes channels and adapters
token-platform = looks and sends messages: for the customer-service platform
token-metrics = reads the metrics and nothing else
token-admin = everything, tokens too
token-days = Ends after days
token-days-hint = Empty: it does not end by itself.
token-create = Create the token
token-shown = Token { $name }
token-shown-once = Copy it now: it is not shown again.
token-role-is = Its role is `{ $role }`.
token-rotated-hint = Put it in the place of the old one. Where you chose a time, the old value is let in until then as a token of its own, which stands in the list.
token-kept = I have kept it
audit = Audit
audit-kind = About
audit-id = Which one
audit-actor = By
audit-hint = A name or an id as it stands in the list; “which one” counts where a kind is chosen.
audit-none = Nothing was done that is like this
audit-none-next = Ask for less, or go on with what is older where the page offers it.
audit-entries = Entries
subject-adapter = adapter
subject-channel = channel
subject-token = token
subject-key = keys of secrets
subject-dead-letter = dead letter
subject-platform = platform
subject-console = console
subject-attendance = attendance
subject-flow = flow
attention = Needs attention
attention-none = Nothing at the moment: all that comes in goes on.
attention-letters = { $count ->
    [one] One dead letter waits for a person
   *[other] { $count } dead letters wait for a person
}
attention-letters-many = More than { $count } dead letters wait for a person
attention-candidate = A candidate of { $name } waits for approval
attention-no-revision = No revision of { $name } serves, though channels use it
attention-paused = { $name } is paused: what is for it waits
attention-paused-more = { $count ->
    [one] One more channel is paused
   *[other] { $count } more channels are paused
}
attention-platform = The platform is paused: events for it wait
attention-breakers = { $count ->
    [one] One host fails and is left alone for a while
   *[other] { $count } hosts fail and are left alone for a while
}
attention-refusal = Nothing new is taken in: the disk is full, or the storage failed
attention-disk = The disk is nearly full
attention-damaged = Rows on the disk are damaged: restore a backup
problem-last-admin-token = This is the last admin token; without it nobody could make another.
problem-last-admin-token-action = Create another admin token first, or rotate this one.
problem-token-exists = A token of this name is there already.
problem-token-exists-action = Choose another name, or rotate that one.
