// A chat bubble. Its server is /demo/rooms/site; yours does the same: it hands what
// people write to the channel's ingress URL, and what Eclusa posts to it to the page.
const by = (id) => document.getElementById(id);
const room = localStorage.aurora ??= `site-${Math.random().toString(36).slice(2, 10)}`;
const from = { id: room, name: `Visitor ${room.slice(-4)}` };
const file = (name) => `${location.origin}/demo/files/${name}`;
const samples = {
  photo: { type: 'document', document: { url: file('photo.png'), filename: 'photo.png', mime: 'image/png' } },
  document: { type: 'document', document: { url: file('catalog.pdf'), filename: 'catalog.pdf', mime: 'application/pdf' } },
  audio: { type: 'audio', audio: { url: file('voice.wav'), mime: 'audio/wav', voice: true } },
  video: { type: 'video', video: { url: file('clip.webm'), mime: 'video/webm', caption: 'Is it this one?' } },
  location: { type: 'location', location: { latitude: -23.5614, longitude: -46.6559, name: 'Av. Paulista, 1578' } },
  contact: { type: 'contact', contact: { name: 'Bea Lima', phones: [{ number: '+55 11 5555-0102' }] } },
};
let unread = 0;

const element = (name, set) => Object.assign(document.createElement(name), set);
const link = (href, textContent) => element('a', { href, textContent, target: '_blank', rel: 'noopener noreferrer' });
const web = (url) => /^https?:/.test(url ?? '');

// Each of the six types as what it is.
function draw(it) {
  const said = it[it.type];
  const own = web(said.url) && new URL(said.url).origin === location.origin;
  switch (it.type) {
    case 'text': return [said.body];
    case 'location': return [`📍 ${said.name ?? ''} `, link(`https://www.openstreetmap.org/?mlat=${said.latitude}&mlon=${said.longitude}`, `${said.latitude}, ${said.longitude}`)];
    case 'contact': return [`👤 ${[said.name, ...said.phones.map((phone) => phone.number), ...said.emails ?? []].join('\n')}`];
  }
  const shown = [];
  if (own && it.type !== 'document') shown.push(element(it.type, { src: said.url, controls: true, preload: 'none' }));
  if (own && said.mime?.startsWith('image/')) shown.push(element('img', { src: said.url, alt: said.filename ?? '' }));
  shown.push(web(said.url) ? link(said.url, said.filename ?? `Open the ${it.type}`) : said.filename ?? it.type);
  if (said.caption) shown.push(`\n${said.caption}`);
  return shown;
}

function show(it) {
  const item = element('li', { className: it.ours ? '' : 'mine' });
  item.append(...draw(it));
  by('said').append(item);
  by('said').scrollTop = by('said').scrollHeight;
  if (by('chat').hidden && it.ours) by('unread').textContent = ++unread;
  by('unread').hidden = !unread;
}

async function say(message) {
  const body = JSON.stringify({ conversation: room, from, ...message });
  const sent = await fetch('/demo/rooms/site/messages', { method: 'POST', body }).catch(() => null);
  if (!sent?.ok) by('line').textContent = 'not sent, try again';
  return sent?.ok;
}

// Comes again by itself, and reads what it has missed.
function listen() {
  const news = new EventSource(`/demo/rooms/site/events?conversation=${room}`);
  by('said').replaceChildren();
  news.onmessage = (event) => show(JSON.parse(event.data));
  news.onopen = () => { by('line').textContent = 'online'; };
  news.onerror = () => {
    by('line').textContent = 'connecting…';
    if (news.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

by('bubble').onclick = () => {
  const open = by('chat').hidden;
  by('chat').hidden = !open;
  by('bubble').ariaExpanded = String(open);
  unread = 0;
  by('unread').hidden = true;
  if (open) by('text').focus();
};
by('write').onsubmit = async (event) => {
  event.preventDefault();
  const body = by('text').value.trim();
  if (body && await say({ type: 'text', text: { body } })) by('text').value = '';
};
by('kind').onchange = () => {
  say(samples[by('kind').value]);
  by('kind').value = '';
};
listen();
