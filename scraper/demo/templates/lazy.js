for (const image of document.querySelectorAll("img[data-src]")) image.src = image.dataset.src;
