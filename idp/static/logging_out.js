// Sends the forms that tell services of the logout, each into its frame, then goes on once every frame has loaded.
(() => {
  "use strict";
  const PATIENCE = 6000;
  const onward = document.getElementById("onward");
  const forms = [...document.querySelectorAll("form.closing")];
  let gone = false;
  const goOn = () => {
    if (gone || !onward) return;
    gone = true;
    if (onward.tagName === "FORM") onward.submit();
    else window.location.replace(onward.href);
  };
  // The page has loaded when all its frames have.
  const loaded = new Promise((done) => window.addEventListener("load", done));
  loaded.then(() => {
    const answered = forms.map((form) => new Promise((done) => {
      const frame = document.querySelector(`iframe[name="${form.target}"]`);
      frame.addEventListener("load", () => {
        for (const state of form.parentElement.querySelectorAll("[data-done]")) state.textContent = state.dataset.done;
        form.hidden = true;
        done();
      });
      form.submit();
    }));
    Promise.all(answered).then(goOn);
    if (forms.length) setTimeout(goOn, PATIENCE);
  });
})();
