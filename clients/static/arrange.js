// Favourites are put into order by dragging; without this script their arrows do the same.
const list = document.getElementById("favourites");
const form = document.getElementById("order");

function codes() {
  return Array.from(list.children, (row) => row.dataset.tile).join(" ");
}

function letDrag(row) {
  let before = [];
  row.draggable = true;
  row.addEventListener("dragstart", (event) => {
    before = Array.from(list.children);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.tile);
    row.classList.add("held");
  });
  row.addEventListener("dragend", (event) => {
    row.classList.remove("held");
    const order = codes();
    const dropped = event.dataTransfer.dropEffect !== "none";
    if (!dropped) list.append(...before);
    if (dropped && order !== before.map((each) => each.dataset.tile).join(" ")) {
      form.elements.order.value = order;
      form.requestSubmit();
    }
  });
}

if (list && form && list.children.length > 1) {
  const hasMouse = matchMedia("(pointer: fine)").matches;
  document.querySelectorAll("[data-drag]").forEach((text) => { text.hidden = !hasMouse; });
  Array.from(list.children).forEach(letDrag);
  list.addEventListener("dragover", (event) => {
    const held = list.querySelector(".held");
    if (!held) return;
    event.preventDefault();
    const below = Array.from(list.children).find((row) => {
      const box = row.getBoundingClientRect();
      return row !== held && event.clientY < box.top + box.height / 2;
    });
    list.insertBefore(held, below ?? null);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
}
