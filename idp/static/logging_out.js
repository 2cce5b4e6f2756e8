// Goes on once every service's frame has loaded, or with the page's own refresh: whichever is first.
(() => {
  "use strict";
  const onward = document.getElementById("onward");
  window.addEventListener("load", () => {
    // The page has loaded when all its frames have.
    if (onward) window.location.replace(onward.href);
  });
})();
