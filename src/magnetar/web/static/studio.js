// The storyboard: scenes dragged with a mouse. The arrows beside each scene do the same with keys, and without scripts.
(() => {
  "use strict";
  const list = document.querySelector("[data-sortable]");
  if (!list) return;
  let held = null;
  list.addEventListener("dragstart", (event) => {
    held = event.target.nodeType === 1 ? event.target.closest("li[draggable=true]") : null;
    if (!held) return;
    held.classList.add("held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!held) return;
    event.preventDefault();
    if (!over || over === held || over.parentNode !== list) return;
    const box = over.getBoundingClientRect();
    const after = event.clientY > box.top + box.height / 2;
    if (over === list.firstElementChild && !after) return;
    list.insertBefore(held, after ? over.nextSibling : over);
  });
  const drop = () => { if (held) held.classList.remove("held"); held = null; };
  list.addEventListener("drop", (event) => { if (held) event.preventDefault(); drop(); });
  list.addEventListener("dragend", drop);
  // A field keeps its own selection: a scene is not dragged by its words.
  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("li");
    if (row && !row.classList.contains("hook")) row.draggable = !event.target.closest("input, button, label");
  });
})();
