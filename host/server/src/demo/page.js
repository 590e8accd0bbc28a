const list = document.getElementById('list');
const empty = document.getElementById('empty');
let newest = 0;

const element = (name, text) =>
  Object.assign(document.createElement(name), { textContent: text });

function card(sent) {
  const article = element('article', '');
  const header = element('header', '');
  article.className = 'card';
  header.className = 'call';
  header.append(element('b', sent.chat), element('code', sent.call), element('span', '#' + sent.number));
  article.append(header, element('pre', sent.body));
  return article;
}

async function refresh() {
  try {
    const sent = await (await fetch('/demo/sent')).json();
    if (sent.length && sent[0].number !== newest) {
      newest = sent[0].number;
      list.replaceChildren(...sent.map(card));
    }
    empty.hidden = sent.length > 0;
  } catch { /* The server is away; the next round tries again. */ }
  setTimeout(refresh, 1000);
}
refresh();
