// The chat of a shop's site, texts and places only: an adapter in JavaScript, as
// large as its engine makes it.

const user = { id: "u1", name: "Ana" };

const samples = {
  receive: [
    {
      name: "text",
      request: { body: { id: "1", thread: "t1", user, kind: "text", text: "Oi!" } },
      events: [received("1", { type: "text", text: { body: "Oi!", markup: "plain" } })],
    },
    {
      name: "place",
      request: { body: { id: "2", thread: "t1", user, kind: "place", lat: -23.5, lon: -46.6 } },
      events: [received("2", { type: "location", location: { latitude: -23.5, longitude: -46.6 } })],
    },
    {
      name: "unknown-kind",
      request: { body: { id: "3", thread: "t1", user, kind: "hologram" } },
      problem: { kind: "unsupported", code: "unknown_kind", pointer: "/kind" },
    },
  ],
  send: [
    {
      name: "text",
      channel: { url: "https://shop.example.com/chat" },
      message: { id: "m1", conversation: "t1", type: "text", text: { body: "Bom dia!" } },
      request: {
        method: "POST",
        url: "https://shop.example.com/chat/messages",
        headers: { "content-type": "application/json" },
        body: { thread: "t1", text: "Bom dia!", ref: "m1" },
      },
      responses: [
        { response: { status: 200, body: { id: "s-1" } }, outcome: { sent: { external_id: "s-1" } } },
        { response: { status: 503 }, outcome: { retry: {} } },
        { response: { status: 404 }, outcome: { refused: { code: "rejected" } } },
      ],
    },
  ],
};

function received(id, content) {
  const message = { external_id: id, conversation: "t1", from: user, ...content };
  Object.assign(message, { sent_at: null, reply_to: null, extra: {} });
  return { type: "message.received", occurred_at: null, message };
}

const full = { level: "full" };

const manifest = JSON.stringify({
  name: "javascript",
  version: "1.0.0",
  summary: "The chat of a shop's site, in JavaScript.",
  inbound: { text: full, location: full },
  outbound: { text: full },
  on_invalid: "keep",
  samples,
});

function content(entry) {
  switch (entry.kind) {
    case "text":
      return { tag: "text", val: { body: entry.text, markup: "plain" } };
    case "place":
      return {
        tag: "location",
        val: { latitude: entry.lat, longitude: entry.lon, name: entry.text },
      };
    default:
      throw problem("unsupported", "unknown_kind", `\`${entry.kind}\` is no kind`, "/kind");
  }
}

// What a function of the contract throws is its problem.
function problem(kind, code, message, pointer) {
  return { kind, code, message, pointer, action: undefined, retryable: false };
}

export const mapping = {
  describe: () => manifest,

  receive(_channel, request) {
    const entry = JSON.parse(request.body);
    const message = {
      externalId: entry.id,
      conversation: entry.thread,
      sender: { id: entry.user.id, name: entry.user.name },
      content: content(entry),
    };
    return { events: [{ tag: "message", val: message }], warnings: [] };
  },

  send(channel, message) {
    const text = message.content.val.body;
    const body = JSON.stringify({ thread: message.conversation, text, ref: message.id });
    const headers = [["content-type", "application/json"]];
    const request = { method: "POST", url: `${channel.url}/messages`, headers, body };
    return { request, warnings: [] };
  },

  settle(_channel, _message, response) {
    const { status } = response;
    if (status < 300) {
      return { tag: "sent", val: { externalId: JSON.parse(response.body).id, warnings: [] } };
    }
    const refusal = problem("refused", "rejected", `the shop answered ${status}`);
    return status === 429 || status >= 500
      ? { tag: "retry", val: { problem: refusal } }
      : { tag: "refused", val: refusal };
  },

  media(_channel, handle) {
    throw problem("unsupported", "no_files", `there is no file \`${handle}\``);
  },
};
