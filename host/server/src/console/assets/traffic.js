// The page works without this script: it shows what was there when it was opened.
const now = document.getElementById('now');
const pause = document.getElementById('pause');
const lost = document.getElementById('lost');
let stream;
function watch() {
  stream = new EventSource('/traffic/events');
  stream.addEventListener('now', (event) => {
    lost.hidden = true;
    // Whoever is at a link of the list keeps it.
    if (!now.contains(document.activeElement)) now.innerHTML = event.data;
  });
  stream.addEventListener('over', () => { stream.close(); location.assign('/login'); });
  stream.addEventListener('error', () => { lost.hidden = false });
}
pause.hidden = false;
pause.addEventListener('click', () => {
  const paused = pause.getAttribute('aria-pressed') !== 'true';
  pause.setAttribute('aria-pressed', paused);
  pause.textContent = paused ? pause.dataset.off : pause.dataset.on;
  lost.hidden = true;
  if (paused) stream.close(); else watch();
});
addEventListener('pagehide', () => stream.close());
watch();
