// An internal chat: several people in several rooms, all of which everybody sees. Its
// server is /demo/rooms/team.
const by = (id) => document.getElementById(id);
const rooms = { help: 'Help desk', people: 'People and pay', building: 'Building' };
const said = Object.fromEntries(Object.keys(rooms).map((room) => [room, []]));
const file = (name) => `${location.origin}/demo/files/${name}`;
const place = { latitude: -23.5505, longitude: -46.6333, name: 'Meeting room 4', address: 'Praça da Sé' };
const samples = {
  photo: (caption) => ({ type: 'document', document: { url: file('photo.png'), filename: 'view.png', mime: 'image/png', caption } }),
  document: (caption) => ({ type: 'document', document: { url: file('catalog.pdf'), filename: 'plan.pdf', mime: 'application/pdf', caption } }),
  audio: (caption) => ({ type: 'audio', audio: { url: file('voice.wav'), mime: 'audio/wav', caption } }),
  video: (caption) => ({ type: 'video', video: { url: file('clip.webm'), mime: 'video/webm', caption } }),
  location: () => ({ type: 'location', location: place }),
  contact: () => ({ type: 'contact', contact: { name: 'Rui Alves', emails: ['rui@aurora.example'], organization: 'Aurora' } }),
};
let here = 'help';

const element = (name, set) => Object.assign(document.createElement(name), set);
const link = (href, textContent) => element('a', { href, textContent, target: '_blank', rel: 'noopener noreferrer' });
const web = (url) => /^https?:/.test(url ?? '');

// Each of the six types as what it is.
function draw(it) {
  const what = it[it.type];
  if (it.type === 'text') return [what.body];
  if (it.type === 'location') {
    const map = `https://www.openstreetmap.org/?mlat=${what.latitude}&mlon=${what.longitude}`;
    return [link(map, what.name ?? 'A place'), ` ${what.address ?? ''}`];
  }
  if (it.type === 'contact') {
    const lines = [what.organization, ...(what.phones ?? []).map(({ number }) => number), ...what.emails ?? []];
    return [`${what.name}\n`, lines.filter(Boolean).join('\n')];
  }
  const own = web(what.url) && new URL(what.url).origin === location.origin;
  const shown = [];
  if (own && it.type !== 'document') shown.push(element(it.type, { src: what.url, controls: true, preload: 'none' }));
  if (own && what.mime?.startsWith('image/')) shown.push(element('img', { src: what.url, alt: what.filename ?? '' }));
  shown.push(web(what.url) ? link(what.url, what.filename ?? `Open the ${it.type}`) : what.filename ?? it.type);
  return what.caption ? [...shown, `\n${what.caption}`] : shown;
}

function item(it) {
  const name = it.ours ? 'Service desk' : it.from.name;
  const time = new Date(it.sent_at ?? Date.now()).toLocaleTimeString([], { timeStyle: 'short' });
  const line = element('li', { className: it.ours ? 'answer' : '' });
  const head = element('header', { textContent: name });
  const what = element('div', {});
  head.append(element('time', { textContent: time }));
  what.append(...draw(it));
  line.append(element('b', { textContent: name[0], ariaHidden: 'true' }), head, what);
  return line;
}

function enter(room) {
  here = room;
  by('room').textContent = rooms[room];
  by('said').replaceChildren(...said[room].map(item));
  by('said').scrollTop = by('said').scrollHeight;
  for (const button of by('rooms').children) {
    if (button.value === room) button.className = '';
    button.ariaCurrent = button.value === room ? 'true' : null;
  }
}

function hear(it) {
  const room = it.conversation;
  if (!said[room]) return;
  said[room].push(it);
  if (room === here) {
    by('said').append(item(it));
    by('said').scrollTop = by('said').scrollHeight;
  } else {
    by('rooms').querySelector(`[value="${room}"]`).className = 'unread';
  }
}

// Comes again by itself, and reads what it has missed.
function listen() {
  const news = new EventSource('/demo/rooms/team/events');
  for (const room of Object.keys(said)) said[room] = [];
  enter(here);
  news.onmessage = (event) => hear(JSON.parse(event.data));
  news.onopen = () => { by('line').textContent = ''; };
  news.onerror = () => {
    by('line').textContent = 'Connecting…';
    if (news.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

by('rooms').append(...Object.entries(rooms).map(([value, textContent]) =>
  element('button', { value, textContent, onclick: () => enter(value) })));
by('write').onsubmit = async (event) => {
  event.preventDefault();
  const body = by('text').value.trim();
  const kind = by('kind').value;
  if (kind === 'text' && !body) return;
  const message = kind === 'text' ? { type: 'text', text: { body } } : samples[kind](body || undefined);
  const name = by('who').value;
  const from = { id: `team-${name.toLowerCase()}`, name };
  const sent = await fetch('/demo/rooms/team/messages', {
    method: 'POST', body: JSON.stringify({ conversation: here, from, ...message }),
  }).catch(() => null);
  by('line').textContent = sent?.ok ? '' : 'Not sent, try again';
  if (!sent?.ok) return;
  by('text').value = '';
  by('kind').value = 'text';
};
listen();
