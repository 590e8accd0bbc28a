// Pages work without this script. It copies what stands in a field, and leads to
// the first field that is wrong.
for (const button of document.querySelectorAll('button[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  const label = button.textContent;
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label }, 2000);
  });
}
document.querySelector('[aria-invalid="true"]')?.focus();
