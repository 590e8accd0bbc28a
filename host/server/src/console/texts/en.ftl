### The console in English. Keys are the same in all languages; what stands
### `between these` is shown as code where the page asks for it.

## On every page
product = Eclusa
skip-to-content = Skip to the content
navigation = Sections
menu = Menu: language, appearance, sign out
home = Home
channels = Channels
language = Language
theme = Appearance
theme-system = Automatic
theme-light = Light
theme-dark = Dark
signed-in-as = Signed in with the token { $name }, whose role is { $role }
sign-out = Sign out
to-home = Back to the first page

## Sign-in
sign-in = Sign in
sign-in-title = Sign in to Eclusa
sign-in-insecure = This page came without encryption from another machine. Open it by https: a token that you type here can be read on its way.
sign-in-from-link = The token is that of the link which you have opened.
access-token = Access token
access-token-hint = It begins with `ecl_`. The server printed one at its first start; an admin makes others by `eclusa token create`.
sign-in-foreign = This form was not sent by this server's own page. Open /login here and sign in again. Behind a proxy that changes the Host header, public_url must be set to the address that you open.
sign-in-needs-https = Sign-in needs https, or this machine itself (http://localhost): browsers keep no session where others can read along.
sign-in-too-many-sign-ins = Too many sign-ins have failed. Try again in { $count } { $count ->
    [one] second
   *[other] seconds
}.
sign-in-permission-missing = This token is for programs. Sign in with one whose role is viewer, operator or admin.
sign-in-token-unknown = This token is not known. Check that the whole token was copied, and that it was not revoked.
sign-in-token-damaged = This token is not whole, or mistyped. Copy the whole token again.
sign-in-token-expired = This token has ended. Ask an admin to create another.

## First page
home-title = Eclusa is running
home-channels = { $count ->
    [one] channel
   *[other] channels
}
home-adapters = { $count ->
    [one] adapter
   *[other] adapters
}
home-no-adapters = There is none yet. Deploy one by `eclusa adapter deploy FILE.wasm`.
look-further = Look further
link-demo = What the demo's chats were sent
link-ready = Whether the server is ready
link-metrics = Metrics
link-openapi = The API, as OpenAPI

## When something is wrong
problem = Something is wrong
problem-reference = For whoever looks into it: `{ $code }`, request `{ $id }`
problem-form-refused = This form was not sent by a page of this server that is still valid.
problem-form-refused-action = Open the page again and send its form from there. You may have been signed out in between.
problem-sign-out-refused = You are still signed in: that form was not sent by a page of this server that is still valid.
problem-sign-out-refused-action = Open the console again and sign out there.
problem-permission-missing = Your token's role does not allow this.
problem-permission-missing-action = Sign in with a token whose role is operator or admin.
problem-body-too-large = What you sent is too large.
problem-body-too-large-action = Choose a smaller file, and send the form again.
problem-busy = The server has more to do than it can take at the moment.
problem-busy-action = Wait a few seconds and send it again.
problem-disk-full = The server's disk is nearly full, so it takes nothing new.
problem-disk-full-action = Make room on the disk of the data folder, then send it again.
problem-stopping = The server is stopping.
problem-stopping-action = Try again when it has started again.

## Channels
channel-new = New channel
channels-empty = No channels yet
channels-empty-next = A channel connects one chat: its name and colour, where it listens, and the adapter that speaks its JSON. Create the first one; it takes a minute.
channels-empty-viewer = Somebody with the role operator or admin can create one.
channels-no-adapter = A channel needs an adapter, and none is loaded. Deploy one by `eclusa adapter deploy FILE.wasm`, then come back.
no-batches = Batch sending is not available on these channels: they serve conversations.
state-working = Working
state-paused = Paused
state-no-adapter = No adapter
choose-title = Which chat is it?
choose-hint = The adapter decides which settings and secrets the channel needs.
choose-current = In use
adapter = Adapter
adapter-change = Change
channel-edit = Edit channel
channel-create = Create channel
save = Save
cancel = Cancel
edit = Edit
needed = needed
group-about = About the channel
group-chat = The chat
group-secrets = Secrets
group-settings = Settings of the adapter
group-delivery = Pacing and limits
field-needed = This is needed.
field-name = Name
field-name-hint = Shown to agents. 1 to 120 characters.
field-description = Description
field-description-hint = For colleagues; the chat never sees it.
field-color = Main colour
field-color-hint = Marks the channel in lists and charts. Best with a contrast of 3 to 1 on light and on dark.
field-logo = Logo
field-logo-hint = PNG, JPEG, WebP or SVG, up to 1 MiB. It is drawn anew at 256 pixels; text in an SVG must be paths. Without one, the first letters of the name are shown.
field-id = Identifier
field-id-hint = In URLs and in the API; it never changes. Lower-case letters, digits and hyphens. Left empty, it is made from the name.
field-url = URL of the chat
field-url-hint = Where the chat takes messages, e.g. https://chat.example.com/eclusa
field-url-hint-default = Only where it is not the address that the adapter knows.
headers = Headers
headers-hint = Sent with every request to the chat. Values are never shown again.
header-name = Name of a new header
header-value = Its value
secret-set = set; leave empty to keep it
secret-remove = Remove it
secrets-again = What is secret, and a chosen file, is not sent back: enter it again where you had changed it.
field-per-second = Messages a second
field-per-second-hint = Over the whole channel, 0.001 to 10,000. Empty: as the adapter says.
field-burst = Burst
field-burst-hint = How many may go out at once after a pause, 1 to 10,000.
field-per-conversation = Messages a second in one conversation
field-per-conversation-hint = 0.001 to 10,000. Empty: as the adapter says.
field-concurrent = At once
field-concurrent-hint = How many messages may be under way to the chat, 1 to 1,000. Empty: 32.
field-exhaustion = When a message cannot be delivered
exhaustion-continue = The next one of the conversation goes out
exhaustion-hold = The conversation waits for a person
field-body-bytes = Largest request of the chat, in bytes
field-body-bytes-hint = Empty: as the server's configuration says.
done-created = The channel was created. Give its ingress URL to the chat.
done-changed = The changes are saved and in use.
done-paused = The channel is paused: messages to the chat wait.
done-resumed = The channel goes on.
done-rotated = The channel has another ingress URL. Give it to the chat.
done-deleted = The channel was deleted.
paused-since = Paused since { $since } by { $by }.
no-adapter-hint = No revision of the adapter `{ $adapter }` serves. Deploy one, or change the channel's adapter.
unverified = Requests of the chat are not verified: whoever knows the ingress URL can write as anybody. Set the secret by which the adapter verifies them.
color-faint = The main colour is hard to see on the ground of the appearance “{ $theme }”: its contrast is { $contrast } to 1, and 3 to 1 is advised.
color-alike = Some people cannot tell its colour from that of: { $names }. Choose another where they stand side by side.
ingress = Ingress URL
ingress-hint = The chat sends its messages here. Whoever knows it can post to the channel.
ingress-previous = The URL before it is accepted until { $until }.
copy = Copy
copied = Copied
rotate = Another ingress URL
rotate-overlap = Accept the old one for
overlap-day = one day
overlap-week = one week
overlap-none = no longer: it ends at once
rotate-hint = Time to tell the chat of the new one.
rotate-do = Make another URL
test = Send a test message
test-conversation = Conversation
test-conversation-hint = The chat's own id of the thread, e.g. a phone number or chat id.
test-body = Text
test-start = Write though nobody has written in this conversation yet
test-send = Send
test-again = Look again
state-queued = Queued: it goes out after all before it.
state-sent = Sent: the chat's servers took it.
state-delivered = Delivered: it is on the person's device.
state-read = Read: the person saw it.
state-failed = Failed: it will not arrive.
delivery = Delivery
nothing-waits = Nothing waits: all that was accepted has been handed on.
waits = { $count ->
    [one] one message waits
   *[other] { $count } messages wait
}
pause = Pause
pause-reason = Reason
pause-hint = For colleagues. What the chat sends is still taken; what is for it waits, in order.
pause-do = Pause the channel
resume = Resume
facts = Details
never-shown = Values of headers and secrets are never shown.
batches = Batches
delete = Delete this channel…
delete-title = Delete { $name }?
delete-what = Its ingress URL ends at once. Messages that wait for the chat become dead letters. What was said is kept as long as the retention says; the identifier cannot be used again. This cannot be undone.
delete-do = Delete the channel

## Problems of channels
problem-invalid-input = Some fields need another look.
problem-invalid-input-action = Correct what is marked, and save again.
problem-revision-conflict = Somebody else has changed this channel since you opened the page.
problem-revision-conflict-action = Open it again, and repeat your change on what it is now.
problem-channel-exists = There is a channel with this identifier already.
problem-channel-exists-action = Choose another identifier.
problem-channel-id-retired = A deleted channel had this identifier.
problem-channel-id-retired-action = Choose another identifier.
problem-channel-not-found = There is no such channel.
problem-channel-not-found-action = It may have been deleted. Look for it in the list of channels.
problem-adapter-not-found = There is no such adapter.
problem-adapter-not-found-action = Choose one of those that are loaded.
problem-conversation-unknown = Nobody has written in this conversation yet.
problem-conversation-unknown-action = Check the id. To write first, where the chat allows it, tick the box below the text.
problem-type-refused = This chat takes no texts.
problem-type-refused-action = See in the adapter's description what it takes.
problem-logo-too-large = The logo's file is larger than 1 MiB.
problem-logo-too-large-action = Scale the picture down; 256 × 256 pixels are enough.
problem-logo-type = The logo is not a PNG, JPEG, WebP or SVG picture.
problem-logo-type-action = Save the picture as PNG and choose that file.
problem-logo-unreadable = The logo cannot be read.
problem-logo-unreadable-action = Save the picture as PNG, of 4096 × 4096 pixels at most, and choose that file.
violation-expected-1-to-120-characters = Expected 1 to 120 characters.
violation-expected-at-most-2000-characters = Expected at most 2000 characters.
violation-expected-1-to-64-characters-of-a-z-0-9-and = Expected 1 to 64 characters: a–z, 0–9 and hyphens.
violation-expected-http-or-https = Expected http or https.
violation-expected-an-absolute-url-e-g-https-chat-example-com-eclusa = Expected an absolute URL, e.g. https://chat.example.com/eclusa
violation-a-url-is-shown-to-everybody-so-it-may-hold-no-password-use-a-header = A URL is shown to everybody, so it may hold no password; use a header.
violation-expected-no-fragment = Expected no fragment (#…).
violation-expected-a-colour-as-rrggbb-e-g-2a9d8f = Expected a colour as #RRGGBB.
violation-the-adapter-decides-the-content-type = The adapter decides the content type.
violation-expected-1-to-1000 = Expected 1 to 1000.
violation-expected-1-to-10000 = Expected 1 to 10000.
violation-expected-0-001-to-10000-messages-a-second = Expected 0.001 to 10000 messages a second.
