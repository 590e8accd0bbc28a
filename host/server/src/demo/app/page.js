// The chat of an app, as big as a phone. Its server is /demo/rooms/app.
const by = (id) => document.getElementById(id);
const room = localStorage.auroraApp ??= `app-${Math.random().toString(36).slice(2, 10)}`;
const from = { id: room, name: 'Bruno Prado' };
const file = (name) => `${location.origin}/demo/files/${name}`;
const samples = {
  photo: () => ({ type: 'document', document: { url: file('photo.png'), filename: 'parcel.png', mime: 'image/png' } }),
  document: () => ({ type: 'document', document: { url: file('catalog.pdf'), filename: 'invoice.pdf', mime: 'application/pdf' } }),
  audio: () => ({ type: 'audio', audio: { url: file('voice.wav'), mime: 'audio/wav', voice: true } }),
  video: () => ({ type: 'video', video: { url: file('clip.webm'), mime: 'video/webm' } }),
  location: () => ({ type: 'location', location: { latitude: -22.9519, longitude: -43.2105, name: 'My address' } }),
  contact: () => ({ type: 'contact', contact: { name: 'My neighbour Rui', phones: [{ number: '+55 21 5555-0103' }] } }),
};

const element = (name, set) => Object.assign(document.createElement(name), set);
const link = (href, textContent) => element('a', { href, textContent, target: '_blank', rel: 'noopener noreferrer' });
const web = (url) => /^https?:/.test(url ?? '');

// Each of the six types as what it is.
function draw(it) {
  const said = it[it.type];
  if (it.type === 'text') return [said.body];
  if (it.type === 'location') {
    const { latitude, longitude } = said;
    return ['📍 ', link(`geo:${latitude},${longitude}`, said.name ?? 'A place'), ` ${latitude}, ${longitude}`];
  }
  if (it.type === 'contact') {
    const phones = said.phones.map(({ number }) => link(`tel:${number.replace(/[^+\d]/g, '')}`, number));
    return [`👤 ${said.name} `, ...phones];
  }
  const own = web(said.url) && new URL(said.url).origin === location.origin;
  const shown = [];
  if (own && it.type !== 'document') shown.push(element(it.type, { src: said.url, controls: true, preload: 'none' }));
  if (own && said.mime?.startsWith('image/')) shown.push(element('img', { src: said.url, alt: said.filename ?? '' }));
  shown.push(web(said.url) ? link(said.url, said.filename ?? `Open the ${it.type}`) : said.filename ?? it.type);
  return said.caption ? [...shown, ` ${said.caption}`] : shown;
}

function show(it) {
  const item = element('li', { className: it.ours ? '' : 'mine' });
  const time = new Date(it.sent_at ?? Date.now()).toLocaleTimeString([], { timeStyle: 'short' });
  item.append(...draw(it), element('time', { textContent: time }));
  by('said').append(item);
  by('said').scrollTop = by('said').scrollHeight;
}

async function say(message) {
  const body = JSON.stringify({ conversation: room, from, ...message });
  const sent = await fetch('/demo/rooms/app/messages', { method: 'POST', body }).catch(() => null);
  by('line').textContent = sent?.ok ? 'Aurora Express' : 'Not sent, try again';
  return sent?.ok;
}

// Comes again by itself, and reads what it has missed.
function listen() {
  const news = new EventSource(`/demo/rooms/app/events?conversation=${room}`);
  by('said').replaceChildren();
  news.onmessage = (event) => show(JSON.parse(event.data));
  news.onopen = () => { by('line').textContent = 'Aurora Express'; };
  news.onerror = () => {
    by('line').textContent = 'Connecting…';
    if (news.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  };
}

const more = (open) => {
  by('more').hidden = !open;
  by('plus').ariaExpanded = String(open);
};
by('plus').onclick = () => more(by('more').hidden);
by('more').onclick = (event) => {
  const { kind } = event.target.dataset;
  if (!kind) return;
  say(samples[kind]());
  more(false);
};
by('write').onsubmit = async (event) => {
  event.preventDefault();
  const body = by('text').value.trim();
  if (body && await say({ type: 'text', text: { body } })) by('text').value = '';
};
listen();
