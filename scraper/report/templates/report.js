"use strict";
(() => {
  const tip = document.getElementById("tip");
  const place = (x, y) => {
    const gap = 14, { width, height } = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, x + gap), document.documentElement.clientWidth - width - 8);
    const top = y - height - gap > 0 ? y - height - gap : y + gap;
    tip.style.left = `${left}px`;
    tip.style.top = `${top}px`;
  };
  const show = (event) => {
    const owner = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
    tip.hidden = !owner;
    if (owner) {
      tip.textContent = owner.dataset.tip;
      place(event.clientX, event.clientY);
    }
  };
  for (const kind of ["pointermove", "pointerdown"]) document.addEventListener(kind, show, { passive: true });
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
})();
